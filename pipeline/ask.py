"""Asking: retrieve, fill the window, read, cite; or say that the memory does not hold it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..memory.analysis import han_share
from ..reader.reading import Evidence, Reader, Reading
from ..records import Answer, Citation, Passage, ReaderInfo, SearchResult, Usage
from .evidence import THRESHOLD, Judgement, judge
from .fuse import Filled, fill

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
    ceiling: float,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """Reads what was retrieved. `ceiling` is the best BM25 score the question could have.

    Raises:
        ReaderError: the reader cannot read the window.
    """
    began = time.perf_counter()
    question = result.query
    filled = fill(
        result.passages,
        limit=options.window,
        overhead=reader.overhead(question),
        cost=reader.cost,
        facts=[f"{fact.subject} {fact.relation} {fact.object}" for fact in result.facts],
        question=question,
    )
    fused = time.perf_counter()
    judgement = judge(result.passages, ceiling)
    likely = judgement.probability >= THRESHOLD or options.always_answer
    reading = None
    if filled.passages and likely:
        reading = reader.read(question, filled.window, on_text=on_text)
    text = _without_answer(question, filled.passages)
    declined = (
        reading is None or not reading.text or (reading.declined and not options.always_answer)
    )
    done = time.perf_counter()
    if declined and on_text:
        on_text(text)
    return Answer(
        question=question,
        answer=text if declined or reading is None else reading.text,
        abstained=declined,
        confidence=_confidence(judgement, reading, declined),
        citations=() if declined or reading is None else cite(reading.evidence, filled.passages),
        facts=() if declined else result.facts[: filled.report.facts],
        window=filled.report,
        reader=ReaderInfo(
            reader.name,
            reading.mode if reading else reader.mode,
            reading.adapter if reading else None,
        ),
        timings=_timings(result, reading, began, fused, done),
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


def _without_answer(question: str, passages: Sequence[Passage]) -> str:
    names = list(dict.fromkeys(p.document.title or p.document.key for p in passages))[:_LISTED]
    chinese = han_share(question) > 0.2
    if not names:
        return (
            "记忆中没有找到相关内容。" if chinese else "Nothing in memory comes near this question."
        )
    if chinese:
        return f"记忆中没有这个问题的答案；最接近的是：{'；'.join(names)}。"
    return f"Not in memory. The nearest documents are: {'; '.join(names)}."


def _confidence(judgement: Judgement, reading: Reading | None, declined: bool) -> float:
    # The evidence must be there *and* the reader must have read it right.
    read_right = 1.0 if reading is None or reading.logprob is None else 2.718281828**reading.logprob
    confidence = judgement.probability * read_right
    return round(min(confidence, 0.1) if declined else confidence, 4)


def _timings(
    result: SearchResult, reading: Reading | None, began: float, fused: float, done: float
) -> dict[str, float | None]:
    fuse_ms = 1000 * (fused - began)
    first = reading.first_token_ms if reading else None
    retrieve_ms = result.timings["total_ms"]
    return {
        "retrieve_ms": retrieve_ms,
        "fuse_ms": round(fuse_ms, 2),
        "load_ms": round(reading.load_ms, 2) if reading else 0.0,
        "first_token_ms": None if first is None else round(fuse_ms + first, 2),
        "total_ms": round(retrieve_ms + 1000 * (done - began), 2),
    }


def _usage(reading: Reading | None) -> Usage:
    if reading is None:
        return Usage()
    return Usage(reading.prompt_tokens, reading.answer_tokens, reading.cached_tokens)


__all__ = ["AskOptions", "Filled", "answer", "cite"]
