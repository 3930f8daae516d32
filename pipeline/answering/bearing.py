"""Whether the sentences that an answer cites bear it: its words, its numbers, its type.

"1871" cited from "built in 1911" is no answer, nor is a date where a number of years is
asked for. Pure functions of texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...reader.answers.intent import Intent
from ...reader.answers.types import answers_in_kind, says_more
from ...reader.numerals import spelled_numbers, without_numbers
from ...reader.options import options_of
from ...reader.terms import numbers, terms
from ...sentences import CJK

_PLAIN = frozenset(terms("year years month months day days date dates number about around"))
"""Words that an answer may add to a date or a number."""

_CJK = re.compile(f"[{CJK}]")
_BORNE = 0.6
"""The share of an answer's words that its quotes must have, beside all of its numbers."""


def bears(question: str, intent: Intent, text: str, quotes: Sequence[str]) -> bool:
    """Whether an answer stands in what it quotes and is of the type asked for.

    >>> from ...reader.answers.intent import intent_of
    >>> asked = "When was the dome built?"
    >>> bears(asked, intent_of(asked), "1871", ["The dome was built in 1911."])
    False
    """
    if not text.strip() or not quotes:
        return False
    if options_of(question) or intent.kind == "yes_no":
        return True
    if not answers_in_kind(text, intent) or says_more(text, question) == 0:
        return False
    return stands_in(text, " ".join(quotes))


def stands_in(text: str, source: str) -> bool:
    """Whether all numbers of a text, and most of its words, are in a source."""
    known = numbers(source) | spelled_numbers(source)
    if not numbers(text) <= known or not spelled_numbers(text) <= known | _small(text):
        return False
    words = without_numbers(text)
    said = set(terms(words)) - _PLAIN
    held = set(terms(source))
    if not said:
        said, held = set(_CJK.findall(words)), set(source)
        if len(said) < 2:  # "1902年" says no more than 1902
            return True
    return len(said & held) >= _BORNE * len(said)


def _small(text: str) -> frozenset[str]:
    """Numbers that are hardly meant as such: "one of the ..." """
    return frozenset({"1"}) & spelled_numbers(text)
