"""The graph's part in a search: from names and first passages to passages near them.

Functions of arrays; what the graph is, and how a walk goes, is known to `kg`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from ..kg.arrays import GraphArrays
from ..kg.link import KnownName, known_names
from ..kg.walk import Floats, Links, Restart, push

_PHRASE = 0.3  # of a proper name's weight; small words may be no name at all
_PASSAGES = 0.05  # of the restart where there are names, as in HippoRAG 2
_EPSILON = 1e-6  # of a share, for each unit of a node's links


def linked(question: str, arrays: GraphArrays) -> tuple[KnownName, ...]:
    """What the question names that the graph knows."""
    return known_names(question, arrays.surfaces)


def name_weights(names: Sequence[KnownName]) -> dict[int, float]:
    """How surely names mean each entity column, in (0, 1]; one of many spreads thin."""
    weights: dict[int, float] = {}
    for name in names:
        weight = (1.0 if name.proper else _PHRASE) / sqrt(len(name.columns))
        for column in name.columns:
            weights[column] = max(weights.get(column, 0.0), weight)
    return weights


def restart(
    names: Sequence[KnownName], passages: Mapping[int, float], rarity: Floats
) -> Restart | None:
    """Where to start: names, weighed by how rare their entities are, and passage rows.

    `passages` have scores >= 0. A name of many entities spreads its weight. None where
    there is nothing to start from.
    """
    sure = name_weights(names)
    entities = {column: float(weight * rarity[column]) for column, weight in sure.items()}
    named, scored = sum(entities.values()), sum(passages.values())
    if named <= 0 and scored <= 0:
        return None
    share = _PASSAGES / scored * (named / (1 - _PASSAGES) if named > 0 else 1) if scored > 0 else 0
    return Restart({row: share * score for row, score in passages.items()}, entities)


def visits(links: Links, start: Restart | None) -> Floats:
    """Each passage's share of a walk, (n,), by pushes: as if exact for what comes first."""
    if start is None:
        return np.zeros(links.passages.shape[0])
    return push(links, start, epsilon=_EPSILON).passages


def rows_of(arrays: GraphArrays, chunk_ids: Sequence[int]) -> dict[int, int]:
    """The row of each chunk that the graph holds."""
    ids = np.asarray(chunk_ids, np.int64)
    if not len(arrays.chunk_ids):
        return {}
    places = np.minimum(np.searchsorted(arrays.chunk_ids, ids), len(arrays.chunk_ids) - 1)
    held = arrays.chunk_ids[places] == ids
    return dict(zip(ids[held].tolist(), places[held].tolist(), strict=True))


def most_visited(
    arrays: GraphArrays, shares: Floats, count: int, allowed: np.ndarray | None
) -> list[int]:
    """The `count` chunks with the largest shares, largest first; only `allowed` ones, if given."""
    if allowed is not None:
        shares = np.where(np.isin(arrays.chunk_ids, allowed), shares, 0.0)
    rows = np.flatnonzero(shares)
    if len(rows) > count:
        rows = rows[np.argpartition(-shares[rows], count)[:count]]
    best = rows[np.lexsort((rows, -shares[rows]))]
    return [int(chunk) for chunk in arrays.chunk_ids[best]]
