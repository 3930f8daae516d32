"""Finding: where the candidates of a question come from, and all that ranking reads of them.

Vectors, words and the question's names find the first candidates. The likeliest of these
then lead on: along the graph's links, by a walk over it, and by asking again with what
they say. Nothing is ranked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..kg.weights import Walkable
from ..memory.analysis import unread
from ..memory.embedder import Embedder, Floats
from ..memory.rows import ChunkRow
from ..memory.store import Store
from ..memory.vectors import VectorIndex
from ..memory.words import WordIndex, index_words
from .graph_search import linked, most_visited, name_weights, restart, rows_of, visits
from .node_search import Quote, quotes
from .ranking.candidates import Candidates, Named
from .ranking.question import NamedEntities, RankedQuestion, ranked_question
from .ranking.wording import Wording
from .second_hop import hop_query
from .stages import Stages

_FEW = 8  # passages of an entity; more of them say little about it
_NAMED = 40  # candidates from the question's names
_FORWARD, _BACKWARD = 60, 40  # candidates that seeds link to, and that link to seeds
_WALKED = 20
_HOP = 12  # candidates from each question asked again
_NODES_OF = 8  # documents whose summary nodes are looked at


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
class Asked:
    """A question, its vector (d,), and where to look: None for everywhere."""

    text: str
    vector: Floats
    documents: list[int] | None
    chunks: NDArray[np.int64] | None


class Finding:
    """The candidates of one question; each `add` brings more. For one thread."""

    def __init__(self, indexes: Indexes, stages: Stages, asked: Asked) -> None:
        self._in, self._stages, self._asked = indexes, stages, asked
        self._lexical: dict[int, float] = {}
        self._rows: dict[int, ChunkRow] = {}
        self._vectors: dict[int, Floats] = {}
        self._wordings: dict[int, tuple[Wording, frozenset[str]]] = {}
        self._walked: NDArray[np.float64] | None = None
        self.quotes: list[Quote] = []
        self._ids: set[int] = set()
        self.names = linked(asked.text, indexes.graph.arrays) if stages.names else ()
        self.unread = unread(asked.text, reads_chinese=indexes.embedder.reads_chinese)

    @property
    def rows(self) -> Mapping[int, ChunkRow]:
        """The passages of the candidates seen so far, by chunk id."""
        return self._rows

    def question(self) -> RankedQuestion:
        """The question as ranking sees it."""
        # Without the graph no passage mentions a name: then a question that has some is no worse.
        names = self.names if self._stages.graph else ()
        weights = name_weights(names)
        ids = self._in.graph.arrays.entity_ids
        named = NamedEntities(
            {int(ids[column]): weight for column, weight in weights.items()},
            len(names),
            sum(name.proper for name in names),
        )
        counts = self._in.words.counts(self._asked.text)
        return ranked_question(
            self._asked.text, self._asked.vector, counts, named, unread=self.unread
        )

    # --- where candidates come from -----------------------------------------------------

    def add_nearest(self, pool: int) -> None:
        """What vectors and words find, and passages of the question's rarer names."""
        if self._stages.dense:
            self._ids.update(self._nearest(self._asked.vector, pool))
        if self._stages.words:
            found = self._in.words.search(self._asked.text, pool, documents=self._asked.documents)
            self._lexical.update(found)
            self._ids.update(chunk for chunk, _ in found)
        columns = [column for name in self.names for column in name.columns]
        self._ids.update(self._nearest_of(self._few(columns), _NAMED))

    def add_linked(self, seeds: Sequence[int]) -> None:
        """What seeds, given as chunk ids, mention, and what mentions their subjects."""
        arrays, about = self._in.graph.arrays, self._in.graph.about
        rows = list(rows_of(arrays, seeds).values())
        if not rows:
            return
        mentioned = np.unique(arrays.mentions[rows].indices)
        forward = [row for column in mentioned for row in about.of(column)[:_FEW]]
        subjects = [int(subject) for subject in arrays.subjects[rows] if subject >= 0]
        backward = self._in.graph.links.entities[subjects].indices if subjects else []
        self._ids.update(self._nearest_of(arrays.chunk_ids[forward], _FORWARD))
        self._ids.update(self._nearest_of(arrays.chunk_ids[backward], _BACKWARD))

    def add_walked(self, likely: Mapping[int, float]) -> None:
        """What a walk visits most that starts from names and likely chunks, by id."""
        graph = self._in.graph
        if not len(graph.arrays.chunk_ids):
            return
        seeds = {row: likely[chunk] for chunk, row in rows_of(graph.arrays, list(likely)).items()}
        shares = visits(graph.links, restart(self.names, seeds, graph.rarity))
        self._ids.update(most_visited(graph.arrays, shares, _WALKED, self._asked.chunks))
        self._walked = shares

    def add_quoted(self, likely: Sequence[int], cosines: NDArray[np.float64]) -> None:
        """What near summary nodes quote, of the documents of likely chunks, likeliest first.

        `cosines` (n,) are of the candidates that nodes compete with.
        """
        documents = list(dict.fromkeys(self._rows[chunk].document.id for chunk in likely))
        near, store = documents[:_NODES_OF], self._in.store
        self.quotes = quotes(store, self._in.model_id, self._asked.vector, near, cosines)
        self._ids.update(quote.chunk_id for quote in self.quotes)

    def ask_again(self, seeds: Sequence[int]) -> Floats:
        """Adds what is near to the question together with what a seed says; its vectors (s, d)."""
        queries = [hop_query(self._asked.text, self._rows[seed]) for seed in seeds]
        vectors = self._in.embedder.encode(queries)
        for vector in vectors:
            self._ids.update(self._nearest(vector, _HOP))
        return vectors

    # --- what ranking reads of them -----------------------------------------------------

    def candidates(self) -> Candidates:
        """All candidates so far, by chunk id."""
        self._read()
        ids = sorted(self._ids & self._rows.keys())
        vectors = self._stacked(ids)
        words = [self._wordings[chunk] for chunk in ids]
        return Candidates(
            ids=np.asarray(ids, np.int64),
            cosines=(vectors @ self._asked.vector).astype(np.float64),
            lexical=np.array([self._lexical.get(chunk, 0.0) for chunk in ids]),
            vectors=vectors,
            wordings=[wording for wording, _ in words],
            titles=[title for _, title in words],
            named=Named.of(self._in.graph if self._stages.graph else None, ids),
            walked=self._shares(ids),
        )

    def _read(self) -> None:
        """Reads passages, vectors and scores of the candidates that came last."""
        new = sorted(self._ids - self._rows.keys())
        rows = self._in.store.chunks(new)
        self._rows.update(rows)
        for chunk, row in rows.items():
            title = frozenset(index_words(row.document.title))
            self._wordings[chunk] = (Wording.of(row.described), title)
        if self._stages.dense:
            found, vectors = self._in.store.vectors_of(new, self._in.model_id)
            self._vectors.update(zip(found.tolist(), vectors.astype(np.float32), strict=True))
        if self._stages.words:
            unscored = [chunk for chunk in new if chunk not in self._lexical]
            self._lexical.update(self._in.words.score(self._asked.text, unscored))

    def _stacked(self, ids: Sequence[int]) -> Floats:
        none = np.zeros(len(self._asked.vector), np.float32)
        stacked = [self._vectors.get(chunk, none) for chunk in ids]
        return np.stack(stacked) if stacked else np.zeros((0, len(none)), np.float32)

    def _shares(self, ids: Sequence[int]) -> NDArray[np.float64]:
        if self._walked is None:
            return np.zeros(len(ids))
        rows = rows_of(self._in.graph.arrays, ids)
        return np.array([self._walked[rows[chunk]] if chunk in rows else 0.0 for chunk in ids])

    def _few(self, columns: Sequence[int]) -> NDArray[np.int64]:
        """The chunks of those entities that only a few mention or are about."""
        graph = self._in.graph
        found = [graph.about.of(column) for column in columns]
        found += [graph.links.entities[column].indices for column in columns]
        rows = [some for some in found if len(some) <= _FEW]
        chosen = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        ids: NDArray[np.int64] = graph.arrays.chunk_ids[chosen]
        return ids

    def _nearest(self, vector: Floats, count: int) -> list[int]:
        found = self._in.vectors.search(vector, count, allowed=self._asked.chunks)
        return [chunk for chunk, _ in found]

    def _nearest_of(self, chunks: NDArray[np.int64], count: int) -> Iterable[int]:
        """Of these chunks, where allowed, the `count` that are nearest to the question."""
        chosen = np.unique(chunks)
        if self._asked.chunks is not None:
            chosen = np.intersect1d(chosen, self._asked.chunks)
        if len(chosen) <= count:
            return map(int, chosen)
        return [i for i, _ in self._in.vectors.search(self._asked.vector, count, allowed=chosen)]
