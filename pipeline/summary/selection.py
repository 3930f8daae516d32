"""Which sentences to take: the worthiest that say something new, while the budget lasts.

Greedy, as maximal marginal relevance is (Carbonell & Goldstein 1998), but what counts
as said is not how near a sentence is to one that was taken: it is which of its terms, and
of its pairs of neighbouring terms, have been said already, by whichever sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Novelty:
    """What a sentence loses whose terms, or pairs of terms, have all been said."""

    terms: float = 0.3
    pairs: float = 0.9


NOVELTY = Novelty()


def select(
    values: Floats,
    costs: Ints,
    budget: int,
    holds: tuple[Any, Any],
    novelty: Novelty = NOVELTY,
) -> list[int]:
    """The sentences taken, best first; their `costs` (n,) add up to at most `budget`.

    `values` (n,), higher is better. `holds` are CSR matrices of 0 and 1: which terms, and
    which pairs of terms, each sentence has.
    """
    said = [
        _Said(matrix, weight)
        for matrix, weight in zip(holds, (novelty.terms, novelty.pairs), strict=True)
    ]
    taken: list[int] = []
    left, free = budget, np.ones(len(values), bool)
    while (fits := free & (costs <= left)).any():
        gains = values - sum(part.loss() for part in said)
        best = int(np.where(fits, gains, -np.inf).argmax())
        taken.append(best)
        free[best] = False
        left -= int(costs[best])
        for part in said:
            part.say(best)
    return taken


def shortlist(values: Floats, sizes: Ints, enough: int) -> Ints:
    """The worthiest sentences, in their order, of which the `sizes` add up to `enough`."""
    order = np.argsort(-values, kind="stable")
    count = int(np.searchsorted(np.cumsum(sizes[order]), enough)) + 1
    found: Ints = np.sort(order[:count])
    return found


class _Said:
    """What has been said of one vocabulary, and what saying it again costs."""

    def __init__(self, holds: Any, weight: float) -> None:
        self._holds = holds
        self._scale = weight / np.maximum(np.asarray(holds.getnnz(axis=1), float), 1)
        self._said = np.zeros(holds.shape[1])

    def loss(self) -> Floats:
        found: Floats = self._scale * (self._holds @ self._said)
        return found

    def say(self, sentence: int) -> None:
        held = self._holds.indices[self._holds.indptr[sentence] : self._holds.indptr[sentence + 1]]
        self._said[held] = 1.0
