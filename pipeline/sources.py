"""What on disk is to be ingested: files, folders, globs and standard input.

A document's key is its path below a root: the folder that was named, the fixed part
of a glob, the folder of a single file; or, for what lies in a root that a memory knows
already, that root, so that one file has one key however it was named. Nothing is read
here but the folders themselves; whether a file's content can be used, its loader tells.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from ..errors import UsageError
from ..records import Skipped
from .loaders.base import STDIN, Limits, Source, is_passed_over, too_large
from .loaders.registry import is_supported, why_unsupported

__all__ = ["STDIN", "Limits", "Source", "discover"]

_MEMORY = ".memctx"
_MAGIC = frozenset("*?[")


def discover(
    paths: Sequence[str],
    *,
    known_roots: Sequence[str] = (),
    limits: Limits | None = None,
    exclude: Sequence[str] = (),
) -> Iterator[Source | Skipped]:
    """Find what `paths` name, in their order, and within a folder in order of name.

    Hidden files and folders are passed over, and so are the folders in `exclude`. What
    cannot be ingested comes as `Skipped`. No file comes twice.

    Raises:
        UsageError: at once, before anything is found, when a path does not exist or a
            glob matches nothing.
    """
    named = tuple(os.path.realpath(path) for path in paths if os.path.isdir(path))
    places = [_place(path, tuple(known_roots), named) for path in paths]
    walk = _Walk(limits or Limits(), frozenset(map(os.path.realpath, exclude)))
    return chain.from_iterable([walk.find(place) for place in places])


@dataclass(frozen=True, slots=True)
class _Place:
    """A resolved path that was named and the root that its keys are relative to.

    `glob` is as the user wrote it, and `pattern` its parts below `path`.
    """

    path: str
    root: str
    glob: str = ""
    pattern: tuple[str, ...] = ()

    def key(self) -> str:
        """The path below the root; empty for the root itself."""
        below = os.path.relpath(self.path, self.root)
        return "" if below == os.curdir else _readable(below.replace(os.sep, "/"))


def _place(path: str, known: tuple[str, ...], named: tuple[str, ...]) -> _Place:
    """Resolve one argument. Raises UsageError when there is nothing there."""
    if path == STDIN:
        return _Place(STDIN, STDIN)
    glob: str = ""
    pattern: tuple[str, ...] = ()
    if not os.path.lexists(path) and _MAGIC & set(path):
        glob, (path, pattern) = path, _split_glob(path)
    if not os.path.lexists(path):
        raise UsageError(f"expected a file, a folder or a glob, found nothing at {glob or path}")
    if os.path.isdir(path):
        real = root = os.path.realpath(path)
    else:  # the link itself is kept, to be judged by where it leads
        root = os.path.realpath(os.path.dirname(path) or os.curdir)
        real = os.path.join(root, os.path.basename(path))
    return _Place(real, _known_root(real, known, named) or root, glob, pattern)


def _known_root(path: str, known: tuple[str, ...], named: tuple[str, ...]) -> str | None:
    """The innermost root that a memory knows, else the outermost folder of this call."""
    inner = [root for root in known if _is_inside(path, root)]
    outer = [root for root in named if _is_inside(path, root)]
    return max(inner, key=len, default=None) or min(outer, key=len, default=None)


def _split_glob(glob: str) -> tuple[str, tuple[str, ...]]:
    """The fixed folder that a glob begins with, and the parts below it."""
    parts: list[str] = []
    while _MAGIC & set(glob):
        glob, last = os.path.split(glob)
        parts.insert(0, last)
    return glob or os.curdir, tuple(parts)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file, link or folder as its own folder lists it."""

    path: str
    key: str
    is_link: bool
    is_folder: bool = False


class _Walk:
    """Goes through places and judges each file once."""

    def __init__(self, limits: Limits, exclude: frozenset[str]) -> None:
        self._limits = limits
        self._exclude = exclude
        self._seen: set[str] = set()

    def find(self, place: _Place) -> Iterator[Source | Skipped]:
        """Everything in a place. A glob is walked at once, for it must match something."""
        if place.path == STDIN:
            return self._stdin()
        if not os.path.isdir(place.path) or os.path.islink(place.path):
            entry = _Entry(place.path, place.key(), os.path.islink(place.path))
            return self._file(entry, place.root)
        if os.path.basename(place.path) == _MEMORY or place.path in self._exclude:
            return iter([Skipped(place.path, "is a memory's own folder")])
        if not place.glob:
            return self._folder(place)
        found = list(self._folder(place))
        if not found:
            raise UsageError(f"the glob {place.glob} matches no file")
        return iter(found)

    def _folder(self, place: _Place) -> Iterator[Source | Skipped]:
        base = place.key() + "/" if place.key() else ""
        stack = self._listed(place.path, base)
        while stack:
            entry = stack.pop()
            if isinstance(entry, Skipped):
                yield entry
                continue
            below = entry.key[len(base) :].split("/") if place.pattern else []
            if entry.is_folder:
                if not below or _may_hold(below, place.pattern):
                    stack.extend(self._listed(entry.path, entry.key + "/"))
            elif not below or _matches(below, place.pattern):
                if is_supported(entry.path) or entry.is_link:
                    yield from self._file(entry, place.root)
                else:
                    yield Skipped(entry.key, why_unsupported(entry.path))

    def _listed(self, folder: str, prefix: str) -> list[_Entry | Skipped]:
        """What is in a folder, last first, as a stack takes it."""
        if folder in self._exclude:
            return []
        try:
            with os.scandir(folder) as entries:
                kept = [entry for entry in entries if not is_passed_over(entry.name)]
        except OSError as error:
            return [Skipped(prefix, f"cannot be read: {error.strerror}")]
        kept.sort(key=lambda entry: entry.name, reverse=True)
        return [
            _Entry(
                entry.path,
                prefix + _readable(entry.name),
                entry.is_symlink(),
                entry.is_dir(follow_symlinks=False),
            )
            for entry in kept
        ]

    def _file(self, entry: _Entry, root: str) -> Iterator[Source | Skipped]:
        """The source that a file is, the reason why it is none, or nothing the second time."""
        if entry.path in self._seen:
            return
        self._seen.add(entry.path)
        reason = _why_not_followed(entry.path, root) if entry.is_link else None
        try:
            status = os.stat(entry.path)
        except OSError as error:
            yield Skipped(entry.key, reason or f"cannot be read: {error.strerror}")
            return
        if reason := reason or _why_not_read(entry.path, status, self._limits):
            yield Skipped(entry.key, reason)
            return
        yield Source(entry.key, root, Path(entry.path), status.st_size, status.st_mtime_ns)

    def _stdin(self) -> Iterator[Source | Skipped]:
        if STDIN in self._seen:
            return
        self._seen.add(STDIN)
        data = sys.stdin.buffer.read(self._limits.file_bytes + 1)
        if len(data) > self._limits.file_bytes:
            yield Skipped("stdin", too_large(len(data), self._limits))
        else:
            yield Source("stdin", STDIN, None, len(data), 0, data)


def _why_not_followed(link: str, root: str) -> str | None:
    try:
        target = os.path.realpath(link, strict=True)
    except OSError as error:
        return "is a symlink loop" if error.errno == errno.ELOOP else "is a broken symlink"
    if not _is_inside(target, root):
        return f"is a symlink that leads outside {root}; to ingest {target}, name it"
    if not os.path.isdir(target):
        return None
    if _is_inside(link, target):
        return "is a symlink loop"
    return "is a symlink to a folder, whose files are ingested where they are"


def _why_not_read(path: str, status: os.stat_result, limits: Limits) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is a socket, a pipe or a device, not a file"
    if status.st_size > limits.file_bytes:
        return too_large(status.st_size, limits)
    readable = os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
    return None if readable else "cannot be read: permission denied"


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _readable(name: str) -> str:
    """A file's name as text. Names that are not UTF-8 are mostly GBK, or anyone's guess."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path matches a glob, or lies in a folder that does."""
    if not pattern:
        return True
    if pattern[0] == "**":
        rest = pattern[1:]
        return any(_matches(parts[skip:], rest) for skip in range(len(parts) + (not rest)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _may_hold(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a folder can hold what matches a glob."""
    for part, expected in zip(parts, pattern, strict=False):
        if expected == "**":
            return True
        if not fnmatchcase(part, expected):
            return False
    return True
