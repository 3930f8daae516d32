"""The records that rooms hand to one another, and that users get back.

Two families: what goes in (`Document` with its `Heading`, `Page` and `Table`
marks, `Chunk`) and what comes out (`Passage`, `Fact`, `Answer`, `Summary`,
reports). All are frozen; those that users receive have `to_dict()`, which gives
the JSON of the command line, field for field.

All positions are character offsets into `Document.text`, end exclusive. This
module imports no other room and does no I/O.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
"""A value that JSON can hold."""

TextKind = Literal["plain", "markdown", "code"]
"""How a text is structured, which decides how it is split."""


class AsDict:
    """Gives records their JSON form."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The record as plain dicts, lists and scalars, ready for JSON."""
        return _plain(self)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((f.metadata, f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {
            name: _plain(item)
            for meta, name, item in named
            if not (item is None and meta.get("optional"))
        }
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _optional() -> Any:
    """A field that `to_dict` leaves out while it is None."""
    return field(default=None, metadata={"optional": True})


def _check_span(start: int, end: int) -> None:
    if not 0 <= start <= end:
        raise ValueError(f"a span needs 0 <= start <= end, got {start}..{end}")


# --- what goes in -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that begins at `start`; level 1 is the outermost."""

    start: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, slide or sheet that begins at `start`; `number` counts from 1."""

    start: int
    number: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows at `start:end`, one a line, the first of which are its header.

    The header is `start:header_end`; chunks of later rows carry it as context.
    """

    start: int
    end: int
    header_end: int

    def __post_init__(self) -> None:
        _check_span(self.start, self.end)
        if not self.start <= self.header_end <= self.end:
            raise ValueError(
                f"a table header must end inside {self.start}..{self.end}, got {self.header_end}"
            )


@dataclass(frozen=True, slots=True)
class Document:
    """One document as loaded: its whole text, with structure as offsets into it.

    `key` identifies it within a collection. Line ends in `text` are `\\n`, and
    `text` holds no NUL and no lone surrogate: it can be encoded as UTF-8.
    """

    key: str
    text: str
    title: str = ""
    uri: str = ""
    kind: TextKind = "plain"
    language: str | None = None
    """Programming language of a `code` document, such as "python"."""
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a document needs a key")
        for marks in (self.headings, self.pages, self.tables):
            starts = [mark.start for mark in marks]
            if starts != sorted(starts) or (starts and starts[-1] > len(self.text)):
                raise ValueError(f"{self.key}: marks must be in order and inside the text")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch `text == document.text[start:end]` that is embedded as one.

    `heading` is the path of headings above it, outermost first, joined by " > ";
    `context` is what a reader needs beside the text itself (a table's header).
    """

    start: int
    end: int
    text: str
    page: int | None = None
    heading: str = ""
    context: str = ""

    def __post_init__(self) -> None:
        _check_span(self.start, self.end)
        if len(self.text) != self.end - self.start:
            raise ValueError(
                f"a chunk at {self.start}..{self.end} cannot hold {len(self.text)} characters"
            )

    def described(self, title: str) -> str:
        """The text with what tells a stranger where it stands: title, headings, table header.

        This, not the bare text, is what is embedded and indexed.
        """
        headings = self.heading.removeprefix(title).removeprefix(" > ") if title else self.heading
        lines = (title, headings, self.context, self.text)
        return "\n".join(line for line in lines if line)


# --- what comes out ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DocumentRef(AsDict):
    """Which document something comes from; `id` is the store's own number."""

    id: int
    key: str
    title: str
    uri: str
    collection: str = "default"
    metadata: Mapping[str, Json] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Signals(AsDict):
    """Why a passage was found; None means that this signal did not take part.

    `dense` is a cosine in [-1, 1], `lexical` a BM25 score, `graph` a share of
    random-walk probability, `rerank` a cross-encoder's logit. Higher is nearer.
    """

    dense: float | None = None
    lexical: float | None = None
    graph: float | None = None
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class Passage(AsDict):
    """A chunk as found by a search. `score` is higher for nearer."""

    document: DocumentRef
    chunk_id: int
    text: str
    start: int
    end: int
    page: int | None
    heading: str
    score: float
    signals: Signals = Signals()
    context: str | None = _optional()
    """The header of the table whose later rows the passage begins with."""


@dataclass(frozen=True, slots=True)
class Fact(AsDict):
    """A statement of the knowledge graph and the sentence `start:end` it is from."""

    subject: str
    relation: str
    object: str
    document: DocumentRef
    chunk_id: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult(AsDict):
    """Passages, best first, and facts. Timings are milliseconds.

    Used as a sequence, it is its passages.
    """

    query: str
    passages: tuple[Passage, ...]
    facts: tuple[Fact, ...]
    timings: Mapping[str, float]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)

    def __len__(self) -> int:
        return len(self.passages)

    def __getitem__(self, index: int) -> Passage:
        return self.passages[index]


@dataclass(frozen=True, slots=True)
class Citation(AsDict):
    """`quote` is the document's text at `start:end`; `weight` is its share, in [0, 1]."""

    document: DocumentRef
    chunk_id: int
    start: int
    end: int
    quote: str
    weight: float


@dataclass(frozen=True, slots=True)
class WindowReport(AsDict):
    """How the reader's window was filled. `limit` and `used` count its tokens.

    `passages` are chunk ids in the order read; `left_out` are the chunk ids that were
    considered and are far less likely than the best, or found no room. `facts` counts the
    facts that entered.
    """

    limit: int
    used: int
    passages: tuple[int, ...]
    facts: int
    left_out: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReaderInfo(AsDict):
    """What read: the model's name, the mode that really ran, the adapter if any."""

    model: str | None
    mode: str
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Usage(AsDict):
    """Tokens that the reader was given, wrote, and found already computed."""

    prompt_tokens: int = 0
    answer_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer(AsDict):
    """An answer with its sources.

    `confidence` is the probability in [0, 1] that it is right. When `abstained`,
    the memory does not hold the evidence and `answer` says what was found.
    """

    question: str
    answer: str
    abstained: bool
    confidence: float
    citations: tuple[Citation, ...]
    facts: tuple[Fact, ...]
    window: WindowReport
    reader: ReaderInfo
    timings: Mapping[str, float | None]
    usage: Usage
    passages: tuple[Passage, ...] = field(default=(), metadata={"explain": True})
    """The passages in the window, in the order read; not part of the JSON."""
    attention: tuple[float, ...] = ()
    """Each passage's share of what the answer looked at, where known; not part of the JSON."""

    @property
    def text(self) -> str:
        """The answer's words; the same as `answer`."""
        return self.answer

    def to_dict(self) -> dict[str, Any]:
        """The answer record of the command line's JSON, without `passages` and `attention`."""
        plain: dict[str, Any] = _plain(self)
        del plain["passages"], plain["attention"]
        return plain


@dataclass(frozen=True, slots=True)
class Summary(AsDict):
    """A summary with the source of each of its sentences, in order.

    `scope` is "document", "query" or "memory"; `tokens` counts the reader's. `method` is what
    made it, "extract" or "abstract"; of the latter, `dropped` counts the sentences that their
    sources did not support.
    """

    summary: str
    scope: str
    citations: tuple[Citation, ...]
    tokens: int
    method: str
    timings: Mapping[str, float]
    dropped: int | None = _optional()

    @property
    def text(self) -> str:
        """The summary's words; the same as `summary`."""
        return self.summary


@dataclass(frozen=True, slots=True)
class Skipped(AsDict):
    """An input that was not ingested, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport(AsDict):
    """What an ingestion did. Document counts, then totals of what it added."""

    added: int
    updated: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    chunks: int
    entities: int
    facts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class CollectionInfo(AsDict):
    """A collection, and how many documents and passages it holds."""

    name: str
    documents: int
    chunks: int


@dataclass(frozen=True, slots=True)
class WarmReport(AsDict):
    """Passages whose reader states were computed, were there, or found no room."""

    computed: int
    found: int
    left: int
    bytes: int


@dataclass(frozen=True, slots=True)
class TrainReport(AsDict):
    """What a reader was taught, and what it can do on questions that were kept from it.

    `taught` and `examined` are questions, `left` those asked before or whose answer no passage
    holds, `others` those that another adapter than that for `language` ("every": all) reads.
    F1 and exact match, in [0, 1], are None where none was kept; before is what was in use.
    `losses` has one a step. Whether it is `used` from now on and why is in `outcome`, else `use`
    says how to. `made` counts questions made from the memory: "spans" that recur, and "facts".
    """

    adapter: str
    digest: str
    taught: int
    examined: int
    left: int
    f1_before: float | None
    f1: float | None
    exact_before: float | None
    exact: float | None
    losses: tuple[float, ...]
    language: str
    others: int
    used: bool
    outcome: str
    use: str | None = _optional()
    made: Mapping[str, int] | None = _optional()


@dataclass(frozen=True, slots=True)
class AdapterInfo(AsDict):
    """An adapter in use, of `source` "shipped", "memory" (its own) or "given", and how it did.

    F1, in [0, 1], is a mean over `examined` questions kept from it. None: no note tells it."""

    source: str
    language: str
    file: str
    questions: str | None
    taught: int | None
    examined: int | None
    f1_before: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class AdaptersInUse(AsDict):
    """What a reader reads with, one a language; `source` is the nearest of theirs, or "none"."""

    source: str
    adapters: tuple[AdapterInfo, ...]
    problem: str | None = _optional()


@dataclass(frozen=True, slots=True)
class ReliabilityBin(AsDict):
    """Answers of similar confidence: the mean of it, the share that was right, how many."""

    confidence: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class CalibrationReport(AsDict):
    """How well confidence tells right answers from wrong ones.

    All but `threshold`, below which answers are declined, is of answers that the fit had not
    seen: `auroc` is the chance that a right answer is surer than a wrong one, `error` the
    mean distance of confidence from the share that was right; `right_declined` and
    `wrong_declined` are shares of the right and of the wrong answers.
    """

    file: str
    answers: int
    right: int
    threshold: float
    auroc: float
    error: float
    right_declined: float
    wrong_declined: float
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Fidelity(AsDict):
    """How a model is read, "memory" or "prefill", and why.

    `divergence` from full prefill is in nats per answer token, None where it could not
    be measured; `first` tokens of each passage and a `share` of all are recomputed.
    """

    model: str
    mode: str
    divergence: float | None
    limit: float
    first: int
    share: float
    reason: str


@dataclass(frozen=True, slots=True)
class IndexInfo(AsDict):
    """The vector index's FAISS kind and the device that it runs on."""

    kind: str
    device: str


@dataclass(frozen=True, slots=True)
class Status(AsDict):
    """What a memory holds. `sequence` is the newest change; `bytes` are on disk."""

    documents: int
    chunks: int
    vectors: int
    entities: int
    facts: int
    collections: tuple[str, ...]
    embedder: str
    reader: str
    adapter: AdaptersInUse
    index: IndexInfo
    bytes: Mapping[str, int]
    sequence: int
