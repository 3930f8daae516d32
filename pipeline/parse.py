"""Parsing many sources, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from ..errors import UsageError
from ..records import Document, Skipped
from .loaders import Limits, Source, load

Parsed = tuple[Source, Iterable[Document | Skipped]]

_STREAMED = (".jsonl", ".ndjson", ".zip")  # too much may come of one to hand it over whole


def parse_all(sources: Iterable[Source], limits: Limits, *, jobs: int = 1) -> Iterator[Parsed]:
    """Each source with what it loads to, in the order given.

    With several jobs, files are parsed by that many processes, a few ahead; files
    that stream many documents stay in this one.

    Raises:
        UsageError: a process ended early, as they do where a script's own work is not
            kept from those that import it.
    """
    if jobs <= 1:
        for source in sources:
            yield source, load(source, limits)
        return
    try:
        yield from _parse_in_processes(sources, limits, jobs)
    except BrokenProcessPool as error:
        raise UsageError(
            f"{jobs} jobs were asked for and a process that parses ended early; a script that "
            'ingests with several jobs should do so below `if __name__ == "__main__":`, and '
            "jobs=1 needs less memory"
        ) from error


def _parse_in_processes(sources: Iterable[Source], limits: Limits, jobs: int) -> Iterator[Parsed]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting: deque[tuple[Source, Future[list[Document | Skipped]] | None]] = deque()
        for source in sources:
            streamed = source.path is None or source.key.lower().endswith(_STREAMED)
            job = None if streamed else pool.submit(_load_all, source, limits)
            waiting.append((source, job))
            if len(waiting) > 4 * jobs:
                yield _result(*waiting.popleft(), limits)
        while waiting:
            yield _result(*waiting.popleft(), limits)


def _result(source: Source, job: Future[list[Document | Skipped]] | None, limits: Limits) -> Parsed:
    return source, load(source, limits) if job is None else job.result()


def _load_all(source: Source, limits: Limits) -> list[Document | Skipped]:
    return list(load(source, limits))
