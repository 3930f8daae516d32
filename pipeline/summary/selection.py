"""Which sentences to take: the worthiest that say something new, while the budget lasts.

Greedy, as maximal marginal relevance is (Carbonell & Goldstein 1998), but what counts
as said is not how near a sentence is to one that was taken: it is which of its terms, and
of its pairs of neighbouring terms, have been said already, by whichever sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .vocabulary import Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SHORTLIST = 12  # budgets' worth of sentences that are looked at


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
    vocabularies: tuple[Vocabulary, Vocabulary],
    novelty: Novelty = NOVELTY,
) -> list[int]:
    """The sentences taken, best first; their `costs` (n,) add up to at most `budget`.

    `values` (n,), higher is better. `vocabularies` hold terms and pairs of terms.
    """
    near = _shortlist(values, costs, budget)
    worth, price = values[near], costs[near]
    said = [
        _Said(vocabulary.holds[near], weight)
        for vocabulary, weight in zip(vocabularies, (novelty.terms, novelty.pairs), strict=True)
    ]
    taken: list[int] = []
    left, free = budget, np.ones(len(near), bool)
    while (fits := free & (price <= left)).any():
        gains = worth - sum(part.loss() for part in said)
        best = int(np.where(fits, gains, -np.inf).argmax())
        taken.append(int(near[best]))
        free[best] = False
        left -= int(price[best])
        for part in said:
            part.say(best)
    return taken


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


def _shortlist(values: Floats, costs: Sequence[int] | Ints, budget: int) -> Ints:
    """The worthiest that fit, `_SHORTLIST` budgets' worth of them, in their order."""
    order = np.argsort(-values, kind="stable")
    order = order[np.asarray(costs)[order] <= budget]
    enough = int(np.searchsorted(np.cumsum(np.asarray(costs)[order]), _SHORTLIST * budget)) + 1
    found: Ints = np.sort(order[:enough])
    return found
