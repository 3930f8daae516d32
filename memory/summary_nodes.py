"""Summary nodes: what stretches of long documents come to, and where that stands in them.

Content-addressed by the hash of a stretch under its document's key, so that what an edit
left alone is found again. How nodes are made, and what is hashed, is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, delete, exists, func, insert, select

from . import tables
from .database import Database, slices
from .summary_parts import Owner
from .writes import Vectors

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SummaryNode:
    """A stretch's sentences: their numbers in it, where they stand, and their vector (width,).

    `spans` are offsets into the document's text. Without sentences it is a note that the
    document was looked at.
    """

    hash: bytes
    picks: tuple[int, ...]
    spans: Spans
    vector: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class FoundNodes:
    """n nodes: the number of each one's document, its spans, and the vectors (n, width)."""

    documents: Sequence[int]
    spans: Sequence[Spans]
    vectors: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.documents)


class SummaryNodes(Database):
    """Nodes by document and by hash; a document's are written in one transaction."""

    def node_count(self) -> int:
        """How many nodes of the documents as they are now say something."""
        node, document = tables.summary_nodes.c, tables.documents.c
        query = select(func.count()).select_from(tables.summary_nodes)
        query = query.join(tables.documents, document.id == node.document_id)
        with self.reading() as connection:
            return connection.scalar(query.where(func.length(node.vector) > 0)) or 0

    def nodes_of(self, document_ids: Sequence[int], model_id: int) -> FoundNodes:
        """The nodes of these documents that this model made."""
        column = tables.summary_nodes.c
        width = select(tables.models.c.width).where(tables.models.c.id == model_id)
        query = select(column.document_id, column.spans, column.vector)
        query = query.where(column.model_id == model_id, func.length(column.vector) > 0)
        with self.reading() as connection:
            size = 2 * (connection.scalar(width) or 0)
            rows = [
                row
                for some in slices(document_ids)
                for row in connection.execute(query.where(column.document_id.in_(some)))
                if len(row.vector) == size
            ]
        vectors = np.frombuffer(b"".join(row.vector for row in rows), "<f2").astype(np.float32)
        return FoundNodes(
            [row.document_id for row in rows],
            [_spans(row.spans) for row in rows],
            vectors.reshape(len(rows), size // 2),
        )

    def stored_nodes(self, owner: Owner, model_id: int) -> dict[bytes, SummaryNode]:
        """What was made of a document, of this version or an older one, by hash."""
        column = tables.summary_nodes.c
        query = select(tables.summary_nodes).where(
            column.collection == owner[0], column.key == owner[1], column.model_id == model_id
        )
        with self.reading() as connection:
            return {row.hash: _node(row) for row in connection.execute(query)}

    def without_nodes(self, model_id: int, least: int) -> list[int]:
        """Documents of at least so many chunks that this model has not looked at."""
        node, chunk = tables.summary_nodes.c, tables.chunks.c
        seen = exists().where(node.document_id == chunk.document_id, node.model_id == model_id)
        query = select(chunk.document_id).where(~seen).group_by(chunk.document_id)
        with self.reading() as connection:
            return list(connection.scalars(query.having(func.count() >= least)))

    def put_nodes(
        self, owner: Owner, document_id: int, model_id: int, nodes: Sequence[SummaryNode]
    ) -> None:
        """Stores the nodes of a document, and drops all others of its key."""
        column = tables.summary_nodes.c
        mine = (column.collection == owner[0], column.key == owner[1])
        rows = [
            {
                "collection": owner[0],
                "key": owner[1],
                "hash": node.hash,
                "model_id": model_id,
                "document_id": document_id,
                "picks": list(node.picks),
                "spans": [list(span) for span in node.spans],
                "vector": node.vector.astype("<f2").tobytes(),
            }
            for node in {node.hash: node for node in nodes}.values()
        ]
        with self._engine.begin() as connection:
            connection.execute(delete(tables.summary_nodes).where(*mine))
            if rows:
                connection.execute(insert(tables.summary_nodes), rows)


def _node(row: Row[Any]) -> SummaryNode:
    vector: Vectors = np.frombuffer(row.vector, "<f2")
    return SummaryNode(row.hash, tuple(row.picks), _spans(row.spans), vector)


def _spans(stored: Sequence[Sequence[int]]) -> Spans:
    return tuple((int(start), int(end)) for start, end in stored)
