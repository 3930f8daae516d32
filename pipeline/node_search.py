"""What near summary nodes quote, as passages of a search.

Nodes and passages compete by their cosines with the question, as in RAPTOR's collapsed tree
(arXiv 2401.18059). Of a node that is among the nearest, each sentence is a passage: cut to the
sentence, it takes little of the reader's window, and a story is seen in many places at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..memory.embedder import Floats
from ..memory.store import Store
from ..records import Passage
from .fuse import FLOOR_UNREAD

_NEAREST = 10  # of nodes and passages together: what a window holds, and a little more
_AHEAD = 6  # passages that stay whole and come first: about three quarters of a window
_QUOTES = 12
_SURE = 0.9
"""The probability of the best passage from which nothing is quoted: what was asked for is found,
and what stands beside it tells more of that than sentences from all over a document."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence `start:end` of a document, and the passage that it stands in."""

    chunk_id: int
    start: int
    end: int


def quotes(
    store: Store,
    model_id: int,
    vector: Floats,
    documents: Sequence[int],
    beside: NDArray[np.floating],
) -> list[Quote]:
    """What the nodes of these documents quote that are near enough, the nearest node's first.

    Of each passage one sentence at most. `vector` (d,) is the question's; `beside` (n,) are
    the cosines of passages that nodes compete with.
    """
    nodes = store.nodes_of(documents, model_id)
    cosines = nodes.vectors @ vector
    everything = np.sort(np.concatenate([beside, cosines]))[::-1]
    near = [
        int(node)
        for node in np.argsort(-cosines, kind="stable")[:_NEAREST]
        if cosines[node] >= everything[:_NEAREST][-1]
    ]
    chunks = {document: store.chunk_starts(document) for document in set(nodes.documents)}
    found: dict[int, Quote] = {}
    for node in near:
        ids, starts = chunks[nodes.documents[node]]
        for start, end in nodes.spans[node]:
            home = int(ids[max(int(np.searchsorted(starts, start, side="right")) - 1, 0)])
            found.setdefault(home, Quote(home, start, end))
    return list(found.values())


def with_quotes(passages: Sequence[Passage], quoted: Sequence[Quote]) -> list[Passage]:
    """The passages, best first, with those that are quoted cut to their sentence.

    The first ones stay as they are. Behind them comes what is quoted, which counts as likely
    as the last of them, then the rest. Nothing is quoted where the first surely has the answer.
    """
    if not passages or passages[0].score >= _SURE:
        return list(passages)
    least = FLOOR_UNREAD * passages[0].score
    ahead = [passage for passage in passages[:_AHEAD] if passage.score >= least]
    rest = {passage.chunk_id: passage for passage in passages[len(ahead) :]}
    cut = [
        replace(_cut(rest.pop(quote.chunk_id), quote), score=ahead[-1].score)
        for quote in quoted
        if quote.chunk_id in rest
    ]
    return [*ahead, *cut[:_QUOTES], *rest.values()]


def _cut(passage: Passage, quote: Quote) -> Passage:
    """The passage's part of the sentence: one that is very long may end in the next passage."""
    end = min(quote.end, passage.end)
    text = passage.text[quote.start - passage.start : end - passage.start]
    return replace(passage, text=text, start=quote.start, end=end)
