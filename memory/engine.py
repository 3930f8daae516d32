"""How SQLite is opened: durable for the one writer, harmless for readers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event

from ..files import is_writable

_WAIT_SECONDS = 60
_NO_TRANSACTION = "AUTOCOMMIT"
_WAIT_FOR_READERS = 1  # seconds; a log that a reader holds is emptied by the next writer


def open_engine(path: Path, *, read_only: bool) -> Engine:
    """An engine on the SQLite file at `path`; a writer creates it where it is missing."""
    engine = create_engine(_url(path, read_only), connect_args={"timeout": _WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # the driver's own BEGIN leaves out DDL; ours is below
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA mmap_size = 268435456")
        if not read_only:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")  # a committed batch survives a power cut

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != _NO_TRANSACTION:
            connection.exec_driver_sql("BEGIN")

    return engine


def empty_log(engine: Engine) -> None:
    """Moves what the write-ahead log holds into the file, which is whole by itself then.

    SQLite does so when the last connection closes, but not where that one only reads.
    """
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level=_NO_TRANSACTION)
        plain.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * _WAIT_FOR_READERS}")
        plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _url(path: Path, read_only: bool) -> URL:
    if not read_only:
        return URL.create("sqlite", database=str(path))
    # A folder that cannot be written has no live writer either: SQLite may then
    # read it without the shared-memory file that WAL needs. What a log still holds,
    # an immutable database would leave out.
    frozen = {} if is_writable(path.parent) or _has_log(path) else {"immutable": "1"}
    name = f"file:{quote(os.fsencode(path))}"
    return URL.create("sqlite", database=name, query={"mode": "ro", "uri": "true", **frozen})


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0
