"""One embedding of a corpus that all systems share, so that none is slower by its own.

Passages are embedded once; questions are embedded each time one is asked. Does not know
who asks.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memctx.memory.embedder import Embedder

Floats = NDArray[np.float32]


class SharedVectors:
    """Vectors by text: known ones of passages, and new ones of anything else.

    `seconds` is what embedding the passages took, `width` how many numbers a vector has.
    """

    def __init__(self, embedder: Embedder, texts: Sequence[str], *, file: Path | None) -> None:
        self._embedder, self.width = embedder, embedder.width
        vectors, self.seconds = _read_or_made(embedder, texts, file)
        self._known = dict(zip(texts, vectors, strict=True))

    def of(self, texts: Sequence[str]) -> Floats:
        """Unit vectors (len(texts), width) of passages."""
        return np.stack([self._of_one(text) for text in texts])

    def question(self, text: str) -> Floats:
        """The unit vector (width,) of a question, made anew."""
        return self._embedder.encode_query(text)

    def _of_one(self, text: str) -> Floats:
        known = self._known.get(text)
        return self.question(text) if known is None else known


def _read_or_made(
    embedder: Embedder, texts: Sequence[str], file: Path | None
) -> tuple[Floats, float]:
    """Vectors and the seconds that they took, from `file` where it holds as many."""
    if file is not None and file.is_file():
        with np.load(file) as kept:
            if len(kept["vectors"]) == len(texts):
                return kept["vectors"], float(kept["seconds"])
    began = time.perf_counter()
    vectors = embedder.encode(list(texts))
    seconds = time.perf_counter() - began
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, vectors=vectors, seconds=seconds)
    return vectors, seconds
