"""The way from one entity to another through passages that mention both sides of a step."""

from __future__ import annotations

import numpy as np

from .arrays import GraphArrays

_HUB = 0.1
"""Cost of an entity for each e-fold of the passages that mention it: a detour of one
passage is taken only around a very common entity."""


def route(arrays: GraphArrays, start: int, end: int) -> list[int] | None:
    """Columns and rows in turn, from column `start` to column `end`; None if there is no way.

    The fewest passages, and among those the rarest entities (Dijkstra 1959).
    """
    from scipy.sparse import bmat
    from scipy.sparse.csgraph import dijkstra

    if start == end:
        return [start]
    mentions = arrays.mentions
    count = mentions.shape[0]
    spread = np.asarray(mentions.getnnz(axis=0))
    into_entity = mentions.copy()
    into_entity.data = 1.0 + _HUB * np.log(np.maximum(spread, 1))[mentions.indices]
    into_passage = mentions.T.tocsr()
    into_passage.data = np.ones_like(into_passage.data)
    both = bmat([[None, into_entity], [into_passage, None]], format="csr")
    distance, before = dijkstra(both, indices=count + start, return_predecessors=True)
    if not np.isfinite(distance[count + end]):
        return None
    way = [count + end]
    while way[-1] != count + start:
        way.append(int(before[way[-1]]))
    return [int(node) - count if node >= count else int(node) for node in reversed(way)]
