"""Random walks with restart over passages and entities: personalised PageRank.

A walker goes from a passage to an entity that it mentions and from an entity to a
passage that mentions it, the likelier the heavier the link, and starts over with
probability 1 - damping. How much of its time it spends at a passage says how near that
passage is to where it starts. Exactly, by power iteration, or locally, by pushes that
never look at what lies far away. Knows neither questions nor how links are weighed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

DAMPING = 0.5
"""As HippoRAG 2 has it (arXiv 2502.14802): half of all steps start over."""


@dataclass(frozen=True, slots=True)
class Links:
    """Weighted links between n passages and m entities, from both sides.

    `passages` is a SciPy CSR matrix (n, m), float64, of weights > 0, and `entities` its
    transpose (m, n); `passage_degrees` (n,) and `entity_degrees` (m,) are their row sums.
    """

    passages: Any
    entities: Any
    passage_degrees: Floats
    entity_degrees: Floats

    @classmethod
    def of(cls, weights: Any) -> Links:
        """Links with the weights of a sparse matrix (n, m) of passages by entities."""
        passages = weights.tocsr().astype(np.float64)
        passages.eliminate_zeros()
        entities = passages.T.tocsr()
        return cls(passages, entities, _row_sums(passages), _row_sums(entities))


@dataclass(frozen=True, slots=True)
class Restart:
    """Where a walk starts over: weights >= 0 of passage rows and of entity columns.

    Raises:
        ValueError: a weight is negative or not finite, or all are zero.
    """

    passages: Mapping[int, float]
    entities: Mapping[int, float]

    def __post_init__(self) -> None:
        weights = np.asarray([*self.passages.values(), *self.entities.values()], np.float64)
        if not np.all(np.isfinite(weights)) or np.any(weights < 0) or weights.sum() <= 0:
            raise ValueError(f"a restart needs weights >= 0 with a sum > 0, got {weights.tolist()}")


@dataclass(frozen=True, slots=True)
class Visits:
    """Shares of a walk's time: `passages` (n,) and `entities` (m,), in [0, 1].

    `error` bounds their distance from the exact shares, summed over all nodes.
    """

    passages: Floats
    entities: Floats
    error: float


def walk(
    links: Links, restart: Restart, *, damping: float = DAMPING, tolerance: float = 1e-6
) -> Visits:
    """The shares by power iteration, within `tolerance` of the exact ones (L1).

    A step that changes the shares by c leaves them at most c * damping / (1 - damping)
    away, since each step shrinks every distance by `damping`. A node without links
    keeps the walker until it starts over.

    Raises:
        ValueError: damping is not in [0, 1), or the tolerance is not positive.
    """
    _check(damping, tolerance)
    start = _start(links, restart)
    passages, entities = start
    error = np.inf
    while error > tolerance:
        to_passages, to_entities = _step(links, passages, entities)
        new = (
            (1 - damping) * start[0] + damping * to_passages,
            (1 - damping) * start[1] + damping * to_entities,
        )
        change = float(np.abs(new[0] - passages).sum() + np.abs(new[1] - entities).sum())
        error = change * damping / (1 - damping)
        passages, entities = new
    return Visits(passages, entities, error)


def push(
    links: Links, restart: Restart, *, damping: float = DAMPING, epsilon: float = 1e-6
) -> Visits:
    """The shares by local pushes (Andersen, Chung, Lang 2006, section 3), from below.

    What is missing at a node is at most `epsilon` times the sum of its links' weights; in
    all it is what was not pushed on, given as `error`. Links looked at: those of nodes
    with weight sums of at most 1 / (epsilon * (1 - damping)) in all, however large
    the graph is.

    Raises:
        ValueError: damping is not in [0, 1), or epsilon is not positive.
    """
    _check(damping, epsilon)
    left = _start(links, restart)
    sides = (
        _Side(links.passages, links.passage_degrees, left[0]),
        _Side(links.entities, links.entity_degrees, left[1]),
    )
    waiting = [np.flatnonzero(side.left) for side in sides]
    while any(len(places) for places in waiting):
        for here, there in ((0, 1), (1, 0)):
            ready = sides[here].ready(waiting[here], epsilon)
            reached = sides[here].push(ready, sides[there], damping)
            waiting[here] = sides[here].ready(ready, epsilon)
            waiting[there] = np.union1d(waiting[there], reached)
    missing = sum(float(side.left.sum()) for side in sides)
    return Visits(sides[0].done, sides[1].done, missing)


class _Side:
    """One kind of node while pushing: what is `done`, and what is `left` to push."""

    def __init__(self, links: Any, degrees: Floats, left: Floats) -> None:
        self._links, self._degrees, self.left = links, degrees, left
        self.done = np.zeros(len(left))

    def ready(self, places: Places, epsilon: float) -> Places:
        """Of these nodes, those with enough left to push."""
        # One without links can only keep what it has: any rest is enough.
        chosen: Places = places[self.left[places] > epsilon * self._degrees[places]]
        return chosen

    def push(self, places: Places, other: _Side, damping: float) -> Places:
        """Pushes all that is left at these nodes; returns which of the `other` got some."""
        amounts = self.left[places]
        self.left[places] = 0.0
        alone = self._degrees[places] == 0
        self.done[places] += np.where(alone, amounts, (1 - damping) * amounts)
        linked = places[~alone]
        rows = self._links[linked]
        each = damping * amounts[~alone] / self._degrees[linked]
        np.add.at(other.left, rows.indices, np.repeat(each, np.diff(rows.indptr)) * rows.data)
        return np.unique(rows.indices).astype(np.int64)


def _step(links: Links, passages: Floats, entities: Floats) -> tuple[Floats, Floats]:
    """Where walkers are one step later."""
    from_passages = passages / np.where(links.passage_degrees > 0, links.passage_degrees, 1)
    from_entities = entities / np.where(links.entity_degrees > 0, links.entity_degrees, 1)
    to_passages = links.passages @ from_entities + passages * (links.passage_degrees == 0)
    to_entities = links.entities @ from_passages + entities * (links.entity_degrees == 0)
    return to_passages, to_entities


def _start(links: Links, restart: Restart) -> tuple[Floats, Floats]:
    """The restart's weights as shares, (n,) and (m,)."""
    passages, entities = np.zeros(links.passages.shape[0]), np.zeros(links.passages.shape[1])
    for shares, weights in ((passages, restart.passages), (entities, restart.entities)):
        shares[list(weights)] = list(weights.values())
    total = passages.sum() + entities.sum()
    return passages / total, entities / total


def _check(damping: float, precision: float) -> None:
    if not 0 <= damping < 1:
        raise ValueError(f"damping is a probability below 1, got {damping}")
    if not precision > 0:
        raise ValueError(f"the error allowed must be above 0, got {precision}")


def _row_sums(matrix: Any) -> Floats:
    sums: Floats = np.asarray(matrix.sum(axis=1), np.float64).ravel()
    return sums
