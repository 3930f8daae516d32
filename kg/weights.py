"""How strong the links between passages and entities are, for walks over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import GraphArrays
from .walk import Floats, Links


@dataclass(frozen=True, slots=True)
class Walkable:
    """A graph as it was at one time, with its `links` and the entities' `rarity` (m,)."""

    arrays: GraphArrays
    links: Links
    rarity: Floats


def walkable(arrays: GraphArrays) -> Walkable:
    """The graph with its links weighed."""
    return Walkable(arrays, weighed(arrays), rarity(arrays))


def rarity(arrays: GraphArrays) -> Floats:
    """How much each entity tells, (m,): log(1 + passages / passages that mention it)."""
    spread = np.asarray(arrays.mentions.getnnz(axis=0), np.float64)
    found: Floats = np.log1p(len(arrays.chunk_ids) / np.maximum(spread, 1))
    return found


def weighed(arrays: GraphArrays) -> Links:
    """Links whose weight grows slowly with mentions, and with how rare the entity is.

    A passage is also linked to what its document is about, as by one more mention.
    """
    from scipy.sparse import csr_matrix

    counts = arrays.mentions.astype(np.float64)
    about = np.flatnonzero(arrays.subjects >= 0)
    ones = (np.ones(len(about)), (about, arrays.subjects[about]))
    counts = (counts + csr_matrix(ones, shape=counts.shape)).tocsr()
    counts.data = np.log1p(counts.data) * rarity(arrays)[counts.indices]
    return Links.of(counts)
