"""What makers of questions are given and what they make, and what they leave out.

A maker is a pure function from passages, with what was read from them, to questions; it
knows no store and no search. `Picked` keeps a set of questions varied.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from ...memory.graph_rows import TextReading
from ...reader.prompt import Language
from ...reader.terms import terms

Maker = Literal["spans", "facts"]
"""What made a question: words that recur, or a fact."""

_LONGEST = {"en": 50, "zh": 16}
_MOST_WORDS = 6
"""Characters and words of an answer."""

_OPENS, _CLOSES = "$€£《", "%％℃°》"
_BROKEN = re.compile(r"[\n\t|_\[\]]")
_FIGURE = re.compile(r"\d")
_MOST_OF_A_PASSAGE, _MOST_OF_AN_ANSWER = 3, 2
_ALIKE = 0.7
"""Questions with one answer that share more of their words are one question."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage and what was read from it; offsets of the reading count from its text's start."""

    chunk_id: int
    text: str
    reading: TextReading


@dataclass(frozen=True, slots=True)
class Made:
    """A question that the passage `gold` answers.

    Its words are from the passage `source`. Where that is the same one, the sentence with
    them may be `hidden`, a stretch of its text: then the passage is to be shown without.
    """

    text: str
    answer: str
    gold: int
    source: int
    maker: Maker
    hidden: tuple[int, int] | None = None


@dataclass(slots=True)
class Picked:
    """Takes questions one by one, and leaves out what is too much alike."""

    golds: Counter[int] = field(default_factory=Counter)
    asked: dict[str, list[frozenset[str]]] = field(default_factory=dict)

    def takes(self, made: Made) -> bool:
        """Whether a question is taken, and then remembered: neither its passage nor its answer
        was asked for often, and it is not much like one before."""
        answer, words = made.answer.casefold(), frozenset(terms(made.text))
        before = self.asked.setdefault(answer, [])
        often = self.golds[made.gold] >= _MOST_OF_A_PASSAGE or len(before) >= _MOST_OF_AN_ANSWER
        if often or any(_likeness(words, other) > _ALIKE for other in before):
            return False
        self.golds[made.gold] += 1
        before.append(words)
        return True


def without(text: str, hidden: tuple[int, int] | None) -> str:
    """A passage's text without the stretch that is hidden.

    >>> without("One. Two. Three.", (5, 9))
    'One. Three.'
    """
    if hidden is None:
        return text
    start, end = hidden
    return (text[:start] + text[end:].lstrip()).strip()


def is_answer(text: str, kind: str, language: Language) -> bool:
    """Whether words of this kind are short and telling enough to be asked for."""
    if not 2 <= len(text) <= _LONGEST[language] or len(text.split()) > _MOST_WORDS:
        return False
    if _BROKEN.search(text) or not (_is_edge(text[0], _OPENS) and _is_edge(text[-1], _CLOSES)):
        return False
    if kind in ("date", "number"):
        return len(_FIGURE.findall(text)) > 1 or (len(text) > 2 and bool(_FIGURE.search(text)))
    if kind == "term":
        return " " in text if language == "en" else len(text) > 3
    return bool(terms(text))


def stands_once(answer: str, text: str) -> bool:
    """Whether a text holds an answer exactly once, whatever its case, and not inside a word.

    >>> stands_once("Ada", "Ada saw adamant Tom."), stands_once("Tom", "Ada saw Tom.")
    (False, True)
    """
    folded = text.casefold()
    found = list(re.finditer(re.escape(answer.casefold()), folded))
    if len(found) != 1:
        return False
    start, end = found[0].span()
    return not (_joins(folded, start) or _joins(folded, end))


def _joins(text: str, place: int) -> bool:
    """Whether a word or a number of the Latin script goes on over a place."""
    around = text[max(0, place - 1) : place + 1]
    return len(around) == 2 and place > 0 and around.isascii() and around.isalnum()


def _is_edge(character: str, marks: str) -> bool:
    return character.isalnum() or character in marks


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
