"""Who may look at whom: runs of query positions, and what each row of a run sees.

Pure arithmetic over positions. A query at position p sees keys at positions up to
p, and in a sliding-window layer of width w just those beyond p - w.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Run:
    """Queries `offset : offset + count` of a pass, at positions `first` to `last`."""

    offset: int
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many queries."""
        return self.last - self.first + 1


def runs_of(positions: Tensor | None, *, total: int, count: int) -> list[Run]:
    """The runs of consecutive positions in a pass of `count` queries over `total` keys."""
    if positions is None:
        return [Run(0, total - count, total - 1)]
    places = positions.tolist()
    starts = [i for i in range(len(places)) if i == 0 or places[i] != places[i - 1] + 1]
    ends = [*starts[1:], len(places)]
    return [Run(a, places[a], places[b - 1]) for a, b in zip(starts, ends, strict=True)]


def visible(run: Run, low: int, window: int | None) -> Tensor:
    """Which keys from `low` to the run's last each query sees: (queries, keys), bool."""
    import torch

    rows = torch.arange(run.first, run.last + 1)[:, None]
    columns = torch.arange(low, run.last + 1)[None, :]
    seen = columns <= rows
    return seen if window is None else seen & (columns > rows - window)
