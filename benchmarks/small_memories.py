"""Memories of few passages, and searches that look at few of many: what a question is asked of.

A ranker that only ever saw a hundred candidates knows nothing of one. So each question is
asked of small sets, too, as a memory of their own or as all that a search may look at: with
evidence and without, of passages that look like the question, of such as the graph links with
its evidence, and of any. Some of it without a graph, which a memory need not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memctx.kg.arrays import GraphArrays
from memctx.kg.weights import walkable
from memctx.memory.rows import Change, ChunkRow
from memctx.memory.store import Store
from memctx.memory.words import WordIndex
from memctx.pipeline.finding import Indexes

Ids = NDArray[np.int64]
SIZES = (1, 2, 3, 5, 20)
_DRAWN = 2  # small sets with evidence, and as many without, for each question
_PLAIN = 0.25  # of all parts, those without a graph
_KINDS = ("near", "linked", "any")
_OFTEN = (0.35, 0.2, 0.15, 0.2, 0.1)  # how often each size is drawn


@dataclass(frozen=True, slots=True)
class Part:
    """The passages that a question is asked of, by chunk id, ascending; none for all.

    `tiny` is whether they are a memory of their own; else a search is restricted to them.
    `held` is whether evidence is among them. `kind` says what the others are: "near" to the
    question, "linked" with its evidence by the graph, "any", "rest" where it is everything but
    the evidence, or "whole". `graph` is whether there is one.
    """

    chunks: tuple[int, ...]
    tiny: bool
    held: bool
    kind: str
    graph: bool

    @property
    def few(self) -> bool:
        """Whether it is a small part."""
        return self.kind in _KINDS

    @property
    def allowed(self) -> Ids:
        """The chunks as an array."""
        return np.asarray(self.chunks, np.int64)


@dataclass(frozen=True, slots=True)
class Passages:
    """Those of a question's corpus: its evidence, what looks like it and is not, and all others."""

    gold: Ids
    near: Ids
    linked: Ids
    others: Ids


def parts(passages: Passages, rng: np.random.Generator) -> Iterator[Part]:
    """What one question is asked of beside all: small sets, and now and then all the rest."""
    for held in (True, False) * _DRAWN:
        size = int(rng.choice(SIZES, p=_OFTEN))
        kind = str(rng.choice(_KINDS))
        own = _some(passages.gold, size, rng) if held else np.zeros(0, np.int64)
        pools = {"near": passages.near, "linked": passages.linked}
        pool = pools.get(kind, passages.others)
        if not len(pool):
            kind, pool = "any", passages.others
        rest = rng.choice(pool, min(max(size - len(own), 0), len(pool)), replace=False)
        chunks = tuple(sorted({*own.tolist(), *rest.tolist()}))
        yield Part(chunks, bool(rng.random() < 0.5), held, kind, bool(rng.random() > _PLAIN))
    if rng.random() < 0.5:
        others = tuple(passages.others.tolist())
        yield Part(others, False, False, "rest", bool(rng.random() > _PLAIN))
    if rng.random() < _PLAIN:
        yield Part((), False, True, "whole", False)


def _some(gold: Ids, size: int, rng: np.random.Generator) -> Ids:
    """One passage of evidence, or half the time as many as there is room for."""
    count = min(size, len(gold)) if rng.random() < 0.5 else 1
    return rng.choice(gold, count, replace=False)


class Few:
    """A store as if only these passages had been put into it, for an index that catches up."""

    def __init__(self, store: Store, chunks: Sequence[int]) -> None:
        self._store, self._chunks = store, chunks

    def changes_since(self, sequence: int) -> list[Change]:
        """That each passage came."""
        entries = enumerate(self._chunks, 1)
        return [Change(n, "add", 0, chunk, chunk) for n, chunk in entries if n > sequence]

    def chunks_between(self, first: int, last: int) -> Iterator[ChunkRow]:
        """The store's own, but only these."""
        kept = [chunk for chunk in self._chunks if first <= chunk <= last]
        yield from self._store.chunks(kept).values()


def tiny(indexes: Indexes, part: Part, surfaces: Mapping[int, Sequence[str]]) -> Indexes:
    """The indexes of a memory of only these passages; vectors are left to restriction.

    `surfaces` are the names of each of the graph's columns.
    """
    words = WordIndex(Path("/nonexistent"))
    words.catch_up(Few(indexes.store, part.chunks))  # type: ignore[arg-type]
    graph = walkable(_of_rows(indexes.graph.arrays, part.allowed, surfaces))
    return replace(indexes, words=words, graph=graph)


def without_graph(indexes: Indexes) -> Indexes:
    """The indexes of a memory that was made without one."""
    nothing = _of_rows(indexes.graph.arrays, np.zeros(0, np.int64), {})
    return replace(indexes, graph=walkable(nothing))


def names_of_columns(arrays: GraphArrays) -> dict[int, list[str]]:
    """`surfaces`, looked up the other way round."""
    found: dict[int, list[str]] = {}
    for name, columns in arrays.surfaces.items():
        for column in columns:
            found.setdefault(column, []).append(name)
    return found


def _of_rows(
    arrays: GraphArrays, chunks: Ids, surfaces: Mapping[int, Sequence[str]]
) -> GraphArrays:
    """The graph of some passages: their mentions and subjects, and the names of those."""
    rows = np.flatnonzero(np.isin(arrays.chunk_ids, chunks))
    subjects = arrays.subjects[rows]
    mentions = arrays.mentions[rows]
    columns = np.union1d(mentions.indices, subjects[subjects >= 0]).astype(np.int64)
    known: dict[str, list[int]] = {}
    for place, column in enumerate(columns.tolist()):
        for name in surfaces.get(column, ()):
            known.setdefault(name, []).append(place)
    return GraphArrays(
        arrays.chunk_ids[rows],
        arrays.entity_ids[columns],
        mentions[:, columns].tocsr(),
        np.where(subjects >= 0, np.searchsorted(columns, subjects), -1),
        {name: tuple(places) for name, places in known.items()},
        arrays.similar[columns][:, columns],
    )
