"""Which terms a sentence holds, as a sparse matrix, and how much each term says.

Terms are the reader's: stems and numbers, Chinese by pairs of characters. Knows nothing
of vectors or of what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...reader.terms import terms

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`holds` (n, v) is a CSR matrix of 0 and 1: sentence i holds term j.

    `columns` maps a term to its column. `spread` (v,) counts the sentences of each.
    """

    holds: Any
    columns: dict[str, int]
    spread: Floats

    def row(self, found: Sequence[str]) -> Floats:
        """Terms as a row (v,) of 0 and 1; terms of no sentence are left out."""
        row = np.zeros(len(self.columns))
        row[[self.columns[term] for term in found if term in self.columns]] = 1.0
        return row

    def rarity(self) -> Floats:
        """log(1 + n / spread) of each term, (v,)."""
        found: Floats = np.log1p(self.holds.shape[0] / np.maximum(self.spread, 1.0))
        return found


def vocabulary(bags: Sequence[Sequence[str]]) -> Vocabulary:
    """The vocabulary of sentences that are given as their terms, in order."""
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    ends, indices = [0], []
    for bag in bags:
        indices += [columns.setdefault(term, len(columns)) for term in dict.fromkeys(bag)]
        ends.append(len(indices))
    data = np.ones(len(indices))
    shape = (len(bags), len(columns))
    holds = csr_matrix((data, np.asarray(indices, np.int64), np.asarray(ends)), shape=shape)
    return Vocabulary(holds, columns, np.bincount(indices, minlength=len(columns)).astype(float))


def bags_of(texts: Sequence[str]) -> list[list[str]]:
    """The terms of each text."""
    return [terms(text) for text in texts]


def pairs_of(bag: Sequence[str]) -> list[str]:
    """Neighbouring terms, two by two."""
    return [f"{one} {other}" for one, other in pairwise(bag)]
