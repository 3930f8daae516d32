"""Retrieval: from a question to ranked passages, with the signals of each, and facts.

Candidates come from the vector index, the word index, a walk on the graph, and a second
hop; each then gets the signals that it was not found by, so that all are ranked on the
same footing. Stages are functions over ids and scores, in modules of their own; `Retriever`
only connects them to the indexes, and leaves out what `Stages` leaves out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..kg.link import KnownName
from ..kg.weights import Walkable
from ..memory.embedder import Embedder, Floats
from ..memory.reranker import Reranker
from ..memory.rows import ChunkRow
from ..memory.store import Store
from ..memory.vectors import VectorIndex, cosines
from ..memory.words import WordIndex
from ..records import Fact, Passage, SearchResult, Signals
from .fact_search import chosen_facts
from .graph_search import linked, most_visited, restart, rows_of, visits
from .rank import dense_share, first_of_each_document, rank, reranked, unread, walk_share
from .second_hop import SEEDS, hop_queries
from .stages import Stages

_POOL = 60  # candidates from each index
_WALKED = 30  # candidates from the walk
_STARTS = 10  # passages that a walk starts from, beside the question's names
_HOP = 10  # candidates from each query of the second hop
_DEPTH = 12  # passages that a cross-encoder reads: half a second on two cores
_FACTS = 20
_FACT_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a search is restricted to; all when nothing is given."""

    collection: str | None = None
    where: Mapping[str, str] | None = None
    keys: Sequence[str] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is excluded."""
        return self.collection is None and not self.where and not self.keys


@dataclass(frozen=True, slots=True)
class Indexes:
    """What a memory is searched by, all level with `store`; `model_id` made the vectors."""

    store: Store
    words: WordIndex
    vectors: VectorIndex
    graph: Walkable
    embedder: Embedder
    model_id: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its vector, and where to look: None for everywhere.

    `unread` is whether the question's language is one that the embedder does not read.
    """

    question: str
    unread: bool
    vector: Floats
    documents: list[int] | None
    chunks: NDArray[np.int64] | None


class Retriever:
    """Searches one memory. Safe to share between threads.

    `reranker` gives the cross-encoder when the stage that needs it is wanted.
    """

    def __init__(
        self,
        indexes: Indexes,
        *,
        stages: Stages | None = None,
        reranker: Callable[[], Reranker] | None = None,
    ) -> None:
        self._in, self._stages, self._reranker = indexes, stages or Stages(), reranker

    def search(
        self, question: str, k: int, *, scope: Scope | None = None, distinct: bool = False
    ) -> SearchResult:
        """The `k` best passages, best first; with `distinct` at most one per document."""
        clock = _Clock()
        asked = self._asked(question, scope or Scope())
        clock.lap("embed_ms")
        # Several chunks of one document may crowd the pool: look further when they count once.
        pool = max(_POOL, 2 * k) * (2 if distinct else 1)
        signals = self._first(asked, pool)
        ranked = self._ranked(asked, signals)
        clock.lap("search_ms")
        names = self._names(question)
        if self._stages.graph:
            signals = self._walked(asked, signals, names, ranked)
            ranked = self._ranked(asked, signals)
            clock.lap("graph_ms")
        if self._stages.hops and not asked.unread:
            more = self._hopped(asked, signals, ranked)
            if more.keys() != signals.keys():
                signals = self._walked(asked, more, names, ranked) if self._stages.graph else more
                ranked = self._ranked(asked, signals)
            clock.lap("hops_ms")
        if self._stages.rerank and self._reranker is not None:
            signals, ranked = self._reread(question, signals, ranked, self._reranker())
            clock.lap("rerank_ms")
        ordered = self._rows(ranked)
        if distinct:
            ordered = first_of_each_document(ordered)
        passages = tuple(_passage(row, score, signals[row.id]) for row, score in ordered[:k])
        clock.lap("rows_ms")
        facts: tuple[Fact, ...] = ()
        if self._stages.facts:
            facts = self._facts(question, passages, names)
            clock.lap("facts_ms")
        return SearchResult(question, passages, facts, clock.timings())

    # --- stages -------------------------------------------------------------------------

    def _asked(self, question: str, scope: Scope) -> _Asked:
        store, documents = self._in.store, None
        if not scope.everything:
            documents = store.matching(
                collection=scope.collection, where=scope.where, keys=scope.keys
            )
        chunks = None if documents is None else store.chunk_ids(documents)
        embedder = self._in.embedder
        lost = unread(question, reads_chinese=embedder.reads_chinese)
        return _Asked(question, lost, embedder.encode_query(question), documents, chunks)

    def _first(self, asked: _Asked, pool: int) -> dict[int, Signals]:
        """What vectors and words find."""
        dense: dict[int, float] = {}
        lexical: dict[int, float] = {}
        if self._stages.dense:
            dense = dict(self._in.vectors.search(asked.vector, pool, allowed=asked.chunks))
        if self._stages.words:
            lexical = dict(self._in.words.search(asked.question, pool, documents=asked.documents))
        found = {
            chunk: Signals(dense=dense.get(chunk), lexical=lexical.get(chunk))
            for chunk in dense.keys() | lexical.keys()
        }
        return self._completed(asked, found)

    def _completed(self, asked: _Asked, signals: Mapping[int, Signals]) -> dict[int, Signals]:
        """The same candidates with the cosines and BM25 scores that were missing."""
        dense: Mapping[int, float] = {}
        lexical: Mapping[int, float] = {}
        if self._stages.dense:
            without = [chunk for chunk, one in signals.items() if one.dense is None]
            dense = cosines(self._in.store, asked.vector, without, self._in.model_id)
        if self._stages.words:
            without = [chunk for chunk, one in signals.items() if one.lexical is None]
            lexical = self._in.words.score(asked.question, without)
        return {
            chunk: replace(
                one,
                dense=dense.get(chunk, one.dense),
                lexical=lexical.get(chunk, one.lexical),
            )
            for chunk, one in signals.items()
        }

    def _ranked(self, asked: _Asked, signals: Mapping[int, Signals]) -> list[tuple[int, float]]:
        share = dense_share(unread=asked.unread)
        if not (self._stages.dense and self._stages.words):
            share = 1.0 if self._stages.dense else 0.0
        return rank(signals, share, graph_share=walk_share(unread=asked.unread))

    def _names(self, question: str) -> tuple[KnownName, ...]:
        return linked(question, self._in.graph.arrays) if self._stages.names else ()

    def _walked(
        self,
        asked: _Asked,
        signals: Mapping[int, Signals],
        names: Sequence[KnownName],
        ranked: Sequence[tuple[int, float]],
    ) -> dict[int, Signals]:
        """The candidates and those that a walk finds, with the walk's shares."""
        graph = self._in.graph
        arrays = graph.arrays
        if not len(arrays.chunk_ids):
            return dict(signals)
        first = dict(ranked[:_STARTS])
        seeds = {row: first[chunk] for chunk, row in rows_of(arrays, list(first)).items()}
        shares = visits(graph.links, restart(names, seeds, graph.rarity))
        reached = most_visited(arrays, shares, _WALKED, asked.chunks)
        found = dict.fromkeys(reached, Signals()) | dict(signals)
        rows = rows_of(arrays, list(found))
        given = {
            chunk: replace(one, graph=float(shares[rows[chunk]]) if chunk in rows else None)
            for chunk, one in found.items()
        }
        return self._completed(asked, given)

    def _hopped(
        self,
        asked: _Asked,
        signals: Mapping[int, Signals],
        ranked: Sequence[tuple[int, float]],
    ) -> dict[int, Signals]:
        """The candidates and those that the best passages lead to."""
        seeds = [_passage(row, score, Signals()) for row, score in self._rows(ranked[:SEEDS])]
        found = dict(signals)
        if self._stages.dense and seeds:
            queries = hop_queries(asked.question, seeds)
            for vector in self._in.embedder.encode(queries):
                for chunk, _ in self._in.vectors.search(vector, _HOP, allowed=asked.chunks):
                    found.setdefault(chunk, Signals())
        return self._completed(asked, found)

    def _reread(
        self,
        question: str,
        signals: Mapping[int, Signals],
        ranked: Sequence[tuple[int, float]],
        reranker: Reranker,
    ) -> tuple[dict[int, Signals], list[tuple[int, float]]]:
        """The best passages read by a cross-encoder, and ordered anew."""
        rows = [row for row, _ in self._rows(ranked[:_DEPTH])]
        texts = [row.chunk.described(row.document.title) for row in rows]
        logits = reranker.score(question, texts).tolist()
        read = {row.id: float(logit) for row, logit in zip(rows, logits, strict=True)}
        told = {chunk: replace(one, rerank=read.get(chunk)) for chunk, one in signals.items()}
        return told, reranked(ranked, read)

    def _facts(
        self, question: str, passages: Sequence[Passage], names: Sequence[KnownName]
    ) -> tuple[Fact, ...]:
        ids = self._in.graph.arrays.entity_ids
        entities = {int(ids[column]) for name in names for column in name.columns}
        scores = {passage.chunk_id: passage.score for passage in passages[:_FACT_PASSAGES]}
        return chosen_facts(
            self._in.store.facts_of(list(scores)),
            question,
            passages=scores,
            entities=entities,
            limit=_FACTS,
        )

    def _rows(self, ranked: Sequence[tuple[int, float]]) -> list[tuple[ChunkRow, float]]:
        rows = self._in.store.chunks([chunk for chunk, _ in ranked])
        return [(rows[chunk], score) for chunk, score in ranked if chunk in rows]


class _Clock:
    """Milliseconds of each stage, and of all."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(1000 * (now - self._last), 2)
        self._last = now

    def timings(self) -> dict[str, float]:
        return self._laps | {"total_ms": round(1000 * (self._last - self._began), 2)}


def _passage(row: ChunkRow, score: float, signals: Signals) -> Passage:
    chunk = row.chunk
    return Passage(
        document=row.document,
        chunk_id=row.id,
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        heading=chunk.heading,
        score=score,
        signals=signals,
    )
