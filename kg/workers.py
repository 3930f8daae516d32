"""An extractor spread over worker processes.

Workers are spawned, not forked (threads of torch and FAISS do not survive a
fork), at the first batch, and each makes its own extractor once. They live until
`close`. Texts go out in blocks of similar size and come back in order.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from types import TracebackType

from .extraction import Extraction, Extractor

_BLOCK = 64
"""Texts a block: enough for the network's batch, few enough to balance the workers."""

_mine: Extractor | None = None


class ExtractorPool:
    """`extractor` in `workers` processes; with one worker it runs in this process.

    The extractor is pickled to each worker when that starts, so it must carry no
    loaded model. Use it as a context manager, or call `close`.

    Raises:
        ValueError: if `workers` is not positive.
    """

    def __init__(self, extractor: Extractor, *, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, got {workers}")
        self._extractor = extractor
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    @property
    def fingerprint(self) -> str:
        """That of the extractor: how many processes run makes no difference."""
        return self._extractor.fingerprint

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text, in the order given."""
        if self._workers == 1 or (self._pool is None and len(texts) <= _BLOCK):
            return self._extractor.extract(texts)
        blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
        return list(chain.from_iterable(self._started().map(_extract, blocks)))

    def close(self) -> None:
        """Ends the workers; a later `extract` starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> ExtractorPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import multiprocessing

            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._extractor,),
            )
        return self._pool


def _begin(extractor: Extractor) -> None:
    """Keeps a worker's own extractor, and its numeric libraries to one thread."""
    global _mine
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[library] = "1"
    _mine = extractor


def _extract(texts: Sequence[str]) -> list[Extraction]:
    if _mine is None:
        raise RuntimeError("a worker got texts before its extractor; start it with _begin")
    return _mine.extract(texts)
