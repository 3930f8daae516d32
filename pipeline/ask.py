"""Asking: retrieve, fill the window, read, cite; or say that the memory does not hold it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..errors import WindowTooSmall
from ..memory.analysis import unread
from ..reader.extract import ExtractiveReader
from ..reader.reading import Evidence, Reader, Reading, Window
from ..records import Answer, Citation, Passage, ReaderInfo, SearchResult, Usage
from .answering.attempt import Attempt, Looked, look, quoted, read
from .answering.candidates import texts_of
from .answering.quoting import citations, distinct
from .answering.wording import most_likely_here, not_in_memory
from .calibration import Calibration
from .conflict import both, sides
from .evidence import CALIBRATED_READ_FROM, READ_FROM
from .fuse import FLOOR, FLOOR_UNREAD, USUAL, Filled, Worth, fill, smallest
from .streaming import Stream
from .verdict import Grounds, Verdict, decide, evidence_probability

LOOKED_AT = 8
"""Passages whose sentences, rows and lists are looked at one by one, likeliest first."""

_WORTH_READING = 0.1
"""The same, from which on the window is read even where the passages seem to hold nothing."""

_WORTH_SHOWING = 0.04
"""The probability from which on the likeliest unit is shown where there is no answer."""


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How to answer: `passages` considered, `window` in the reader's tokens.

    `reader` is "memory", "prefill" or "extract". With `always_answer` the best answer
    is given where it would be declined.
    """

    passages: int = 20
    window: int = 2048
    reader: str = "memory"
    always_answer: bool = False


def answer(
    result: SearchResult,
    reader: Reader,
    options: AskOptions,
    *,
    grounds: Grounds,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """Answers from what was retrieved.

    Raises:
        WindowTooSmall: not even one sentence fits into the window.
        ReaderError: the reader cannot read the window.
    """
    calibrated = reader.mode in {"memory", "extract"}
    ready = prepared(
        result,
        reader,
        options,
        grounds if calibrated else replace(grounds, calibration=None),
        insist=options.always_answer,
    )
    asking, filled = ready.asking, ready.filled
    question, looked = result.query, asking.looked
    stream = on_text and Stream(on_text, question, filled.window, always=options.always_answer)
    if is_read(asking) and not looked.quotes_alone:
        reader.load()  # which is in no timing
    began = time.perf_counter()
    attempt = attempted(asking, stream.add if stream else None)
    read_ms = _since(began)
    verdict = decide(filled.window, asking.evidence, attempt, looked, asking.calibration)
    declined = verdict.doubted and not (options.always_answer and attempt and attempt.text)
    if declined:
        text, cited = _found(looked, attempt, filled.passages)
    else:
        text, cited = _said(looked, attempt, verdict, filled.passages)
    if stream:
        stream.finish(text)
    reading = (attempt.reading or attempt.instead_of) if attempt else None
    return Answer(
        question=question,
        answer=text,
        abstained=declined,
        confidence=verdict.confidence,
        citations=cited,
        facts=() if declined else result.facts[: filled.report.facts],
        window=filled.report,
        reader=_info(reader, attempt),
        timings=_timings(result, reading, ready.milliseconds, read_ms),
        usage=_usage(reading),
        passages=filled.passages,
        attention=reading.attention if reading else (),
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """A window that was looked at, and who may read it; `evidence` is how likely it holds any.

    With `insist` an answer is tried in any case.
    """

    reader: Reader
    window: Window
    looked: Looked
    evidence: float
    calibration: Calibration | None
    insist: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is asked, the window as it was filled, and the milliseconds that both took."""

    asking: Asking
    filled: Filled
    milliseconds: float


def prepared(
    result: SearchResult, reader: Reader, options: AskOptions, grounds: Grounds, *, insist: bool
) -> Prepared:
    """Looks at what was retrieved, and fills the window with it.

    Raises:
        WindowTooSmall: not even one sentence fits into the window.
    """
    began = time.perf_counter()
    looked = look_at(result.query, result.passages, grounds)
    looking_ms = _since(began)
    read = not unread(result.query, reads_chinese=grounds.reads_chinese)
    worth = Worth(FLOOR if read else FLOOR_UNREAD, looked.wanted)
    filled, fuse_ms = fill_window(result, reader, options.window, worth=worth)
    evidence = evidence_probability(result.query, filled.passages, grounds)
    asking = Asking(reader, filled.window, looked, evidence, grounds.calibration, insist)
    return Prepared(asking, filled, looking_ms + fuse_ms)


def attempted(asking: Asking, on_text: Callable[[str], None] | None = None) -> Attempt | None:
    """What is quoted or read; None where there is too little to try.

    Raises:
        ReaderError: the reader cannot read the window.
    """
    looked, reader, calibrated = asking.looked, asking.reader, asking.calibration is not None
    if looked.quotes_alone or quotes_only(reader):
        return quoted(looked)
    if not is_read(asking):
        return None
    # Calibrated, what is declined is known when all is read: nothing is said before.
    early = on_text if asking.insist or not calibrated else None
    insist = asking.insist or calibrated
    return read(reader, asking.window, looked, on_text=early, insist=insist)


def is_read(asking: Asking) -> bool:
    """Whether the window is likely enough to hold the answer to be read."""
    least = READ_FROM if asking.calibration is None else CALIBRATED_READ_FROM
    likely = asking.evidence >= least or asking.looked.best >= _WORTH_READING
    return bool(asking.window.passages) and (asking.insist or likely)


def quotes_only(reader: Reader) -> bool:
    """Whether a reader only quotes: then what is quoted is looked for here."""
    return isinstance(reader, ExtractiveReader) and reader.mode == "extract"


def look_at(question: str, passages: Sequence[Passage], grounds: Grounds) -> Looked:
    """The units of the likeliest passages, with how likely each holds the answer."""
    texts = grounds.texts or texts_of(passages)
    return look(
        question,
        passages[:LOOKED_AT],
        texts,
        embed=grounds.embed,
        reads_chinese=grounds.reads_chinese,
        units=grounds.units,
    )


def cite(evidence: Sequence[Evidence], passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """Evidence inside passages, as spans of their documents."""
    by_chunk = {passage.chunk_id: passage for passage in passages}
    return tuple(
        Citation(
            document=passage.document,
            chunk_id=item.chunk_id,
            start=passage.start + item.start,
            end=passage.start + item.end,
            quote=passage.text[item.start : item.end],
            weight=round(item.weight, 4),
        )
        for item in evidence
        for passage in (by_chunk[item.chunk_id],)
    )


def fill_window(
    result: SearchResult, reader: Reader, window: int, *, worth: Worth = USUAL
) -> tuple[Filled, float]:
    """The window, and the milliseconds that filling it took; `worth` as in `fill`.

    Raises:
        WindowTooSmall: not even one sentence fits.
    """
    overhead = reader.overhead(result.query)  # loads a tokenizer, which is in no timing
    began = time.perf_counter()
    filled = fill(
        result.passages,
        limit=window,
        overhead=overhead,
        cost=reader.cost,
        facts=[f"{fact.subject} {fact.relation} {fact.object}" for fact in result.facts],
        question=result.query,
        worth=worth,
    )
    fuse_ms = _since(began)
    if result.passages and not filled.passages:
        raise _too_small(result, reader, window)
    return filled, fuse_ms


def _too_small(result: SearchResult, reader: Reader, window: int) -> WindowTooSmall:
    overhead = reader.overhead(result.query)
    needed = smallest(result.passages, overhead=overhead, cost=reader.cost, question=result.query)
    return WindowTooSmall(
        f"a window of {window} tokens leaves no room for a passage beside the instruction, the "
        f"question and the answer ({overhead}); this question needs {needed} or more "
        f"(--window {needed}, MEMCTX_WINDOW)"
    )


def _said(
    looked: Looked, attempt: Attempt | None, verdict: Verdict, passages: Sequence[Passage]
) -> tuple[str, tuple[Citation, ...]]:
    """The answer's words and citations: of the attempt, or of both sides of a conflict."""
    if attempt is None:
        return "", ()
    if verdict.other is None or attempt.reading is None:
        return attempt.text, citations(attempt.spans, looked.texts)
    said = both(looked.field.question, attempt.reading, verdict.other, passages)
    return said, cite(sides(attempt.reading, verdict.other), passages)


def _found(
    looked: Looked, attempt: Attempt | None, passages: Sequence[Passage]
) -> tuple[str, tuple[Citation, ...]]:
    """What is said where there is no answer: the likeliest sentence, and where else it may stand.

    What a table says of itself comes before the likeliest sentence.
    """
    found, question = looked.found, looked.field.question
    if found is None or max(found.probability, attempt.unit if attempt else 0) < _WORTH_SHOWING:
        return not_in_memory(question, passages), ()
    tried = attempt.spans if attempt is not None and attempt.sound else ()
    told = attempt is not None and attempt.reading is None and bool(tried)
    spans = distinct((*tried, *found.spans) if told else (*found.spans, *tried))
    document = spans[0].passage.document
    text = looked.texts(document.id)[spans[0].start : spans[0].end]
    said = most_likely_here(question, text, document.title or document.key)
    return said, citations(spans, looked.texts)


def _info(reader: Reader, attempt: Attempt | None) -> ReaderInfo:
    """Who answered: the reader, or nobody where the answer was quoted."""
    if attempt is None or quotes_only(reader):
        return ReaderInfo(reader.name, reader.mode, None)
    if attempt.reading is None:
        return ReaderInfo(reader.name, "extract", None)
    return ReaderInfo(reader.name, attempt.reading.mode, attempt.reading.adapter)


def _timings(
    result: SearchResult, reading: Reading | None, fuse_ms: float, read_ms: float
) -> dict[str, float | None]:
    first = reading.first_token_ms if reading else None
    retrieve_ms = result.timings["total_ms"]
    return {
        "retrieve_ms": retrieve_ms,
        "fuse_ms": round(fuse_ms, 2),
        "load_ms": round(reading.load_ms, 2) if reading else 0.0,
        "first_token_ms": None if first is None else round(fuse_ms + first, 2),
        "total_ms": round(retrieve_ms + fuse_ms + read_ms, 2),
    }


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


def _usage(reading: Reading | None) -> Usage:
    if reading is None:
        return Usage()
    return Usage(reading.prompt_tokens, reading.answer_tokens, reading.cached_tokens)


__all__ = ["AskOptions", "Filled", "Grounds", "answer", "cite", "fill_window"]
