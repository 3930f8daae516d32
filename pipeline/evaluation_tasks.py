"""What can be evaluated: searching and asking, each an entry in `TASKS`.

A task says which questions it takes, how one is run, and what it scores where it fails.
Knows neither how a memory finds and answers nor how scores are summed up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..memory.rows import DocumentRow
from ..records import Answer, IngestReport, SearchResult
from .ask import AskOptions
from .evaluation_set import Question
from .metrics import (
    all_gold_at,
    choice_accuracy,
    contains_groups,
    exact_match,
    recall_at,
    token_f1,
)
from .retrieve import Scope

_DEPTH = 5  # documents looked at, the deepest that any metric counts

Scores = Mapping[str, float]
Timings = Mapping[str, float | None]


class Subject(Protocol):
    """What is evaluated: a `Memory`, or whatever takes in, finds and answers as one does."""

    def ingest(self, *paths: str) -> IngestReport:
        """As `Memory.ingest`."""
        ...

    def documents(self) -> list[DocumentRow]:
        """As `Memory.documents`."""
        ...

    def search(
        self, query: str, k: int = 5, *, distinct: bool = False, scope: Scope | None = None
    ) -> SearchResult:
        """As `Memory.search`."""
        ...

    def ask(
        self, question: str, *, options: AskOptions | None = None, scope: Scope | None = None
    ) -> Answer:
        """As `Memory.ask`."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question's scores in [0, 1], and milliseconds of each stage."""

    scores: Scores
    timings: Timings


@dataclass(frozen=True, slots=True)
class Task:
    """`needs` is what a question must have, in words for an error message.

    `takes`: questions it can be run on. `judged`: those that it is meant for. `run` does
    one; `lost` is what a question scores that ended in an error.
    """

    needs: str
    takes: Callable[[Question], bool]
    judged: Callable[[Question], bool]
    run: Callable[[Subject, Question, AskOptions | None], Outcome]
    lost: Callable[[Question], Scores]


def retrieval_scores(question: Question, keys: Sequence[str]) -> Scores:
    """What documents found, best first, are worth."""
    return {
        "recall@2": recall_at(2, keys, question.gold),
        "recall@5": recall_at(5, keys, question.gold),
        "all@5": all_gold_at(5, keys, question.gold),
    }


def answer_scores(question: Question, answer: str, *, abstained: bool) -> Scores:
    """What an answer is worth; one that was declined says nothing, whatever its words."""
    said = "" if abstained else answer
    scores = {"abstained": float(abstained)}
    if question.answers:
        scores["em"] = exact_match(said, question.answers)
        scores["f1"] = token_f1(said, question.answers)
        choice = choice_accuracy(said, question.answers)
        if choice is not None:
            scores["choice"] = choice
    if question.answer_groups:
        scores["contains"] = contains_groups(said, question.answer_groups)
    return scores


def _search(subject: Subject, question: Question, asking: AskOptions | None) -> Outcome:
    found = subject.search(question.text, _DEPTH, distinct=True, scope=_scope(question))
    keys = [passage.document.key for passage in found.passages]
    return Outcome(retrieval_scores(question, keys), found.timings)


def _ask(subject: Subject, question: Question, asking: AskOptions | None) -> Outcome:
    given = subject.ask(question.text, options=asking, scope=_scope(question))
    scores = answer_scores(question, given.answer, abstained=given.abstained)
    return Outcome(scores, given.timings)


def _scope(question: Question) -> Scope | None:
    return Scope(keys=(question.document,)) if question.document else None


def _has_gold(question: Question) -> bool:
    return bool(question.gold)


def _has_answer(question: Question) -> bool:
    return bool(question.answers or question.answer_groups)


def _asks(question: Question) -> bool:
    # One without a right answer is one that should be declined.
    return not question.references


TASKS: Mapping[str, Task] = {
    "search": Task(
        needs='"gold"',
        takes=_has_gold,
        judged=_has_gold,
        run=_search,
        lost=lambda question: retrieval_scores(question, ()),
    ),
    "ask": Task(
        needs='"answers" or "answer_groups"',
        takes=_asks,
        judged=_has_answer,
        run=_ask,
        lost=lambda question: answer_scores(question, "", abstained=False),
    ),
}
"""What can be evaluated, by name."""


def task_names(listed: Iterable[str]) -> tuple[str, ...]:
    """Names from words that may themselves be lists with commas: "search,ask".

    >>> task_names(["search, ask"])
    ('search', 'ask')
    """
    names = (name.strip() for words in listed for name in words.split(","))
    return tuple(dict.fromkeys(name for name in names if name))
