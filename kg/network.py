"""The graph as NetworkX has it, changed a passage at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .arrays import GraphArrays
from .rows import Ids


class Network:
    """A `networkx.Graph` of ("passage", id) and ("entity", id) nodes."""

    def __init__(self) -> None:
        import networkx

        self.graph = networkx.Graph()

    def put(self, arrays: GraphArrays, passages: Ids, labels: Mapping[int, str]) -> None:
        """Adds passages with the entities that they mention."""
        mentions, entities = arrays.mentions, arrays.entity_ids
        for row, passage in zip(np.searchsorted(arrays.chunk_ids, passages), passages, strict=True):
            node = ("passage", int(passage))
            self.graph.add_node(node, kind="passage")
            some = slice(mentions.indptr[row], mentions.indptr[row + 1])
            for column, weight in zip(mentions.indices[some], mentions.data[some], strict=True):
                entity = int(entities[column])
                self.graph.add_node(("entity", entity), kind="entity", label=labels.get(entity, ""))
                self.graph.add_edge(node, ("entity", entity), weight=float(weight))

    def drop(self, passages: Ids) -> None:
        """Takes passages away, and entities that no passage mentions then."""
        for passage in passages.tolist():
            node = ("passage", passage)
            if node not in self.graph:
                continue
            entities = list(self.graph[node])
            self.graph.remove_node(node)
            self.graph.remove_nodes_from([e for e in entities if self.graph.degree(e) == 0])
