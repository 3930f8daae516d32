"""How likely it is that what was retrieved holds the answer, and that it says what was read.

The first is a logistic model of three numbers: how likely the best passage is evidence, the
best cosine with the question, and the share that the best BM25 score reaches of the
highest that the question's words allow. Fitted by benchmarks/fit_evidence.py on questions
whose evidence was there and the same questions asked of a corpus from which it had been taken
away. Where the embedder does not read the question's language its cosines say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from ..reader.numerals import spelled_numbers
from ..reader.reading import Reading, Window
from ..reader.terms import numbers
from ..records import Passage

_LINE = (-4.5, 1.23, 1.72, 2.45)  # bias, then what `given` gives
_LINE_UNREAD = (-2.31, 1.05, 0.0, 5.14)
READ_FROM = 0.015
"""Below this probability nothing is read: of a hundred answerable questions about one is lost."""

CALIBRATED_READ_FROM = 0.005
"""The same where a calibration judges what was read. Of 690 readings 14 lie between the two: 9
without the evidence, which it declines, too, and 5 with it, of which it keeps a right one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`probability` that the evidence is among the passages, and what it rests on."""

    probability: float
    cosine: float
    coverage: float


def given(likely: float, cosine: float, coverage: float) -> tuple[float, float, float]:
    """What the model is a line of: log-odds of the probability, within bounds, and the rest."""
    bounded = min(max(likely, 0.001), 0.999)
    return math.log(bounded / (1 - bounded)), cosine, coverage


def judge(passages: Sequence[Passage], ceiling: float, *, embedded: bool = True) -> Judgement:
    """Judges retrieved passages; `ceiling` is the highest BM25 score that was possible.

    `embedded` is whether the cosines mean anything in the question's language.
    """
    cosine = max((p.signals.dense for p in passages if p.signals.dense is not None), default=0.0)
    best = max((p.signals.lexical for p in passages if p.signals.lexical), default=0.0)
    coverage = min(1.0, best / ceiling) if ceiling > 0 else 0.0
    if not passages:
        return Judgement(0.0, 0.0, 0.0)
    likely = max(passage.score for passage in passages)
    bias, *weights = _LINE if embedded else _LINE_UNREAD
    rows = given(likely, cosine if embedded else 0.0, coverage)
    logit = bias + sum(map(mul, weights, rows))
    return Judgement(1 / (1 + math.exp(-logit)), cosine, coverage)


def support(reading: Reading) -> float:
    """How well the evidence bears out what was read, in [0, 1]: as much as it weighs."""
    return min(1.0, sum(item.weight for item in reading.evidence))


def known_numbers(question: str, window: Window) -> frozenset[str]:
    """The numbers, as digits, that question and window hold: an answer makes up any other.

    They may be written in words there: "twelve" and 十二 bear out 12.
    """
    parts = [f"{p.title} {p.heading} {p.text}" for p in window.passages]
    text = "\n".join((question, *parts, *window.facts))
    return numbers(text) | spelled_numbers(text)
