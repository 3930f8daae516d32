"""An extractor spread over worker processes, which read while the caller does other work.

A worker is a plain child process that speaks JSON over its pipes: it needs no
`if __name__ == "__main__"` in the caller's script, survives no parent, and no thread
of torch or FAISS is forked. Workers start with the first texts that are worth it.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from types import TracebackType

from ..errors import ExtractionError
from .extraction import Extraction
from .languages import ByLanguage
from .recipe import Recipe
from .wire import from_plain

_BLOCK = 64
"""Texts a block: enough for the network's batch, few enough to balance the workers."""
_CODE = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from memctx.kg.worker import main; main()"
)


_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ExtractorPool:
    """The extractor of a recipe in `workers` processes; with none it runs in this process.

    Few texts are read in this process too: a worker takes a second to start. Use it as
    a context manager, or call `close`.

    Raises:
        ValueError: if `workers` is negative.
    """

    def __init__(self, recipe: Recipe, *, workers: int) -> None:
        if workers < 0:
            raise ValueError(f"a pool has no workers or more, got {workers}")
        self._recipe, self._workers = recipe, workers
        self._here: ByLanguage = recipe.extractor()
        self._threads = ThreadPoolExecutor(max(workers, 1), thread_name_prefix="memctx-extract")
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def fingerprint(self) -> str:
        """That of the extractor: how many processes run makes no difference."""
        return self._here.fingerprint

    def begin(self, texts: Sequence[str]) -> Callable[[], list[Extraction]]:
        """Starts reading; what is returned waits for the extractions, in the order given.

        Raises (when waiting):
            ExtractionError: a worker ended before its work.
        """
        if self._workers == 0 or (not self._started and len(texts) <= _BLOCK):
            jobs = [self._threads.submit(self._here.extract, texts)]
        else:
            self._start()
            blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
            jobs = [self._threads.submit(self._ask, block) for block in blocks]
        return lambda: _gathered(jobs)

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text, in the order given."""
        return self.begin(texts)()

    def close(self) -> None:
        """Ends the workers; the pool cannot be used afterwards."""
        self.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._started:
            worker.communicate()
        self._started.clear()

    @property
    def workers_running(self) -> int:
        """How many processes have been started."""
        return len(self._started)

    def kill(self) -> None:
        """Ends the workers at once, whatever they are doing."""
        for worker in self._started:
            worker.kill()

    def __enter__(self) -> ExtractorPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        while len(self._started) < self._workers:
            english = self._recipe.english
            arguments = [json.dumps(sys.path), str(english or ""), self._recipe.weights]
            worker = subprocess.Popen(
                [sys.executable, "-c", _CODE, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | dict.fromkeys(_ONE_THREAD, "1"),
            )
            self._started.append(worker)
            self._idle.put(worker)

    def _ask(self, texts: Sequence[str]) -> list[Extraction]:
        worker = self._idle.get()
        try:
            return _exchange(worker, texts)
        finally:
            self._idle.put(worker)


def _exchange(worker: subprocess.Popen[bytes], texts: Sequence[str]) -> list[Extraction]:
    if worker.stdin is None or worker.stdout is None:
        raise ExtractionError("a worker was started without pipes")
    try:
        worker.stdin.write(json.dumps(list(texts)).encode() + b"\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except OSError:
        line = b""
    if not line:
        raise ExtractionError(
            f"a process that reads names and facts ended with code {worker.wait()} before its "
            "work was done; do the same again, or leave the graph out (graph=False, --no-graph)"
        )
    return [from_plain(each) for each in json.loads(line)]


def _gathered(jobs: Sequence[Future[list[Extraction]]]) -> list[Extraction]:
    return list(chain.from_iterable(job.result() for job in jobs))
