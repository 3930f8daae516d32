"""What is thought of a reading: how sure it is, whether that is enough, what contradicts it.

By the reader's calibration, where it was measured how often it is right; else by a
formula of what is plain to see. What is no answer, such as a number that stands nowhere,
is doubted either way. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..memory.analysis import unread
from ..reader.options import options_of
from ..reader.reading import Reading, Window
from ..reader.terms import echoes, is_number_for_a_person, numbers
from ..records import Passage
from .calibration import Calibration
from .conflict import rival
from .evidence import judge, known_numbers, support
from .signs import signs_of

_DOUBTED = 0.1
"""The most confidence in what is no answer."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer is judged by.

    `ceiling` is the best BM25 score the question could have, `reads_chinese` whether the
    embedder that the passages were found with does. `calibration` says how often this reader
    is right, where that was measured; it decides then what is declined.
    """

    ceiling: float
    reads_chinese: bool
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a reading: how sure it is, and whether that is too little.

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
    question: str,
    window: Window,
    evidence: float,
    reading: Reading | None,
    calibration: Calibration | None,
) -> Verdict:
    """What a reading is worth; `evidence` is the probability that the window holds any."""
    if reading is None:
        return Verdict(_confidence(evidence, reading, doubted=True), doubted=True)
    doubted = _doubted(question, reading, window)
    other = rival(question, window, reading)
    signs = signs_of(question, window, evidence, reading)
    if calibration is None or signs is None:
        confidence = _confidence(evidence, reading, doubted=doubted)
    else:
        confidence = calibration.probability(signs)
        confidence = min(confidence, _DOUBTED) if doubted else confidence
        doubted = doubted or confidence < calibration.threshold
    if other is not None:  # at most one of the two is right
        confidence /= 2
    return Verdict(round(confidence, 4), doubted, other)


def _confidence(evidence: float, reading: Reading | None, *, doubted: bool) -> float:
    # The evidence must be there, the reader must have read it right, and it must say so.
    confidence = evidence
    if reading is not None:
        read_right = 1.0 if reading.logprob is None else math.exp(reading.logprob)
        confidence *= read_right * support(reading)
    return round(min(confidence, _DOUBTED) if doubted else confidence, 4)


def _doubted(question: str, reading: Reading, window: Window) -> bool:
    """Whether what was read is no answer: nothing, a refusal, without a source, an echo.

    Nor is a number, in digits, that stands nowhere, for an answer is copied, or one where a
    person is asked for.
    """
    made_up = numbers(reading.text) - known_numbers(question, window)
    unsaid = not reading.text or reading.declined or not reading.evidence
    echo = echoes(reading.text, question) and not options_of(question)
    amiss = echo or is_number_for_a_person(reading.text, question)
    return unsaid or bool(made_up) or amiss
