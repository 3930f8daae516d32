"""Sentence vectors of a document: those that are stored, and the others made and stored.

The one place where summaries write. A memory that another process is writing, or that
cannot be written, is summarised all the same; then nothing is kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import DiskFull, MemoryLocked, ReadOnlyMemory
from ...memory.analysis import unread
from ...memory.embedder import Embedder, HashingEmbedder
from ...memory.summary_parts import Owner
from ..progress import Progress
from ..workspace import Workspace
from .parts import Part, parts

_log = logging.getLogger(__name__)
_SAVE_SECONDS = 5.0
_SAMPLE = 4000  # characters by which the language is told
_AT_ONCE = 512  # sentences

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedding:
    """How a workspace's sentences are embedded, and kept, with progress."""

    space: Workspace
    progress: Progress

    def embedder(self, text: str) -> Embedder:
        """The memory's own, or hashing where that does not read the text's language."""
        own = self.space.embedder
        if unread(text[:_SAMPLE], reads_chinese=own.reads_chinese):
            return HashingEmbedder()
        return own

    def of_document(self, owner: Owner, texts: Sequence[str], embedder: Embedder) -> Vectors:
        """Unit vectors (n, width) of a document's sentences; only those not stored are made."""
        found = parts(texts, embedder.fingerprint)
        vectors = np.empty((len(texts), embedder.width), np.float32)
        missing = [part for part in found if not self._load(part, vectors)]
        if not missing:
            return vectors
        self.progress.start("embedding", sum(part.size for part in missing), "sentences")
        keeping = _Keeping(self.space, owner)
        for batch in _batches(missing):
            places = np.concatenate([np.arange(part.start, part.end) for part in batch])
            vectors[places] = embedder.encode([texts[place] for place in places.tolist()])
            keeping.add({part.hash: vectors[part.start : part.end] for part in batch})
            self.progress.advance(len(places))
        keeping.finish([part.hash for part in found])
        self.progress.finish()
        return vectors

    def _load(self, part: Part, vectors: Vectors) -> bool:
        """Fills in a part's vectors if they are stored."""
        stored = self.space.store.part(part.hash, (part.size, vectors.shape[1]))
        if stored is not None:
            vectors[part.start : part.end] = stored
        return stored is not None


class _Keeping:
    """Stores what is made, every few seconds, so that little is lost with the process."""

    def __init__(self, space: Workspace, owner: Owner) -> None:
        self._space, self._owner = space, owner
        self._made: dict[bytes, Vectors] = {}
        self._able = True
        self._saved = time.monotonic()

    def add(self, made: Mapping[bytes, Vectors]) -> None:
        if not self._able:
            return
        self._made.update(made)
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            self._write(None)

    def finish(self, hashes: Sequence[bytes]) -> None:
        """Stores the rest, and drops what the document no longer holds."""
        if self._able:
            self._write(hashes)

    def _write(self, keep: Sequence[bytes] | None) -> None:
        try:
            with self._space.writing(create=False) as store:
                store.put_parts(self._owner, self._made)
                if keep is not None:
                    store.keep_parts(self._owner, keep)
        except (MemoryLocked, ReadOnlyMemory, DiskFull) as error:
            self._able = False
            _log.warning("this summary is made, but nothing of it is kept: %s", error)
        self._made = {}
        self._saved = time.monotonic()


def _batches(missing: Sequence[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    for part in missing:
        batch.append(part)
        if sum(one.size for one in batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
