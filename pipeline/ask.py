"""Asking: retrieve, fill the window, read, cite; or say that the memory does not hold it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import WindowTooSmall
from ..reader.prompt import question_language
from ..reader.reading import Evidence, Reader, Reading
from ..records import Answer, Citation, Passage, ReaderInfo, SearchResult, Usage
from .conflict import both, sides
from .evidence import CALIBRATED_READ_FROM, READ_FROM
from .fuse import Filled, fill, smallest
from .streaming import Stream
from .verdict import Grounds, Verdict, decide, evidence_probability

_LISTED = 3  # documents named when there is no answer


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
    """Reads what was retrieved.

    Raises:
        WindowTooSmall: not even one sentence fits into the window.
        ReaderError: the reader cannot read the window.
    """
    question = result.query
    filled, fuse_ms = fill_window(result, reader, options.window)
    evidence = evidence_probability(question, filled.passages, grounds)
    stream = on_text and Stream(on_text, question, filled.window, always=options.always_answer)
    reading, read_ms, calibration = None, 0.0, None
    least = READ_FROM if grounds.calibration is None else CALIBRATED_READ_FROM
    if filled.passages and (evidence >= least or options.always_answer):
        reader.load()
        calibration = grounds.calibration if reader.mode == "memory" else None
        insist = options.always_answer or calibration is not None
        # Calibrated, what is declined is known when all is read: nothing is said before.
        early = stream if options.always_answer or calibration is None else None
        began = time.perf_counter()
        tell = early.add if early else None
        reading = reader.read(question, filled.window, on_text=tell, insist=insist)
        read_ms = _since(began)
    verdict = decide(question, filled.window, evidence, reading, calibration)
    declined = verdict.doubted and not (options.always_answer and reading and reading.text)
    text, sources = _said(question, None if declined else reading, verdict, filled.passages)
    if stream:
        stream.finish(text)
    return Answer(
        question=question,
        answer=text,
        abstained=declined,
        confidence=verdict.confidence,
        citations=cite(sources, filled.passages),
        facts=() if declined else result.facts[: filled.report.facts],
        window=filled.report,
        reader=ReaderInfo(
            reader.name,
            reading.mode if reading else reader.mode,
            reading.adapter if reading else None,
        ),
        timings=_timings(result, reading, fuse_ms, read_ms),
        usage=_usage(reading),
        passages=filled.passages,
        attention=reading.attention if reading else (),
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


def fill_window(result: SearchResult, reader: Reader, window: int) -> tuple[Filled, float]:
    """The window, and the milliseconds that filling it took.

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
    question: str, reading: Reading | None, verdict: Verdict, passages: Sequence[Passage]
) -> tuple[str, tuple[Evidence, ...]]:
    """The answer's words and evidence: of what was read, or of both sides of a conflict."""
    if reading is None:
        return _without_answer(question, passages), ()
    if verdict.other is None:
        return reading.text, reading.evidence
    return both(question, reading, verdict.other, passages), sides(reading, verdict.other)


def _without_answer(question: str, passages: Sequence[Passage]) -> str:
    names = list(dict.fromkeys(p.document.title or p.document.key for p in passages))[:_LISTED]
    chinese = question_language(question) == "zh"
    if not names:
        return (
            "记忆中没有找到相关内容。" if chinese else "Nothing in memory comes near this question."
        )
    if chinese:
        return f"记忆中没有这个问题的答案；最接近的是：{'；'.join(names)}。"
    return f"Not in memory. The nearest documents are: {'; '.join(names)}."


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
