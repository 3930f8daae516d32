"""Retrieval: from a question to ranked passages, with the signals of each.

Candidates come from the vector index and from the word index; each then gets the
signal that it was not found by, so that all are ranked on the same footing. Stages
are functions over ids and scores; `Retriever` only connects them to the indexes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..memory.analysis import han_share
from ..memory.embedder import Embedder, Floats
from ..memory.rows import ChunkRow
from ..memory.store import Store
from ..memory.vectors import VectorIndex, cosines
from ..memory.words import WordIndex
from ..records import Passage, SearchResult, Signals

_POOL = 60  # candidates from each index
_DENSE_SHARE = 0.6  # of a score, the rest is lexical; best on half of four question sets
_DENSE_SHARE_UNREAD = 0.1  # in a language that the embedder does not read


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


class Retriever:
    """Searches one memory. Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        words: WordIndex,
        vectors: VectorIndex,
        embedder: Embedder,
        *,
        model_id: int,
    ) -> None:
        self._store, self._words, self._vectors = store, words, vectors
        self._embedder, self._model_id = embedder, model_id

    def search(
        self, question: str, k: int, *, scope: Scope | None = None, distinct: bool = False
    ) -> SearchResult:
        """The `k` best passages, best first; with `distinct` at most one per document."""
        began = time.perf_counter()
        documents = self._documents(scope or Scope())
        vector = self._embedder.encode_query(question)
        embedded = time.perf_counter()
        # Several chunks of one document may crowd the pool: look further when they count once.
        pool = max(_POOL, 2 * k) * (2 if distinct else 1)
        signals = self._signals(question, vector, pool, documents)
        ranked = rank(signals, dense_share(question, reads_chinese=self._embedder.reads_chinese))
        rows = self._store.chunks([chunk_id for chunk_id, _ in ranked])
        ordered = [(rows[chunk_id], score) for chunk_id, score in ranked if chunk_id in rows]
        if distinct:
            ordered = first_of_each_document(ordered)
        passages = tuple(_passage(row, score, signals[row.id]) for row, score in ordered[:k])
        done = time.perf_counter()
        timings = {
            "embed_ms": _milliseconds(began, embedded),
            "search_ms": _milliseconds(embedded, done),
            "total_ms": _milliseconds(began, done),
        }
        return SearchResult(question, passages, (), timings)

    def _documents(self, scope: Scope) -> list[int] | None:
        if scope.everything:
            return None
        return self._store.matching(collection=scope.collection, where=scope.where, keys=scope.keys)

    def _signals(
        self, question: str, vector: Floats, pool: int, documents: list[int] | None
    ) -> dict[int, Signals]:
        allowed = None if documents is None else self._store.chunk_ids(documents)
        dense = dict(self._vectors.search(vector, pool, allowed=allowed))
        lexical = dict(self._words.search(question, pool, documents=documents))
        without_dense = [chunk_id for chunk_id in lexical if chunk_id not in dense]
        without_lexical = [chunk_id for chunk_id in dense if chunk_id not in lexical]
        dense |= cosines(self._store, vector, without_dense, self._model_id)
        lexical |= self._words.score(question, without_lexical)
        return {
            chunk_id: Signals(dense=dense.get(chunk_id), lexical=lexical.get(chunk_id))
            for chunk_id in dense.keys() | lexical.keys()
        }


def dense_share(question: str, *, reads_chinese: bool) -> float:
    """How much of a score the cosine is, in [0, 1].

    English embedders place Chinese text by little more than its punctuation.
    """
    lost = not reads_chinese and han_share(question) > 0.2
    return _DENSE_SHARE_UNREAD if lost else _DENSE_SHARE


def rank(signals: Mapping[int, Signals], share: float) -> list[tuple[int, float]]:
    """Candidates and their scores in [0, 1], best first: a convex combination.

    Both signals are first scaled to [0, 1] over the candidates, the lexical one from
    zero and the cosine from its least (Bruch et al. 2023, arXiv 2210.11934).
    """
    ids = sorted(signals)
    dense = np.array([signals[i].dense or 0.0 for i in ids])
    lexical = np.array([signals[i].lexical or 0.0 for i in ids])
    floor = dense.min(initial=1.0)
    scaled = share * _scaled(dense - floor) + (1 - share) * _scaled(lexical)
    order = sorted(range(len(ids)), key=lambda index: (-scaled[index], ids[index]))
    return [(ids[index], round(float(scaled[index]), 6)) for index in order]


def first_of_each_document(
    ranked: Sequence[tuple[ChunkRow, float]],
) -> list[tuple[ChunkRow, float]]:
    """The best passage of each document, in the same order."""
    best: dict[int, tuple[ChunkRow, float]] = {}
    for row, score in ranked:
        best.setdefault(row.document.id, (row, score))
    return list(best.values())


def _scaled(values: np.ndarray) -> np.ndarray:
    top = values.max(initial=0.0)
    return values / top if top > 0 else values


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


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 2)
