"""Which sentences to take: the worthiest that bring something new, while the budget lasts.

    gain = w * value + (1 - w) * (worth of what is not said yet) / tokens ** 0.8

Greedy, each part in units of the greatest that there is. What a sentence brings are its phrases
and the entities that it names, each once, whichever sentence says it: maximal coverage within a
budget (Gillick & Favre 2009, who solve it exactly, and without the first part; the power of the
cost is of Lin & Bilmes 2010).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WORTH = 0.3
"""The weight of a sentence's own value beside what its phrases bring."""

_POWER = 0.8
"""Of the cost: below one, so that sentences are not taken for being short."""


def select(
    values: Floats,
    costs: Ints,
    budget: int,
    holds: Any,
    chances: Floats,
    worth: float = WORTH,
) -> list[int]:
    """The sentences taken, best first; their `costs` (n,) add up to at most `budget`.

    `values` (n,), higher is better; those below 0 count as 0. `holds` (n, p) is a CSR matrix of
    0 and 1, what each sentence says; `chances` (p,) are what each of that is worth once.
    """
    taken: list[int] = []
    left, free, fresh = budget, np.ones(len(values), bool), chances.copy()
    sizes = costs**_POWER
    positive = np.maximum(values, 0.0)
    own = worth * positive / max(positive.max(initial=0.0), 1e-9)
    while (fits := free & (costs <= left)).any():
        brought = (holds @ fresh) / sizes
        most = max(brought[fits].max(), 1e-9)
        gains = own + (1 - worth) * brought / most
        best = int(np.where(fits, gains, -np.inf).argmax())
        taken.append(best)
        free[best] = False
        left -= int(costs[best])
        fresh[holds.indices[holds.indptr[best] : holds.indptr[best + 1]]] = 0.0
    return taken


def shortlist(values: Floats, sizes: Ints, enough: int) -> Ints:
    """The worthiest sentences, in their order, of which the `sizes` add up to `enough`."""
    order = np.argsort(-values, kind="stable")
    count = int(np.searchsorted(np.cumsum(sizes[order]), enough)) + 1
    found: Ints = np.sort(order[:count])
    return found
