"""Topics out of a memory: for each question the passages with its evidence, and others near.

The evidence is what lies in the documents that a question names, best where the answer
stands; without names it is any passage found that holds the answer. What looks like
evidence is what the memory's own retrieval finds beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Protocol

from ..reader.reading import WindowPassage
from ..records import Passage, SearchResult
from .course import Topic
from .evaluation_set import Question
from .fuse import entry
from .retrieve import Scope

FOUND = 16
"""Passages that are looked at for each question."""

_GOLD_EACH = 2
_OTHERS = 6
_SHORTEST = 3
"""Characters of an answer from which on a passage that holds it by chance is unlikely."""


class Searcher(Protocol):
    """What finds passages."""

    def search(
        self, question: str, k: int, *, scope: Scope | None = None, distinct: bool = False
    ) -> SearchResult:
        """The `k` best passages."""


def topic_of(question: Question, searcher: Searcher) -> Topic | None:
    """The question with its passages; None without an answer or a passage that holds it."""
    if not question.answers or not question.text:
        return None
    found = searcher.search(question.text, FOUND).passages
    gold = _gold(question, searcher, found)
    if not gold:
        return None
    taken = {passage.chunk_id for passage in gold}
    return Topic(
        question=question.text,
        answers=question.answers,
        gold=tuple(map(entry, gold)),
        others=distractors(found, question.answers, taken=taken, keys=question.gold),
    )


def distractors(
    found: Sequence[Passage],
    answers: Sequence[str],
    *,
    taken: Collection[int],
    keys: Collection[str] = (),
    shortest: int = _SHORTEST,
) -> tuple[WindowPassage, ...]:
    """Of what was found, what looks like evidence and is none.

    Left out are the passages `taken`, those of the documents `keys`, and those that hold an
    answer of at least `shortest` characters.
    """
    others = (
        passage
        for passage in found
        if passage.chunk_id not in taken
        and passage.document.key not in keys
        and not _holds(passage, answers, shortest=shortest)
    )
    return tuple(map(entry, islice(others, _OTHERS)))


def _gold(question: Question, searcher: Searcher, found: Sequence[Passage]) -> list[Passage]:
    """The passages that the answer rests on."""
    if not question.gold:
        return [p for p in found if _holds(p, question.answers)][:1]
    gold: list[Passage] = []
    for key in question.gold:
        inside = searcher.search(question.text, FOUND, scope=Scope(keys=(key,))).passages
        with_answer = [p for p in inside if _holds(p, question.answers)]
        alone = len(question.gold) == 1
        gold += with_answer[:1] if alone and with_answer else inside[:_GOLD_EACH]
    return gold


def _holds(passage: Passage, answers: Sequence[str], *, shortest: int = 1) -> bool:
    text = passage.text.casefold()
    return any(len(a) >= shortest and a.casefold() in text for a in answers)
