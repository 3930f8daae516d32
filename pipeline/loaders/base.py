"""What a loader is given: a `Source`, its `Limits`, and an `Item` to read from.

A loader is a function from one `Item` to documents, to skips with a reason, and
to further items, which is how an archive hands on what it holds without knowing
any other format. This module knows no format and does not walk folders.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import ConfigError, LoadError, MissingDependency
from ...records import Document, Skipped

STDIN = "-"
"""The root of what was read from standard input; its key is "stdin"."""

ADDED = "+"
"""The root of what was added as text, and is in no file; its key is the document's."""

_CHUNK = 65_536
_PASSED_OVER = frozenset(["__MACOSX", "__pycache__", "desktop.ini", "node_modules", "Thumbs.db"])


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may hold. Sizes are bytes; the ratio is expanded : packed.

    `archive_bytes` and `archive_members` bound all that one file unfolds into,
    archives within archives included; `depth` is how deep those may nest.
    """

    file_bytes: int = 200_000_000
    archive_bytes: int = 2_000_000_000
    archive_ratio: int = 200
    archive_members: int = 100_000
    depth: int = 3

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 1:
                found = getattr(self, limit.name)
                raise ConfigError(f"the limit {limit.name} must be at least 1, got {found}")


@dataclass(frozen=True, slots=True)
class Source:
    """One input to ingest, as discovered. `size` is bytes.

    `key` is the posix path below `root`. `path` is None for standard input, and
    `data` then holds what was read from it; and for what was added as text.
    """

    key: str
    root: str
    path: Path | None
    size: int
    mtime_ns: int
    data: bytes | None = field(default=None, repr=False)


class Quota:
    """What is left of `Limits` for everything that one source unfolds into."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = limits.archive_bytes
        self._members = limits.archive_members

    def take(self, size: int, members: int) -> None:
        """Count `members` that expand to `size` bytes. Raises LoadError past the limit."""
        self._bytes -= size
        self._members -= members
        if self._members < 0:
            raise LoadError(f"holds more than {self._limits.archive_members} files")
        if self._bytes < 0:
            raise LoadError(f"expands to more than {megabytes(self._limits.archive_bytes)}")


@dataclass(frozen=True, slots=True)
class Item:
    """One stretch of bytes to load: a file, or a member of something that holds files.

    `depth` counts the archives and mails around it.
    """

    key: str
    uri: str
    open: Callable[[], BinaryIO]
    limits: Limits
    quota: Quota
    depth: int = 0

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rsplit("/", 1)[-1]

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return self.name.rpartition(".")[0] or self.name

    def read(self) -> bytes:
        """All bytes. Raises LoadError when they are more than a file may hold."""
        with self.open() as stream:
            data = stream.read(_CHUNK)  # asking for more sets that much memory aside
            if len(data) == _CHUNK:
                data += stream.read(self.limits.file_bytes + 1 - _CHUNK)
        if len(data) > self.limits.file_bytes:
            raise LoadError(too_large(len(data), self.limits))
        return data

    def child(self, name: str, data: Callable[[], bytes]) -> Item:
        """A member of this item; `data` is called when a loader opens it."""
        if self.depth >= self.limits.depth:
            raise LoadError(f"lies more than {self.limits.depth} archives deep")
        return Item(
            key=f"{self.key}/{name}",
            uri=self.uri,
            open=lambda: io.BytesIO(data()),
            limits=self.limits,
            quota=self.quota,
            depth=self.depth + 1,
        )


Loader = Callable[[Item], Iterator[Document | Skipped | Item]]
"""Reads one item. May raise LoadError, which skips the item with that reason."""


def item_of(source: Source, limits: Limits) -> Item:
    """The item that stands for a whole source."""
    path, data = source.path, source.data or b""
    return Item(
        key=source.key,
        uri=path.as_uri() if path is not None else "",
        open=(lambda: path.open("rb")) if path is not None else (lambda: io.BytesIO(data)),
        limits=limits,
        quota=Quota(limits),
    )


def require(module: str) -> Any:
    """Import an optional parser. Raises MissingDependency with what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependency(
            f"reading this format needs {module.partition('.')[0]}; "
            "run `pip install 'memctx-rag[formats]'`"
        ) from error


def megabytes(size: int) -> str:
    """A size in bytes, for people."""
    return f"{size / 1e6:.3g} MB" if size >= 1e5 else f"{size} bytes"


def too_large(size: int, limits: Limits) -> str:
    """The reason for skipping a file of `size` bytes or more."""
    return f"is {megabytes(size)}, over the limit of {megabytes(limits.file_bytes)} a file"


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of that name is no document of anyone's."""
    return name.startswith((".", "~$")) or name in _PASSED_OVER
