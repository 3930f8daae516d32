"""What is thought of an attempt: how sure it is, whether that is enough, what contradicts it.

By the reader's calibration, where it was measured how often it is right; else by a
formula of what is plain to see. What is no answer, such as a number that stands nowhere,
is doubted either way. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..memory.analysis import unread
from ..reader.options import options_of
from ..reader.reading import Reading, Window
from ..reader.terms import echoes, is_number_for_a_person, numbers
from ..records import Passage
from .answering.attempt import Attempt, Looked
from .answering.candidates import Embed
from .answering.unit_ranker import UnitRanker
from .calibration import Calibration
from .conflict import rival
from .evidence import judge, known_numbers, support
from .signs import signs_of

_DOUBTED = 0.1
"""The most confidence in what is no answer."""

_PLAIN_THRESHOLD = 0.3
"""Below this probability of its unit a quote is doubted where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer is judged by.

    `ceiling` is the best BM25 score the question could have, `reads_chinese` whether the
    embedder that the passages were found with does, and `embed` that embedder. `texts` gives
    a document's text by its number, `units` ranks what stands there, as shipped if None.
    `calibration` says how often this reader is right, where that was measured; it decides then
    what is declined.
    """

    ceiling: float
    reads_chinese: bool
    calibration: Calibration | None = None
    embed: Embed | None = None
    units: UnitRanker | None = None
    texts: Callable[[int], str] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of an attempt: how sure it is, and whether that is too little.

    `other` contradicts it.
    """

    confidence: float
    doubted: bool
    other: Reading | None = None


def evidence_probability(question: str, passages: Sequence[Passage], grounds: Grounds) -> float:
    """The probability that the evidence is among the passages."""
    embedded = not unread(question, reads_chinese=grounds.reads_chinese)
    return judge(passages, grounds.ceiling, embedded=embedded).probability


def decide(
    window: Window,
    evidence: float,
    attempt: Attempt | None,
    looked: Looked,
    calibration: Calibration | None,
) -> Verdict:
    """What an attempt is worth; `evidence` is the probability that the window holds any."""
    question = looked.field.question
    if attempt is None:
        return Verdict(round(min(evidence, _DOUBTED), 4), doubted=True)
    doubted = is_no_answer(question, attempt, window)
    signs = signs_of(window, evidence, attempt, looked)
    if calibration is None or signs is None:
        confidence = _plainly(evidence, attempt)
        doubted = doubted or (attempt.reading is None and confidence < _PLAIN_THRESHOLD)
    else:
        confidence = calibration.probability(signs)
        doubted = doubted or confidence < calibration.threshold
    if doubted:
        confidence = min(confidence, _DOUBTED) if not attempt.sound else confidence
    other = _rival(question, window, attempt)
    if other is not None:  # at most one of the two is right
        confidence /= 2
    return Verdict(round(confidence, 4), doubted, other)


def _rival(question: str, window: Window, attempt: Attempt) -> Reading | None:
    if attempt.reading is None or attempt.how != "read" or not attempt.sound:
        return None
    return rival(question, window, attempt.reading)


def _plainly(evidence: float, attempt: Attempt) -> float:
    # The evidence must be there, the reader must have read it right, and it must say so.
    reading = attempt.reading
    if reading is None:
        return attempt.unit
    read_right = 1.0 if reading.logprob is None else math.exp(reading.logprob)
    return evidence * read_right * (support(reading) if attempt.how == "read" else 1.0)


def is_no_answer(question: str, attempt: Attempt, window: Window) -> bool:
    """Whether an attempt is no answer: nothing, a refusal, without a source, an echo.

    Nor is a number, in digits, that stands nowhere, for an answer is copied, or one where a
    person is asked for.
    """
    reading = attempt.reading
    if not attempt.text or not attempt.spans or not attempt.sound:
        return True
    if reading is None or attempt.how == "verdict":
        return reading is not None and reading.declined
    made_up = numbers(reading.text) - known_numbers(question, window)
    echo = echoes(reading.text, question) and not options_of(question)
    return (
        reading.declined or bool(made_up) or echo or is_number_for_a_person(reading.text, question)
    )
