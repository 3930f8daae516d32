"""The knowledge graph as arrays: what a walk over it needs, and nothing else.

The seam between the graph and whoever walks it: rows are chunks, columns are
entities, and both know their number in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GraphArrays:
    """The knowledge graph as arrays over n chunks and m entities; the walk's own view of it.

    `chunk_ids` (n,) ascending: row i of the matrices is that chunk. `entity_ids` (m,)
    ascending: column j is that entity. `mentions` is a SciPy CSR matrix (n, m), float32:
    how often chunk i mentions entity j. `subjects` (n,) is the column of the entity that
    the chunk's document is about (its title), -1 if none. `surfaces` maps
    `kg.names.normal(name)` of every known name to the columns of the entities that it
    names. `similar` is a CSR matrix (m, m), float32: the cosine of near-synonyms, at
    least 0.8; it may be empty.
    """

    chunk_ids: NDArray[np.int64]
    entity_ids: NDArray[np.int64]
    mentions: Any
    subjects: NDArray[np.int64]
    surfaces: Mapping[str, tuple[int, ...]]
    similar: Any
