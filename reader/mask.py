"""Who may look at whom: runs of query positions, and what each row of a run sees.

Pure arithmetic over positions. A query at position p sees keys at positions up to
p, and in a sliding-window layer of width w just those beyond p - w.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_MOST = 64
"""Scattered queries in a run: enough that calls cost little beside what they compute."""


@dataclass(frozen=True, slots=True)
class Run:
    """Queries `offset : offset + count` of a pass, at `places` (count,), ascending."""

    offset: int
    places: Tensor

    @property
    def count(self) -> int:
        """How many queries."""
        return len(self.places)

    @property
    def first(self) -> int:
        """The position of the first query."""
        return int(self.places[0])

    @property
    def last(self) -> int:
        """The position of the last query."""
        return int(self.places[-1])


def runs_of(
    positions: Tensor | None, *, total: int, count: int, window: int | None = None
) -> list[Run]:
    """What is attended to at once in a pass of `count` queries over `total` keys.

    Queries that are the last of the keys are one run. Scattered ones, at `positions`, are cut
    where a run would have too many, or, in a layer that sees `window` positions, where it would
    span more than that: few calls, and few keys that a query may not see.
    """
    import torch

    if positions is None:
        return [Run(0, torch.arange(total - count, total))]
    places = positions.tolist()
    reach = total if window is None else window
    starts = [0]
    for i, place in enumerate(places):
        if place - places[starts[-1]] >= reach or i - starts[-1] >= _MOST:
            starts.append(i)
    ends = [*starts[1:], len(places)]
    return [Run(a, positions[a:b].cpu()) for a, b in zip(starts, ends, strict=True)]


def visible(run: Run, low: int, window: int | None) -> Tensor:
    """Which keys from `low` to the run's last each query sees: (queries, keys), bool."""
    import torch

    rows = run.places[:, None]
    columns = torch.arange(low, run.last + 1)[None, :]
    seen = columns <= rows
    return seen if window is None else seen & (columns > rows - window)
