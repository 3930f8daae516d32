"""How SQLite is opened: durable for the one writer, harmless for readers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event

_WAIT_SECONDS = 60


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
        connection.exec_driver_sql("BEGIN")

    return engine


def _url(path: Path, read_only: bool) -> str:
    if not read_only:
        return f"sqlite:///{path}"
    # A folder that cannot be written has no live writer either: SQLite may then
    # read it without the shared-memory file that WAL needs.
    frozen = "" if os.access(path.parent, os.W_OK) else "&immutable=1"
    return f"sqlite:///file:{path}?mode=ro{frozen}&uri=true"
