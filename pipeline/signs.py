"""What tells whether an answer is right: a few numbers for each, all known once it is read.

How likely it is that the evidence is there; how likely the reader held its words, and a
refusal; whether the words stand in the window, and how near to the question. Pure; what
the numbers are worth is for `calibration` to say.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from ..reader.reading import Reading, Window
from ..reader.terms import inverse_frequencies, overlap, terms
from .evidence import support

_SURE = 0.999


@dataclass(frozen=True, slots=True)
class Signs:
    """`evidence`, `refusal` and `source` are log-odds of probabilities: that the evidence was
    found, that the model declines, that the passage cited first is evidence.

    `mean` and `least` are natural logarithms of the words' probabilities. `attention` is the
    share of what was looked at that the passage cited first got, `support` how well the window
    bears the words out, `nearness` how much of the question the sentence cited first holds,
    `length` the logarithm of the number of tokens.
    """

    evidence: float
    mean: float
    least: float
    refusal: float
    attention: float
    support: float
    source: float
    nearness: float
    length: float

    def numbers(self) -> tuple[float, ...]:
        """All of them, in the order of `SIGNS`."""
        return astuple(self)


SIGNS = tuple(field.name for field in fields(Signs))
"""Their names."""


def signs_of(question: str, window: Window, evidence: float, reading: Reading) -> Signs | None:
    """The signs of what was read; None where the reader does not tell enough.

    `evidence` is the probability that the window holds the evidence.
    """
    if reading.logprob is None or reading.least is None or reading.refusal is None:
        return None
    cited = {passage.chunk_id: place for place, passage in enumerate(window.passages)}
    first = reading.evidence[0] if reading.evidence else None
    place = cited[first.chunk_id] if first else None
    passage = None if place is None else window.passages[place]
    looked = reading.attention[place] if place is not None and reading.attention else 0.0
    sentence = passage.text[first.start : first.end] if passage and first else ""
    return Signs(
        evidence=_odds(evidence),
        mean=reading.logprob,
        least=reading.least,
        refusal=_odds(reading.refusal),
        attention=looked,
        support=support(reading),
        source=_odds(passage.score) if passage else _odds(0.0),
        nearness=_shared(question, sentence, window),
        length=math.log(max(reading.answer_tokens, 1)),
    )


def _odds(probability: float) -> float:
    bounded = min(max(probability, 1 - _SURE), _SURE)
    return math.log(bounded / (1 - bounded))


def _shared(question: str, sentence: str, window: Window) -> float:
    """The share of the question's weight that a sentence holds."""
    idf = inverse_frequencies([frozenset(terms(passage.text)) for passage in window.passages])
    return overlap(frozenset(terms(question)), frozenset(terms(sentence)), idf)
