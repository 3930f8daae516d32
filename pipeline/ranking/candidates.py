"""Candidates as arrays: all that ranking reads of them, n in the same order everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...kg.weights import Walkable
from ...memory.words import ORDINARY
from .wording import Wording

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_COMMON_AT_LEAST, _COMMON_SHARE = 20, 0.01
"""An entity in more passages than both of these ties nothing together."""


@dataclass(frozen=True, slots=True)
class Named:
    """The candidates' entities: c of them, as many as any candidate mentions or is about.

    `mentioned` (n, c) is 1 where a candidate mentions an entity. `about` (n,) is the
    entity that its document is about, -1 if none. `rarity` (c,) is log(1 + passages /
    passages that mention it), of a small memory as if it had `ORDINARY` passages; `common`
    (c,) is whether that is too many to tell anything, and `ids` (c,) the entities' numbers.
    """

    mentioned: NDArray[np.float32]
    about: Places
    rarity: Floats
    common: NDArray[np.bool_]
    ids: Places

    @classmethod
    def of(cls, graph: Walkable | None, chunk_ids: Sequence[int]) -> Named:
        """What the graph says of these chunks; nothing of those that it does not hold."""
        count = len(chunk_ids)
        if graph is None or not len(graph.arrays.entity_ids):
            return cls(
                np.zeros((count, 1), np.float32),
                np.full(count, -1),
                np.zeros(1),
                np.ones(1, bool),
                np.full(1, -1),
            )
        arrays = graph.arrays
        places = np.searchsorted(arrays.chunk_ids, chunk_ids)
        rows = np.minimum(places, len(arrays.chunk_ids) - 1)
        held = arrays.chunk_ids[rows] == chunk_ids
        part = arrays.mentions[rows]
        subjects = np.where(held, arrays.subjects[rows], -1)
        columns = np.union1d(part.indices, subjects[subjects >= 0]).astype(np.int64)
        if not len(columns):
            columns = np.zeros(1, np.int64)
        mentioned = np.zeros((count, len(columns)), np.float32)
        owners = np.repeat(np.arange(count), np.diff(part.indptr))
        mentioned[owners, np.searchsorted(columns, part.indices)] = 1.0
        mentioned[~held] = 0.0
        total = len(arrays.chunk_ids)
        spread: Floats = np.divide(total, np.maximum(np.expm1(graph.rarity[columns]), 1e-9))
        return cls(
            mentioned,
            np.where(subjects >= 0, np.searchsorted(columns, subjects), -1),
            np.log1p(max(total, ORDINARY) / spread),
            spread > max(_COMMON_AT_LEAST, _COMMON_SHARE * total),
            arrays.entity_ids[columns],
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """n candidates for one question.

    `ids` (n,) are chunks, `cosines` (n,) with the question and `lexical` (n,) BM25 scores;
    `vectors` (n, d) are unit. `wordings` are of the passages with their titles, `titles` the
    stems of the titles alone. `walked` (n,) is each one's share of a walk on the graph.
    """

    ids: Places
    cosines: Floats
    lexical: Floats
    vectors: NDArray[np.float32]
    wordings: Sequence[Wording]
    titles: Sequence[frozenset[str]]
    named: Named
    walked: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def with_nothing(self) -> Candidates:
        """These, and last a passage that says nothing: without words, names or direction."""
        named, nothing = self.named, Wording(frozenset(), frozenset(), 0)
        return replace(
            self,
            ids=np.append(self.ids, -1),
            cosines=np.append(self.cosines, 0.0),
            lexical=np.append(self.lexical, 0.0),
            vectors=np.vstack([self.vectors, np.zeros_like(self.vectors, shape=(1, self.width))]),
            wordings=[*self.wordings, nothing],
            titles=[*self.titles, frozenset()],
            named=replace(
                named,
                mentioned=np.vstack([named.mentioned, np.zeros_like(named.mentioned[:1])]),
                about=np.append(named.about, -1),
            ),
            walked=np.append(self.walked, 0.0),
        )

    @property
    def width(self) -> int:
        """How many dimensions the vectors have."""
        return int(self.vectors.shape[1])


def ranks(values: Floats, axis: int = -1) -> Floats:
    """1 / (1 + how many are greater): 1 for the greatest; of equals, the first is greater."""
    order = np.argsort(-values, axis=axis, kind="stable")
    ahead = np.argsort(order, axis=axis, kind="stable").astype(np.float64)
    found: Floats = 1.0 / (1.0 + ahead)
    return found


def scaled(values: Floats) -> Floats:
    """Divided by the greatest, unless that is 0."""
    top = float(values.max(initial=0.0))
    found: Floats = values / top if top > 0 else values
    return found
