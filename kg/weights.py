"""How strong the links between passages and entities are, for walks over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import GraphArrays
from .walk import Floats, Links


@dataclass(frozen=True, slots=True)
class About:
    """Which passages are about an entity: rows `rows[starts[j]:starts[j + 1]]` about column j."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]

    def of(self, column: int) -> NDArray[np.int64]:
        """The rows of the passages whose document is about the entity."""
        return self.rows[self.starts[column] : self.starts[column + 1]]


@dataclass(frozen=True, slots=True)
class Walkable:
    """A graph as it was at one time: its `links`, the entities' `rarity` (m,), and `about`."""

    arrays: GraphArrays
    links: Links
    rarity: Floats
    about: About


def walkable(arrays: GraphArrays) -> Walkable:
    """The graph with its links weighed."""
    return Walkable(arrays, weighed(arrays), rarity(arrays), about(arrays))


def about(arrays: GraphArrays) -> About:
    """The subjects, looked up the other way round."""
    order = np.argsort(arrays.subjects, kind="stable")
    wanted = np.arange(len(arrays.entity_ids) + 1)
    return About(order, np.searchsorted(arrays.subjects[order], wanted))


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
