"""Retrieval: from a question to ranked passages, with the signals of each, and facts.

`finding` brings candidates together, `ranking` says how likely each is evidence; what is
likeliest leads to further candidates, and then all are judged once more. `Retriever` only
puts these steps in order, and leaves out what `Stages` leaves out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..conditions import Where, condition_of
from ..device import small_matrices
from ..errors import UsageError
from ..kg.link import KnownName
from ..memory.reranker import Reranker
from ..memory.rows import ChunkRow
from ..records import Fact, Passage, SearchResult, Signals
from .fact_search import chosen_facts
from .finding import Asked, Finding, Indexes
from .node_search import with_quotes
from .rank import first_of_each_document, reranked
from .ranking.candidates import Candidates
from .ranking.pairs import Seeds
from .ranking.ranker import SEEDS, load_ranker
from .second_hop import ASKED_AGAIN
from .stages import Stages

POOL = 50  # candidates from each index
_LINKED_FROM = 8  # passages whose links are followed
_WALKED_FROM = 10  # passages that a walk starts from, beside the names
_DEPTH = 12  # passages that a cross-encoder reads: half a second on two cores
_FACTS = 20
_FACT_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a search is restricted to; all when nothing is given.

    `where` is a condition, `where("year") >= 1905`; one as text, "year>=1905"; a mapping of
    what is to be equal, `{"year": 1905}`; or a list of conditions, all of which hold.

    Raises:
        UsageError: it is none of these, or `keys` is one text.
    """

    collection: str | None = None
    where: Where | None = None
    keys: Sequence[str] = ()

    def __post_init__(self) -> None:
        condition_of(self.where)
        if isinstance(self.keys, str):
            raise UsageError(f"keys of a scope are a list, as in [{self.keys!r}]")

    @property
    def everything(self) -> bool:
        """Whether nothing is excluded."""
        return self.collection is None and condition_of(self.where) is None and not self.keys


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
        """The `k` best passages, best first; with `distinct` at most one per document.

        A passage's score is the probability that it is evidence, in (0, 1).
        """
        with small_matrices:
            return self._searched(question, k, scope or Scope(), distinct=distinct)

    def _searched(self, question: str, k: int, scope: Scope, *, distinct: bool) -> SearchResult:
        clock = Clock()
        asked = self._asked(question, scope)
        clock.lap("embed_ms")
        finding, ranker = Finding(self._in, self._stages, asked), load_ranker()
        # Several chunks of one document may crowd the pool: look further when they count once.
        finding.add_nearest(max(POOL, 2 * k) * (2 if distinct else 1))
        first, asks = finding.candidates(), finding.question()
        alone = ranker.alone(first, asks)
        clock.lap("search_ms")
        candidates, seeds = led(finding, self._stages, first, alone, clock)
        ranked = ordered(candidates, ranker.judge(candidates, asks, seeds))
        signals = self._signals(candidates)
        clock.lap("rank_ms")
        if self._stages.rerank and self._reranker is not None:
            nearest = [finding.rows[chunk] for chunk, _ in ranked[:_DEPTH]]
            read = logits_of(question, nearest, self._reranker())
            signals = {i: replace(one, rerank=read.get(i)) for i, one in signals.items()}
            ranked = reranked(ranked, read)
            clock.lap("rerank_ms")
        best = [(finding.rows[chunk], score) for chunk, score in ranked]
        if distinct:
            best = first_of_each_document(best)
        quoted = () if distinct else finding.quotes
        shown = best if quoted else best[:k]
        made = [_passage(row, score, signals[row.id]) for row, score in shown]
        passages = tuple(with_quotes(made, quoted)[:k] if quoted else made)
        facts: tuple[Fact, ...] = ()
        if self._stages.facts:
            facts = self._facts(question, passages, finding.names)
            clock.lap("facts_ms")
        return SearchResult(question, passages, facts, clock.timings())

    def _asked(self, question: str, scope: Scope) -> Asked:
        store, documents = self._in.store, None
        if not scope.everything:
            documents = store.matching(
                collection=scope.collection, where=scope.where, keys=scope.keys
            )
        chunks = None if documents is None else store.chunk_ids(documents)
        return Asked(question, self._in.embedder.encode_query(question), documents, chunks)

    def _signals(self, candidates: Candidates) -> dict[int, Signals]:
        """What each candidate was judged by; None where a stage is left out."""
        use = self._stages
        walked = use.graph and len(self._in.graph.arrays.chunk_ids) > 0
        return {
            int(chunk): Signals(
                dense=float(candidates.cosines[place]) if use.dense else None,
                lexical=float(candidates.lexical[place]) if use.words else None,
                graph=float(candidates.walked[place]) if walked else None,
            )
            for place, chunk in enumerate(candidates.ids)
        }

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


def led(
    finding: Finding, stages: Stages, first: Candidates, alone: NDArray[np.float64], clock: Clock
) -> tuple[Candidates, Seeds]:
    """All candidates, with those that the first lead to; `alone` is how likely each first is."""
    order = np.argsort(-alone, kind="stable")
    likely = first.ids[order].tolist()
    if stages.nodes and stages.dense and not finding.unread:
        finding.add_quoted(likely, first.cosines)
        clock.lap("nodes_ms")
    if stages.graph:
        finding.add_linked(likely[:_LINKED_FROM])
        finding.add_walked(dict(zip(likely[:_WALKED_FROM], alone[order].tolist(), strict=False)))
        clock.lap("graph_ms")
    vectors = np.zeros((0, first.vectors.shape[1]), np.float32)
    if stages.hops and stages.dense and not finding.unread:
        vectors = finding.ask_again(likely[:ASKED_AGAIN])
        clock.lap("hops_ms")
    candidates = finding.candidates()
    chosen = order[:SEEDS]
    places = np.searchsorted(candidates.ids, first.ids[chosen])
    return candidates, Seeds(places, alone[chosen], vectors)


def logits_of(question: str, rows: Sequence[ChunkRow], reranker: Reranker) -> dict[int, float]:
    """What a cross-encoder makes of passages: logits by chunk id, higher is nearer."""
    logits = reranker.score(question, [row.described for row in rows])
    return dict(zip([row.id for row in rows], logits.tolist(), strict=True))


def ordered(candidates: Candidates, likely: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Chunk ids and how likely each is, best first; of equals, the older chunk."""
    order = np.lexsort((candidates.ids, -likely))
    return [(int(candidates.ids[i]), round(float(likely[i]), 6)) for i in order]


class Clock:
    """Milliseconds of each stage, and of all."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Ends a stage."""
        now = time.perf_counter()
        self._laps[name] = round(1000 * (now - self._last), 2)
        self._last = now

    def timings(self) -> dict[str, float]:
        """What each stage took, and all together."""
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
        context=chunk.context or None,
    )
