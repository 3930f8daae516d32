"""What tells whether an answer is right: a few numbers, known once the attempt is made.

How likely it is that the evidence was found, that the cited unit holds the answer and that
the best one does, how sure the reader was of the least likely of its words, how near to the
question its citation is; whether it was quoted or read, and in which language, because one is
read better than another. That an answer stands in its citation is no sign: without it there is
none. Pure; what the signs are worth is for `calibration` to say.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from ..reader.prompt import question_language
from ..reader.reading import Reading, Window
from ..reader.terms import inverse_frequencies, overlap, terms
from .answering.attempt import Attempt, Looked

_LEAST = 1e-3
_FURTHEST = 5.0
_TABLE = frozenset({"cell", "rows", "count", "most", "total", "difference"})


@dataclass(frozen=True, slots=True)
class Signs:
    """`evidence`, `unit` and `best` are log-odds, within bounds, divided by the bound.

    `evidence` is that it was found, `unit` that the unit cited first holds the answer, `best`
    that the likeliest does. The rest is in [0, 1]: `least` is the probability of the least
    likely word that was read, given that the reader does not decline (1 where nothing was
    read), `nearness` the share of the question's weight that the sentence cited first holds.
    `quoted`, `tabled` and `decided` are 1 for what was quoted, told by a table, answered yes or
    no; `chinese` for a Chinese question.
    """

    evidence: float
    unit: float
    best: float
    least: float
    nearness: float
    quoted: float
    tabled: float
    decided: float
    chinese: float

    def numbers(self) -> tuple[float, ...]:
        """All of them, in the order of `SIGNS`."""
        return astuple(self)


SIGNS = tuple(field.name for field in fields(Signs))
"""Their names."""


def signs_of(window: Window, evidence: float, attempt: Attempt, looked: Looked) -> Signs | None:
    """The signs of an attempt; None where its reader does not tell how likely its words were.

    `evidence` is the probability that the window holds the evidence.
    """
    question, reading = looked.field.question, attempt.reading
    if reading is not None and (reading.least is None or reading.refusal is None):
        return None
    return Signs(
        evidence=_odds(evidence),
        unit=_odds(attempt.unit),
        best=_odds(looked.best),
        least=1.0 if reading is None else _least(reading),
        nearness=_nearness(question, window, attempt),
        quoted=float(reading is None),
        tabled=float(attempt.how in _TABLE),
        decided=float(attempt.how == "verdict"),
        chinese=float(question_language(question) == "zh"),
    )


def _least(reading: Reading) -> float:
    least = math.exp(reading.least or 0.0) / max(1 - (reading.refusal or 0.0), _LEAST)
    return min(least, 1.0)


def _odds(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    odds = math.log(bounded / (1 - bounded))
    return min(max(odds, -_FURTHEST), _FURTHEST) / _FURTHEST


def _nearness(question: str, window: Window, attempt: Attempt) -> float:
    if not attempt.spans:
        return 0.0
    first = attempt.spans[0]
    idf = inverse_frequencies([frozenset(terms(p.text)) for p in window.passages])
    low = max(first.start - first.passage.start, 0)
    cited = first.passage.text[low : max(first.end - first.passage.start, low)]
    around = f"{first.passage.document.title} {first.passage.heading} {cited}"
    return overlap(frozenset(terms(question)), frozenset(terms(around)), idf)
