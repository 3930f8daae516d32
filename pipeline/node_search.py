"""Where a search finds what summary nodes point at: the collapsed tree, in terms of passages.

Nodes and passages compete by their cosines with the question, as in RAPTOR's collapsed tree
(arXiv 2401.18059). A node that wins is not read itself: the passages that its sentences stand
in count as near to the question as the node is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..memory.embedder import Floats
from ..memory.store import Store

_NODES = 5  # the nearest ones of a question


def quoted(
    store: Store, model_id: int, vector: Floats, documents: Sequence[int]
) -> dict[int, float]:
    """The chunks that the nearest nodes of these documents quote: cosines by chunk id.

    A chunk that several nodes quote has the highest. `vector` (d,) is the question's.
    """
    nodes = store.nodes_of(documents, model_id)
    cosines = nodes.vectors @ vector
    nearest = np.argsort(-cosines, kind="stable")[:_NODES].tolist()
    chunks = {document: store.chunk_starts(document) for document in set(nodes.documents)}
    found: dict[int, float] = {}
    for node in reversed(nearest):
        ids, starts = chunks[nodes.documents[node]]
        first = [start for start, _ in nodes.spans[node]]
        homes = np.maximum(np.searchsorted(starts, first, side="right") - 1, 0)
        found |= dict.fromkeys(ids[homes].tolist(), float(cosines[node]))
    return found
