"""Which of the graph's entities each sentence names, and what it is worth to name them.

What a text is about is named in it again and again, under whatever name. So the entities that
the graph has resolved are terms that a summary should cover (as concepts are in Gillick &
Favre 2009), worth the more the more sentences name them. Dates, numbers and common nouns are
left to the phrases.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...memory.graph_rows import MentionRow

Floats = NDArray[np.float64]

WORTH = 0.05
"""Of the entity that most sentences name: as much as a phrase that one summary in twenty
repeats. On documents that no trees had seen, more of it named more and shared fewer words
with what people wrote."""

_LEFT_OUT = frozenset({"date", "number", "term"})


@dataclass(frozen=True, slots=True)
class Entities:
    """`holds` (n, e) is a CSR matrix of 0 and 1: sentence i names entity j; `worth` (e,)."""

    holds: Any
    worth: Floats


def entities(spans: Sequence[tuple[int, int, int]], mentions: Iterable[MentionRow]) -> Entities:
    """The entities of n sentences, given their documents' ids and their offsets, end excluded.

    A mention is in the sentence that it begins in, or in none: headings are no sentences.
    """
    from scipy.sparse import csr_matrix

    order = sorted(range(len(spans)), key=spans.__getitem__)
    ascending = [spans[row][:2] for row in order]
    columns: dict[int, int] = {}
    named: set[tuple[int, int]] = set()
    for one in mentions:
        place = bisect_right(ascending, (one.document.id, one.start)) - 1
        if one.kind in _LEFT_OUT or place < 0:
            continue
        document, _, end = spans[order[place]]
        if document == one.document.id and one.start < end:
            named.add((order[place], columns.setdefault(one.entity_id, len(columns))))
    places = np.asarray(sorted(named), np.int64).reshape(-1, 2)
    shape = len(spans), len(columns)
    holds = csr_matrix((np.ones(len(places)), (places[:, 0], places[:, 1])), shape=shape)
    spread = np.log1p(np.asarray(holds.sum(axis=0)).ravel())
    return Entities(holds, WORTH * spread / max(spread.max(initial=0.0), 1e-9))
