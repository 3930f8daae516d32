"""Everything of a knowledge graph that an export may hold, read from the store at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..kg.graph import KnowledgeGraph
from ..memory.graph_rows import FactRow, NameRow
from ..memory.store import Store

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class WholeGraph:
    """Entities by their names, and what mentions and joins them.

    `passages` have the key of their document by chunk id; `mentions` are chunk, entity,
    and how often.
    """

    names: Mapping[int, list[NameRow]]
    passages: Mapping[int, str]
    mentions: list[tuple[int, int, int]]
    facts: list[FactRow]


def whole_graph(store: Store, graph: KnowledgeGraph) -> WholeGraph:
    """Reads it."""
    arrays = graph.arrays()
    names: dict[int, list[NameRow]] = {}
    for row in store.names_of(arrays.entity_ids.tolist()):
        names.setdefault(row.entity_id, []).append(row)
    chunks = arrays.chunk_ids.tolist()
    passages: dict[int, str] = {}
    facts: list[FactRow] = []
    for start in range(0, len(chunks), _AT_ONCE):
        some = chunks[start : start + _AT_ONCE]
        passages |= {chunk: row.document.key for chunk, row in store.chunks(some).items()}
        facts += store.facts_of(some)
    coo = arrays.mentions.tocoo()
    mentions = zip(
        arrays.chunk_ids[coo.row].tolist(),
        arrays.entity_ids[coo.col].tolist(),
        coo.data.astype(int).tolist(),
        strict=True,
    )
    return WholeGraph(names, passages, list(mentions), facts)
