"""Questions from words that recur: what a sentence says of a name, another passage answers.

A name, number, date or noun phrase that a passage holds once, and that stands in a sentence
elsewhere, is the answer; that sentence without it is the question (recurring span
selection: Ram et al. 2021, arXiv 2101.00438). Elsewhere may be the same passage, which then
is to be shown without the sentence. The two have to share telling words, so that the
question can be answered, and not nearly all, so that it is not merely looked up.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...reader.prompt import Language, question_language
from ...reader.terms import inverse_frequencies, overlap, terms
from ...sentences import CJK, sentences
from .made import Made, Source, is_answer, stands_once, without
from .wording import cloze

_LENGTH = {"en": range(40, 221), "zh": range(12, 81)}
"""Characters of a sentence that is made a question."""

_LEAST_TERMS = 4
_MOST_PLACES = 8
"""Sentences beyond which a name is in so many that it says little what is asked."""

_SHARED, _SAME = 0.15, 0.75
"""The share of the question's words that the sentence with the answer holds, and the share
from which on it says the same thing again."""

_NUMBER = re.compile(
    r"[$€£]?(?<![\w.,-])\d[\d,]*(?:\.\d+)?"
    r"(?:\s?[%％]|\s(?:percent|per cent|million|billion))?(?![\w-])"
)
_LETTER = re.compile(r"[^\W\d_]")
_LEAST_PROSE = 0.6
_WHOLE = re.compile(r"[\"“‘「『《]?\w[^\n]*[.。!！][\"”’」』)）]*")
_JOINTS = frozenset("·•‧・-－、/")
_HAN = re.compile(f"[{CJK}]")
_LEANS = re.compile(
    r"(?:He|She|It|They|This|These|That|Those|His|Her|Its|Their)\b|[他她它其这该此]"
)
"""How a sentence opens that says nothing without the one before."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A candidate answer at `start:end` of its passage, in the sentence `first:last`."""

    source: Source
    first: int
    last: int
    start: int
    end: int
    kind: str
    words: frozenset[str]

    @property
    def answer(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        return self.source.text[self.first : self.last]


def recurring(sources: Sequence[Source], rng: random.Random) -> Iterator[Made]:
    """Questions from words that recur among the passages, in an order drawn from `rng`."""
    places = [place for source in sources for place in _places(source)]
    idf = inverse_frequencies([place.words for place in places])
    forms: dict[str, list[_Place]] = {}
    for place in places:
        forms.setdefault(place.answer.casefold(), []).append(place)
    chosen = [found for _, found in sorted(forms.items()) if 2 <= len(found) <= _MOST_PLACES]
    rng.shuffle(chosen)
    for found in chosen:
        yield from _questions(found, idf)


def _places(source: Source) -> Iterator[_Place]:
    """The candidate answers of a passage, sentence by sentence."""
    language = question_language(source.text)
    spans = _spans(source, language)
    for first, last in sentences(source.text):
        words = frozenset(terms(source.text[first:last]))
        for start, end, kind in spans:
            if first <= start and end <= last:
                yield _Place(source, first, last, start, end, kind, words)


def _spans(source: Source, language: Language) -> list[tuple[int, int, str]]:
    """What was read as a name, date or phrase, and numbers; none inside another."""
    found = [(m.start, m.end, m.kind) for m in source.reading.mentions]
    found += [(*m.span(), "number") for m in _NUMBER.finditer(source.text)]
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
        fits = is_answer(source.text[start:end], kind, language)
        fits = fits and (language == "en" or kind != "term")
        if fits and all(b <= start or end <= a for a, b, _ in kept):
            kept.append((start, end, kind))
    return sorted(kept)


def _questions(found: Sequence[_Place], idf: Mapping[str, float]) -> Iterator[Made]:
    """One question a sentence, each answered where most of its words stand."""
    for asking in filter(_can_ask, found):
        wanted = asking.words - frozenset(terms(asking.answer))
        shares = {number: overlap(wanted, place.words, idf) for number, place in enumerate(found)}
        for number in sorted(shares, key=lambda number: -shares[number]):
            if found[number] is not asking and _SHARED <= shares[number] < _SAME:
                made = _made(asking, found[number])
                if made is not None:
                    yield made
                    break


def _can_ask(place: _Place) -> bool:
    """Whether a sentence is whole, is prose, and says enough without the answer."""
    sentence = place.sentence
    whole = _WHOLE.fullmatch(sentence) and len(sentence) in _LENGTH[question_language(sentence)]
    prose = len(_LETTER.findall(sentence)) >= _LEAST_PROSE * len(sentence)
    telling = len(place.words - frozenset(terms(place.answer))) >= _LEAST_TERMS
    return bool(whole) and prose and telling and _LEANS.match(sentence) is None


def _made(asking: _Place, gold: _Place) -> Made | None:
    """The question, if the answer stands once in it and once in its passage."""
    same = asking.source is gold.source
    hidden = (asking.first, asking.last) if same else None
    shown = without(gold.source.text, hidden)
    once = stands_once(asking.answer, asking.sentence) and stands_once(gold.answer, shown)
    if not once or asking.sentence in shown or not _is_maximal(asking, gold):
        return None
    start, end = asking.start - asking.first, asking.end - asking.first
    language = question_language(asking.sentence)
    text = cloze(asking.sentence, start, end, asking.kind, language)
    gold_id, source_id = gold.source.chunk_id, asking.source.chunk_id
    return Made(text, gold.answer, gold_id, source_id, "spans", hidden)


def _is_maximal(one: _Place, other: _Place) -> bool:
    """Whether two places hold a whole name, as far as what stands around them tells.

    Where no space parts words, what recurs together with its neighbour may be a piece of a
    longer name; so is what an interpunct joins. One of a list is no telling answer either.
    """
    around = [*zip(_around(one), _around(other), strict=True)]
    alone = not any(mark in _JOINTS for pair in around for mark in pair)
    return alone and not any(left == right and _HAN.match(left) for left, right in around)


def _around(place: _Place) -> tuple[str, str]:
    text = place.source.text
    return text[max(0, place.start - 1) : place.start], text[place.end : place.end + 1]
