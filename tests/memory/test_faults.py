"""Errors of SQLite and of the system, told in one line with a remedy."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from memctx.errors import (
    CorruptMemory,
    DiskFull,
    MemctxError,
    MemoryLocked,
    ReadOnlyMemory,
    StoreError,
    UsageError,
)
from memctx.memory.faults import of_sqlite, of_system
from memctx.memory.store import Store


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    store = Store(tmp_path / "memory.sqlite3")
    with store.reading() as connection:
        made = connection.engine
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (text TEXT)")
    yield made
    store.close()


def test_a_full_database_is_a_full_disk(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        with pytest.raises(DiskFull, match="make room"):
            connection.exec_driver_sql("INSERT INTO things VALUES (?)", ("x" * 100_000,))


def test_a_read_only_database_refuses_in_our_words(tmp_path: Path) -> None:
    Store(tmp_path / "memory.sqlite3").close()
    reader = Store(tmp_path / "memory.sqlite3", read_only=True)
    with pytest.raises(ReadOnlyMemory, match="cannot be written"):
        reader.set_setting("a", "b")
    reader.close()


def test_a_text_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    store = Store(tmp_path / "memory.sqlite3")
    with pytest.raises(UsageError, match="not UTF-8"):
        store.find("key\ud800")
    store.close()


def test_a_database_that_another_program_writes_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE things (text TEXT)")
    holder.execute("BEGIN EXCLUSIVE")
    waiting = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError) as caught:
        waiting.execute("INSERT INTO things VALUES ('x')")
    assert isinstance(of_sqlite(caught.value, path), MemoryLocked)
    waiting.close()
    holder.close()


def test_overwritten_pages_are_a_corrupt_memory_that_verify_can_name(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite3"
    Store(path).close()
    data = bytearray(path.read_bytes())
    data[100:] = b"\xab" * (len(data) - 100)
    path.write_bytes(bytes(data))
    with pytest.raises(CorruptMemory, match="memctx verify"):
        Store(path, read_only=True)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(CorruptMemory, match="memctx verify"):
        Store(path, read_only=True)


def test_an_ordinary_mistake_in_a_statement_stays_what_it_is() -> None:
    unique = sqlite3.IntegrityError("UNIQUE constraint failed")
    assert of_sqlite(unique, Path("x")) is None
    assert of_sqlite(ValueError("x"), Path("x")) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EROFS, ReadOnlyMemory),
        (errno.EACCES, ReadOnlyMemory),
        (errno.ENOTDIR, UsageError),
        (errno.EIO, StoreError),
    ],
)
def test_what_the_system_refuses_names_the_path(code: int, kind: type[MemctxError]) -> None:
    told = of_system(OSError(code, "reason", "/some/file"))
    assert type(told) is kind
    assert "/some/file" in str(told)
    assert "\n" not in str(told)
