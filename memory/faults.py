"""What SQLite and the operating system say, in memctx's own errors with a remedy.

The one place that reads their codes. It prints nothing and mends nothing: the database
and the command line ask it what an error means.
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from ..errors import (
    CorruptMemory,
    DiskFull,
    MemctxError,
    MemoryLocked,
    ReadOnlyMemory,
    StoreError,
    UsageError,
)

_PRIMARY = 0xFF  # of an extended result code
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_NO_FOLDER = (errno.ENOTDIR, errno.EEXIST)


def of_sqlite(error: BaseException, what: Path) -> MemctxError | None:
    """The memctx error that an error in a statement on the file `what` stands for, if any."""
    if isinstance(error, UnicodeEncodeError):
        return _not_text(error)
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & _PRIMARY
    if primary in _CORRUPT or _unreadable(error, code):
        return CorruptMemory(
            f"{what} is damaged ({error}); `memctx verify` names what is wrong; restore it "
            "from a copy, or delete the folder and ingest again"
        )
    if primary == sqlite3.SQLITE_FULL:
        return DiskFull(f"the disk of {what} is full; make room, then run the same command again")
    if primary == sqlite3.SQLITE_READONLY:
        return ReadOnlyMemory(_read_only(what))
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return MemoryLocked(f"{what} is locked by another process; wait until it is done")
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return StoreError(
            f"{what} cannot be read or written ({error}); check its disk and who may use it"
        )
    return None


def _unreadable(error: sqlite3.Error, code: int | None) -> bool:
    # Python finds these itself, after SQLite has read the bytes: there is no code.
    text = str(error)
    damaged = "malformed" in text or "no such table" in text or "no such column" in text
    return damaged or (code is None and "decode to UTF-8" in text)


def check_text(text: str) -> None:
    """Refuses a text with a lone surrogate, which the shell makes of bytes it cannot read.

    Raises:
        UsageError: it names the place.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _not_text(error) from None


def _not_text(error: UnicodeEncodeError) -> UsageError:
    near = error.object[max(0, error.start - 20) : error.start + 20]
    return UsageError(f"{near!r} is not text: it holds bytes that are not UTF-8; write it anew")


def of_system(error: OSError) -> MemctxError:
    """The memctx error that an error of the operating system stands for."""
    what = error.filename or "a file"
    if isinstance(what, bytes):
        what = what.decode(errors="backslashreplace")
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        where = f"the disk of {what}" if error.filename else "the disk or the output"
        return DiskFull(f"{where} is full; make room, then run the same command again")
    if error.errno in _READ_ONLY:
        return ReadOnlyMemory(_read_only(what))
    if error.errno in _NO_FOLDER:
        return UsageError(f"{what} should be a folder and is not ({reason}); name another")
    return StoreError(f"{what} cannot be used ({reason}); check that path and who may use it")


def _read_only(what: object) -> str:
    return (
        f"{what} cannot be written; allow it, or copy the memory to where it can "
        "(searching and asking work without)"
    )
