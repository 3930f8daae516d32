"""Groups of passages and entities that belong together, with ids that last.

Leiden (Traag et al. 2019) on the bipartite graph, by graspologic's Rust library. The
same graph and seed give the same groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .arrays import GraphArrays
from .rows import Ids


@dataclass(frozen=True, slots=True)
class Communities:
    """The community of each entity (m,) and of each passage (n,), largest first in `sizes`.

    `sizes` counts passages. Entities that no passage mentions are in community -1, and
    so are passages without entities.
    """

    entities: Ids
    passages: Ids
    sizes: Mapping[int, int]


def communities(
    arrays: GraphArrays, *, previous: Mapping[int, int] | None = None, seed: int = 0
) -> Communities:
    """Finds the communities of a graph.

    `previous` maps entity ids to their communities before: a community keeps the id that
    most of its entities had; a new one goes by its smallest entity id.
    """
    from graspologic_native import leiden

    coo = arrays.mentions.tocoo()
    entities, passages = np.full(coo.shape[1], -1, np.int64), np.full(coo.shape[0], -1, np.int64)
    if coo.nnz:
        spread = np.asarray(arrays.mentions.getnnz(axis=0))
        weights = coo.data / np.log2(1 + spread[coo.col])
        rows = zip(coo.row.tolist(), coo.col.tolist(), weights.tolist(), strict=True)
        edges = [(f"p{row}", f"e{column}", weight) for row, column, weight in rows]
        _, groups = leiden(edges, seed=seed)
        for node, group in groups.items():
            (entities if node[0] == "e" else passages)[int(node[1:])] = group
    ids = stable(entities, arrays.entity_ids, previous or {})
    entities, passages = _renamed(entities, ids), _renamed(passages, ids)
    sizes = Counter(passages[passages >= 0].tolist())
    return Communities(entities, passages, dict(sizes.most_common()))


def stable(groups: Ids, entity_ids: Ids, previous: Mapping[int, int]) -> dict[int, int]:
    """An id for each group (of entities, -1 for none) that a group like it had before.

    Larger overlaps choose first; no two groups get the same id.
    """
    overlaps: Counter[tuple[int, int]] = Counter()
    smallest: dict[int, int] = {}
    for group, entity in zip(groups.tolist(), entity_ids.tolist(), strict=True):
        if group < 0:
            continue
        smallest.setdefault(group, entity)  # entity ids ascend
        if entity in previous:
            overlaps[group, previous[entity]] += 1
    ids: dict[int, int] = {}
    for (group, before), _ in sorted(overlaps.items(), key=lambda item: (-item[1], item[0])):
        if group not in ids and before not in ids.values():
            ids[group] = before
    taken, beyond = set(ids.values()), max([0, *entity_ids.tolist(), *previous.values()]) + 1
    for group, entity in smallest.items():
        if group not in ids:
            ids[group] = entity if entity not in taken else beyond
            beyond += ids[group] == beyond
            taken.add(ids[group])
    return ids


def _renamed(groups: Ids, ids: Mapping[int, int]) -> Ids:
    return np.asarray([ids.get(group, -1) for group in groups.tolist()], dtype=np.int64)
