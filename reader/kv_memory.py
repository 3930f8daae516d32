"""The KV memory: chunks' attention states on disk, under a budget of bytes.

One file a record, written beside and renamed, so that a reader finds a whole record
or none and any number of processes may use one folder. It is a cache: what is
missing, damaged or evicted is computed again. A record's name is the hash of all that
it depends on, so a changed text or model never meets old states.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .kv_record import Format, from_bytes, to_bytes
from .packing import Stored

_SUFFIX = ".kv"
_KEPT = 0.9
"""The share of the budget that eviction leaves, so that it does not run at every write."""

_FULL = 0.88
"""The share of the budget from which on filling ahead of need stops: less than what eviction
leaves, so that nothing of it is evicted to make room for the rest."""

_VERSION = 2


@dataclass(frozen=True, slots=True)
class Maker:
    """What computed states depend on besides their text; a change makes others.

    `model` is the fingerprint of weights and tokenizer, `config` that of the settings
    beside them, `prefix` the tokens that every chunk was encoded behind.
    """

    model: str
    config: str
    prefix: tuple[int, ...]
    dtype: str

    def key(self, ids: Sequence[int], format: Format, *, adapter: str | None = None) -> str:
        """The name of the states of these tokens, read with an adapter of this digest, if any.

        40 hex digits.
        """
        parts = (self.model, self.config, self.prefix, self.dtype, adapter)
        said = (_VERSION, *parts, format, tuple(ids))
        return hashlib.sha256(repr(said).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Usage:
    """What the folder holds: bytes on disk and how many records."""

    bytes: int
    records: int


class KvMemory:
    """The records in `folder`, at most `budget` bytes of them. Safe to share.

    Nothing is written where `budget` is 0.
    """

    def __init__(self, folder: Path, *, budget: int) -> None:
        self.folder, self.budget = folder, budget
        self._lock = threading.Lock()
        self._known: int | None = None
        self._ahead: dict[str, int] = {}

    def has(self, key: str) -> bool:
        """Whether there is a record, sound or not."""
        return self._path(key).is_file()

    def keep(self, key: str) -> bool:
        """As `has`; a record that is there counts as used now, and as kept ahead of need."""
        path = self._path(key)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return False
        with contextlib.suppress(OSError):  # as in `get`
            os.utime(path)
        with self._lock:
            self._ahead[key] = size
        return True

    def get(self, key: str) -> Stored | None:
        """The states under `key`, mapped from disk, or None; a damaged record is removed."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                record = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except (OSError, ValueError):  # absent, or empty after a power cut
            return None
        states = from_bytes(record)
        if states is None:
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # a folder that cannot be written still serves
            os.utime(path)  # the time of last use, which eviction goes by
        return states

    def put(self, key: str, stored: Stored) -> bool:
        """Keep the states under `key`; False where they cannot be kept."""
        pieces = to_bytes(stored)
        size = sum(len(piece) for piece in pieces)
        if size > self.budget:
            return False
        path = self._path(key)
        beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.writelines(pieces)
            os.replace(beside, path)
        except OSError:  # a full or read-only disk: the states are computed again next time
            beside.unlink(missing_ok=True)
            return False
        self._count(size)
        return True

    @property
    def full(self) -> bool:
        """Whether what is kept ahead of need nearly uses up the budget.

        Other records are not counted: they are evicted to make room for it.
        """
        with self._lock:
            return sum(self._ahead.values()) >= _FULL * self.budget

    def usage(self) -> Usage:
        """Counted anew from the folder."""
        sizes = [size for _, size, _ in self._entries()]
        return Usage(sum(sizes), len(sizes))

    def evict(self, budget: int | None = None) -> int:
        """Remove the least recently used records down to `budget`; returns how many."""
        room = self.budget if budget is None else budget
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        removed = 0
        for _, size, path in entries:
            if total <= room:
                break
            with contextlib.suppress(OSError):  # another process was quicker, or maps it
                os.unlink(path)
                removed += 1
                total -= size
        with self._lock:
            self._known = total
        return removed

    def _count(self, size: int) -> None:
        """Add to the known total, and evict where it passes the budget."""
        with self._lock:
            known = self._known
            self._known = None if known is None else known + size
        if known is None:
            known = self.usage().bytes - size
            with self._lock:
                self._known = known + size
        if known + size > self.budget:
            self.evict(int(_KEPT * self.budget))

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def _entries(self) -> list[tuple[float, int, str]]:
        """Time of last use, bytes and path of every record, and of abandoned writes."""
        found = []
        for parent, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(parent, name)
                try:
                    seen = os.stat(path)
                except FileNotFoundError:
                    continue
                found.append((seen.st_mtime, seen.st_size, path))
        return found
