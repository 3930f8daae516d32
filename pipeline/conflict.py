"""Passages that contradict one another: two answers to one question, each well supported.

A reader that was shown everything names one answer; with its source out of sight it may
name another. Mostly that is a worse one. It is a conflict where both stand word for word
in their passages, in sentences that say the same otherwise, are of one kind, and are
about as likely. Conservative: two passages of which one is merely about something else
must never be set against each other. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..reader.numerals import spelled_numbers
from ..reader.prompt import question_language
from ..reader.reading import Evidence, Reading, Window
from ..reader.terms import inverse_frequencies, numbers, overlap, terms, tokens
from ..records import Passage
from .evidence import support

_LIKELY = math.log(0.4)
_NEAR = math.log(3.0)
"""The other answer's mean probability a token, and how far the first one's may be above it."""

_REFUSING = 0.3
_SAME = 0.35
_ASKED = 0.6
"""The share of one sentence that the other holds, and of the question that both hold alike."""


def rival(question: str, window: Window, reading: Reading) -> Reading | None:
    """The answer that contradicts what was read, if there is one."""
    other = reading.other
    if other is None or reading.declined or other.declined:
        return None
    if not (_likely(reading, other) and _of_one_kind(question, reading.text, other.text)):
        return None
    if support(reading) < 0.99 or support(other) < 0.99:  # not word for word
        return None
    return other if _in_one_slot(question, window, reading, other) else None


def both(question: str, reading: Reading, other: Reading, passages: Sequence[Passage]) -> str:
    """Words that give both answers with their sources."""
    names = _names(reading.evidence[0], other.evidence[0], passages)
    first, second = (
        f"{one.text.rstrip('.。')}（{name}）"
        if question_language(question) == "zh"
        else f"{one.text.rstrip('.。')} ({name})"
        for one, name in zip((reading, other), names, strict=True)
    )
    if question_language(question) == "zh":
        return f"来源说法不一：{first}；{second}。"
    return f"The sources disagree: {first}; {second}."


def sides(reading: Reading, other: Reading) -> tuple[Evidence, ...]:
    """Where the two answers stand; each has half of the weight."""
    firsts = (reading.evidence[0], other.evidence[0])
    return tuple(replace(evidence, weight=0.5) for evidence in firsts)


def _likely(reading: Reading, other: Reading) -> bool:
    if reading.logprob is None or other.logprob is None:
        return False
    enough = max(_LIKELY, reading.logprob - _NEAR)
    return other.logprob >= enough and (other.refusal or 0.0) < _REFUSING


def _of_one_kind(question: str, first: str, second: str) -> bool:
    """Whether both are numbers or both are none, and neither is a part of the other."""
    said = [{token.text for token in tokens(text)} for text in (first, second)]
    if said[0] <= said[1] or said[1] <= said[0]:
        return False
    if _repeats(first, question) or _repeats(second, question):
        return False
    counted = [numbers(text) | spelled_numbers(text) for text in (first, second)]
    return counted[0] != counted[1] if all(counted) else not any(counted)


def _repeats(text: str, question: str) -> bool:
    """Whether all of its words are the question's own."""
    return set(terms(text)) <= set(terms(question))


def _in_one_slot(question: str, window: Window, reading: Reading, other: Reading) -> bool:
    """Whether the two sentences say the same but for the answers."""
    texts = {passage.chunk_id: passage.text for passage in window.passages}
    idf = inverse_frequencies([frozenset(terms(text)) for text in texts.values()])
    answers = frozenset((*terms(reading.text), *terms(other.text)))
    first, second = (
        frozenset(terms(texts[one.chunk_id][one.start : one.end])) - answers
        for one in (reading.evidence[0], other.evidence[0])
    )
    asked = frozenset(terms(question)) - answers
    if asked & first != asked & second:  # one of them names what the other does not
        return False
    alike = max(overlap(first, second, idf), overlap(second, first, idf))
    return alike >= _SAME and overlap(asked, first, idf) >= _ASKED


def _names(first: Evidence, second: Evidence, passages: Sequence[Passage]) -> tuple[str, str]:
    """What the two documents are called; by key where the titles are the same."""
    documents = {passage.chunk_id: passage.document for passage in passages}
    one, two = documents[first.chunk_id], documents[second.chunk_id]
    if one.title and two.title and one.title != two.title:
        return one.title, two.title
    return one.key, two.key
