"""Fusion: filling the reader's fixed window with the passages that matter most.

Passages enter in the order of their scores while they fit; the best one, if it is
too long by itself, enters cut to whole sentences. What was left out is reported.
Pure: what a passage costs is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..reader.reading import Window, WindowPassage
from ..records import Passage, WindowReport
from ..sentences import sentences

Cost = Callable[[WindowPassage | str], int]


@dataclass(frozen=True, slots=True)
class Filled:
    """A window, how it was filled, and the passages in it, in the order read."""

    window: Window
    report: WindowReport
    passages: tuple[Passage, ...]


def fill(passages: Sequence[Passage], *, limit: int, overhead: int, cost: Cost) -> Filled:
    """A window of at most `limit` tokens, `overhead` of which are spoken for.

    `passages` come best first. The sum of their costs and the overhead never exceeds
    the limit, unless the overhead alone does: then the window is empty.
    """
    used = overhead
    chosen: list[tuple[Passage, WindowPassage]] = []
    left_out: list[int] = []
    for passage in passages:
        entry = _entry(passage)
        if not chosen and used + cost(entry) > limit:
            entry = _shortened(entry, limit - used, cost)
        price = cost(entry) if entry.text else limit
        if not entry.text or used + price > limit:
            left_out.append(passage.chunk_id)
            continue
        chosen.append((passage, entry))
        used += price
    report = WindowReport(
        limit=limit,
        used=used,
        passages=tuple(passage.chunk_id for passage, _ in chosen),
        facts=0,
        left_out=tuple(left_out),
    )
    window = Window(tuple(entry for _, entry in chosen))
    return Filled(window, report, tuple(passage for passage, _ in chosen))


def _entry(passage: Passage) -> WindowPassage:
    return WindowPassage(
        chunk_id=passage.chunk_id,
        title=passage.document.title,
        heading=passage.heading,
        text=passage.text,
        score=passage.score,
    )


def _shortened(entry: WindowPassage, room: int, cost: Cost) -> WindowPassage:
    """The entry cut after the last sentence with which it still fits; maybe empty.

    It begins where the passage begins, so that offsets into it stay true.
    """
    ends = [end for _, end in sentences(entry.text)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        fits = cost(replace(entry, text=entry.text[: ends[middle - 1]])) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return replace(entry, text=entry.text[: ends[low - 1]] if low else "")
