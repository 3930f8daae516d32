"""What tells whether an answer is right: a few shares and probabilities, known once it is read.

How likely it is that the evidence was found, how likely the reader held the least likely of
its words, whether the words stand in the window as they are, how near to the question, and
in which language, because one is read better than another. Other signs were tried and told
nothing more of answers that the fit had not seen: the mean probability of the words, that
of a refusal, what the words are worth without their source, the share of attention that it
got, their number. Pure; what the signs are worth is for `calibration` to say.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from ..reader.prompt import question_language
from ..reader.reading import Reading, Window
from ..reader.terms import inverse_frequencies, overlap, terms
from .evidence import support

_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Signs:
    """All in [0, 1]. `evidence` is the probability that it was found, `least` that of the least
    likely word, given that the reader does not decline; `support` is how well the window bears
    the words out, `nearness` the share of the question's weight that the sentence cited first
    holds, `chinese` 1 for a Chinese question.
    """

    evidence: float
    least: float
    support: float
    nearness: float
    chinese: float

    def numbers(self) -> tuple[float, ...]:
        """All of them, in the order of `SIGNS`."""
        return astuple(self)


SIGNS = tuple(field.name for field in fields(Signs))
"""Their names."""


def signs_of(question: str, window: Window, evidence: float, reading: Reading) -> Signs | None:
    """The signs of what was read; None where the reader does not tell how likely its words were.

    `evidence` is the probability that the window holds the evidence.
    """
    if reading.least is None or reading.refusal is None:
        return None
    least = math.exp(reading.least) / max(1 - reading.refusal, _LEAST)
    return Signs(
        evidence=evidence,
        least=min(least, 1.0),
        support=support(reading),
        nearness=_nearness(question, window, reading),
        chinese=float(question_language(question) == "zh"),
    )


def _nearness(question: str, window: Window, reading: Reading) -> float:
    if not reading.evidence:
        return 0.0
    first = reading.evidence[0]
    texts = {passage.chunk_id: passage.text for passage in window.passages}
    idf = inverse_frequencies([frozenset(terms(text)) for text in texts.values()])
    sentence = texts[first.chunk_id][first.start : first.end]
    return overlap(frozenset(terms(question)), frozenset(terms(sentence)), idf)
