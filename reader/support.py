"""The sentences of a window, each with how much of the question it shares.

What `extract` answers with and what `citation` points at: both look for the
sentence that stands nearest to a question. Pure; it reads no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..sentences import sentences
from .reading import Window, WindowPassage
from .terms import inverse_frequencies, overlap, terms

_TITLE = 0.5
_BEFORE = 0.3
_PASSAGE = 0.3
_RANK = 0.02
"""Weights beside a sentence's own share of the question: what its title adds, what
the sentence before adds (the one that answers often has a pronoun for its subject),
the share of its whole passage, and the passage's place in the ranking. The last
only breaks ties: in questions of two hops the passage found first rarely answers.
"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence `start:end` of a passage's text. `affinity` is higher for nearer."""

    passage: WindowPassage
    start: int
    end: int
    words: frozenset[str]
    shared: float
    affinity: float

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.passage.text[self.start : self.end]


def window_sentences(question: str, window: Window) -> list[Sentence]:
    """Every sentence of the window in reading order, compared with the question.

    `shared` is the part of the question's weight that the sentence itself holds, in
    [0, 1]; `affinity` adds what stands around it.
    """
    spans = [(passage, sentences(passage.text)) for passage in window.passages]
    bags = [
        [frozenset(terms(passage.text[start:end])) for start, end in found]
        for passage, found in spans
    ]
    idf = inverse_frequencies([bag for group in bags for bag in group])
    wanted = frozenset(terms(question))
    ranks = _ranks(window)
    result: list[Sentence] = []
    for (passage, found), group in zip(spans, bags, strict=True):
        prior = _RANK / (1 + ranks[passage.chunk_id])
        result.extend(_compared(passage, found, group, wanted, idf, prior))
    return result


def _ranks(window: Window) -> dict[int, int]:
    """Each chunk's place by score, 0 for the highest."""
    ordered = sorted(window.passages, key=lambda passage: -passage.score)
    return {passage.chunk_id: place for place, passage in enumerate(ordered)}


def _compared(
    passage: WindowPassage,
    spans: list[tuple[int, int]],
    bags: list[frozenset[str]],
    wanted: frozenset[str],
    idf: Mapping[str, float],
    prior: float,
) -> list[Sentence]:
    named = frozenset(terms(f"{passage.title} {passage.heading}"))
    context = _PASSAGE * overlap(wanted, named.union(*bags), idf) + prior
    result = []
    before: frozenset[str] = frozenset()
    for (start, end), bag in zip(spans, bags, strict=True):
        shared = overlap(wanted, bag, idf)
        from_title = overlap(wanted, bag | named, idf) - shared
        from_before = overlap(wanted, bag | before, idf) - shared
        nearness = shared + _TITLE * from_title + _BEFORE * from_before + context
        result.append(Sentence(passage, start, end, bag, shared, nearness))
        before = bag
    return result
