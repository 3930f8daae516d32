"""Files on disk: hashes, sizes, and writes that leave the old file or the new one.

Knows nothing of what the files hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import UsageError


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 if there is none.

    Files that someone moves away meanwhile are not counted.
    """
    if path.is_file():
        return path.stat().st_size
    total = 0
    for parent, _, names in os.walk(path):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue
    return total


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder."""
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a path beside `path`; on success it is flushed and takes `path`'s place.

    On any exception the file beside is removed and `path` stays as it was.

    Raises:
        UsageError: `path` is a folder, or there is no folder to put it in.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} to write {path.name} in; make it first")
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield beside
        flush(beside)
        os.replace(beside, path)
        flush(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replaces `path` by a file that holds `text` in UTF-8."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; empty where the file is absent or not one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def json_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a JSON Lines file with their numbers, from 1; empty ones are left out.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        # One bad line harms no other: bytes that are not UTF-8 go on to `json_object`.
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}") from error


def json_object(line: str, place: str) -> dict[str, Any]:
    """The JSON object that a line holds; `place` is what an error calls the line.

    Raises:
        UsageError: it is not JSON, or not an object.
    """
    try:
        value = json.loads(line.encode())
    except ValueError as error:
        raise UsageError(f"{place} is not JSON in UTF-8: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{place} should be a JSON object, found {type(value).__name__}")
    return value


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replaces `path` by `value` as JSON; readers see the old file or the new one."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False))


def install(made: Path, target: Path, *, aside: Path) -> None:
    """Moves the finished folder `made` to `target`, on disk before it is visible.

    A folder that is in the way goes to `aside` first and is then removed. All
    three must lie on one file system.
    """
    for path in sorted(made.rglob("*"), reverse=True):
        flush(path)
    flush(made)
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
        os.replace(target, aside)
    os.replace(made, target)
    flush(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def flush(path: Path) -> None:
    """Makes a file's content, or the names in a folder, survive a power cut."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders; its renames are durable by themselves
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
