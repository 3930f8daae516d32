"""Summaries of a document, of what a memory holds on a query, and of a whole memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..errors import UsageError
from ..memory.faults import check_text
from ..reader.reading import Reader
from ..reader.retelling import retelling_of
from ..records import Citation, Passage, Summary
from .fuse import FLOOR_UNREAD, Worth
from .progress import Progress
from .retrieve import Clock
from .summary.abstraction import Writer
from .summary.digest import Digest
from .summary.embedding import Embedding
from .summary.extraction import Pick, extract
from .summary.gathering import Gathered, of_chunks, of_document
from .summary.scorer import load_scorer
from .summary.trimming import joined
from .workspace import Workspace

METHODS = ("auto", "extract", "abstract")
_PASSAGES = 40  # at most, that a query's summary is made of
_CENTRAL_SHARE = 8  # budgets' worth of central sentences that the reader is given
_RETOLD_SHARE = 4  # the same, of a reader that says three sentences again in one

Count = Callable[[str], int]
Search = Callable[[str, int], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """What to summarise: a document, what there is on a query, both, or all of the memory.

    `max_tokens` counts the reader's tokens. `method` is "extract", "abstract" or "auto".

    Raises:
        UsageError: there is no such method, no room, or the query is no text.
    """

    document: str | None = None
    query: str | None = None
    collection: str | None = None
    max_tokens: int = 256
    method: str = "auto"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(
                f"a method (--method) is one of {', '.join(METHODS)}; got {self.method!r}"
            )
        if self.max_tokens < 1:
            raise UsageError(
                f"max_tokens (--max-tokens) should be at least 1, got {self.max_tokens}"
            )
        if self.query is not None:
            check_text(self.query)
            if not self.query.strip():
                raise UsageError("the query is empty; without one, all is summarised")

    @property
    def scope(self) -> str:
        """What is summarised: "document", "query" or "memory"."""
        if self.document is not None:
            return "document"
        return "memory" if self.query is None else "query"


@dataclass(frozen=True, slots=True)
class Summariser:
    """Makes summaries of one memory; `count` tells the reader's tokens of a text.

    `reader` loads the reader where one is to write; `writes` is whether it is strong enough
    to be asked to where the method is "auto".
    """

    space: Workspace
    search: Search
    count: Count
    reader: Callable[[], Reader]
    writes: bool
    progress: Progress

    def __call__(self, request: SummaryRequest) -> Summary:
        """The summary that is asked for; a whole memory's is always an extract.

        Raises:
            DocumentNotFound: the document is not in the memory.
            ReaderError: the reader is to write and cannot.
        """
        if request.scope == "memory":
            return self._digest(request)
        clock = Clock()
        gathered = self._gathered(request)
        clock.lap("gather_ms")
        method = request.method
        if method == "abstract" or (method == "auto" and self.writes):
            return self._abstract(request, gathered, clock)
        return self._extract(request, gathered, clock)

    def _extract(
        self, request: SummaryRequest, gathered: Gathered, clock: Clock, dropped: int | None = None
    ) -> Summary:
        citations = cited(gathered, self._picks(gathered, request.max_tokens))
        while citations and self.count(joined(quotes(citations))) > request.max_tokens:
            citations = citations[:-1]  # tokens of the whole may be more than of its parts
        clock.lap("write_ms")
        text = joined(quotes(citations))
        tokens = self.count(text) if text else 0
        return Summary(text, request.scope, citations, tokens, "extract", clock.timings(), dropped)

    def _abstract(self, request: SummaryRequest, gathered: Gathered, clock: Clock) -> Summary:
        """In the reader's words; an extract where nothing that it wrote is supported."""
        reader = self.reader()
        share = _CENTRAL_SHARE if retelling_of(reader) is None else _RETOLD_SHARE
        picks = self._picks(gathered, share * request.max_tokens)
        sources = [gathered.material.texts[pick.sentence][: pick.length] for pick in picks]
        embedder = Embedding(self.space, self.progress).embedder(joined(sources))
        writer = Writer(reader, embedder, self.space.settings.window, self.progress)
        writing = writer.write(sources, request.max_tokens, request.query)
        if not writing.sentences:
            return self._extract(request, gathered, clock, writing.dropped)
        clock.lap("write_ms")
        used = [place for one in writing.sentences for place in one.sources]
        weight = 1 / len(used)
        citations = cited(gathered, [replace(picks[place], weight=weight) for place in used])
        text = joined([one.text for one in writing.sentences])
        return Summary(
            text, request.scope, citations, self.count(text), "abstract", clock.timings(),
            writing.dropped,
        )  # fmt: skip

    def _picks(self, gathered: Gathered, budget: int) -> list[Pick]:
        return extract(
            gathered.material,
            gathered.asked,
            budget,
            self.count,
            load_scorer(),
            gathered.entities,
        )

    def _digest(self, request: SummaryRequest) -> Summary:
        """The page on the whole memory; each sentence on it weighs the same."""
        clock = Clock()
        digest = Digest(
            self.space.store, Embedding(self.space, self.progress), self.count, load_scorer()
        )
        lines = digest.lines(request.max_tokens, request.collection)
        sources = [source for line in lines for source in line.sources]
        citations = tuple(
            Citation(
                origin.document,
                origin.chunk_id,
                origin.start,
                origin.start + len(quote),
                quote,
                round(1 / len(sources), 4),
            )
            for origin, quote in sources
        )
        clock.lap("write_ms")
        text = "\n".join(line.text for line in lines)
        tokens = self.count(text) if text else 0
        return Summary(text, request.scope, citations, tokens, "extract", clock.timings())

    def _gathered(self, request: SummaryRequest) -> Gathered:
        store, embedding = self.space.store, Embedding(self.space, self.progress)
        if request.document is not None:
            found = store.find(request.document, request.collection)
            return of_document(store, found, embedding, request.query)
        passages = Worth(FLOOR_UNREAD).of(self.search(request.query or "", _PASSAGES))
        return of_chunks(store, [one.chunk_id for one in passages], embedding, request.query)


def cited(gathered: Gathered, picks: Sequence[Pick]) -> tuple[Citation, ...]:
    """The sentences taken, as stretches of their documents."""
    return tuple(
        Citation(
            document=origin.document,
            chunk_id=origin.chunk_id,
            start=origin.start,
            end=origin.start + pick.length,
            quote=gathered.material.texts[pick.sentence][: pick.length],
            weight=round(pick.weight, 4),
        )
        for pick in picks
        for origin in (gathered.origins[pick.sentence],)
    )


def quotes(citations: Sequence[Citation]) -> list[str]:
    """What each citation quotes."""
    return [citation.quote for citation in citations]
