"""What a model looked at while it read: attention summed by passage, or by token.

Watchers for `attention.Plan`. They see the layers that see the whole window; a
sliding layer near the end sees its neighbours whatever the question is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .packing import Layout
from .reading import Evidence

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(slots=True)
class PassageWatch:
    """Attention of the positions from `first` on over the chunks of a layout.

    `layers` is how many layers will be seen in a pass. A position that is seen again,
    after a wrong guess of its token, counts as it was seen last.
    """

    layout: Layout
    first: int
    layers: int
    seen: dict[int, tuple[int, list[float]]] = field(default_factory=dict)

    def __call__(self, positions: Tensor, weights: Tensor) -> None:
        """Add one layer: positions (queries,), weights (heads, queries, keys)."""
        rows = (positions >= self.first).nonzero().flatten()
        if not len(rows) or not self.layout.starts:
            return
        sums = weights.mean(0)[rows.to(weights.device)].cumsum(-1).double().cpu()
        ends = sums[:, [end - 1 for end in self.layout.ends]]
        starts = sums[:, [start - 1 for start in self.layout.starts]]
        for place, row in zip(positions[rows].tolist(), (ends - starts).tolist(), strict=True):
            count, before = self.seen.get(place, (0, []))
            if not before or count == self.layers:  # a new pass over this place
                count, before = 0, [0.0] * len(row)
            self.seen[place] = (count + 1, [a + b for a, b in zip(before, row, strict=True)])

    def shares(self, last: int) -> tuple[float, ...]:
        """Each chunk's share of the attention that chunks got up to position `last`.

        They add up to 1; empty where nothing was seen.
        """
        rows = [row for place, (_, row) in self.seen.items() if place <= last]
        totals = [sum(column) for column in zip(*rows, strict=True)]
        whole = sum(totals)
        return tuple(total / whole for total in totals) if whole > 0 else ()


@dataclass(slots=True)
class TokenWatch:
    """Attention of all queries over each of `tokens` positions, over heads and layers."""

    tokens: int
    total: Tensor | None = None

    def __call__(self, positions: Tensor, weights: Tensor) -> None:
        """Add one layer: weights (heads, queries, keys)."""
        summed = weights[..., : self.tokens].sum((0, 1))
        self.total = summed if self.total is None else self.total + summed


def weighed(evidence: Sequence[Evidence], attention: dict[int, float]) -> tuple[Evidence, ...]:
    """The evidence, its weight shared out anew by the attention that its chunk got.

    What all of it weighs stays the same: that says how well the words are supported.
    """
    total = sum(item.weight for item in evidence)
    drawn = [item.weight * (0.05 + attention.get(item.chunk_id, 0.0)) for item in evidence]
    whole = sum(drawn)
    if not whole:
        return tuple(evidence)
    again = [
        Evidence(item.chunk_id, item.start, item.end, min(1.0, total * part / whole))
        for item, part in zip(evidence, drawn, strict=True)
    ]
    return tuple(sorted(again, key=lambda item: -item.weight))
