"""Trying out a reader on questions whose answers are known, to see how sure it may be.

Every question is asked of the memory, and every second one whose evidence is named once
more of the memory without it: then no answer is right. The reader insists on an answer
each time. Knows neither how a calibration is fitted nor where it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..reader.reading import Reader
from ..records import CalibrationReport, SearchResult
from .ask import AskOptions, attempted, prepared
from .calibrate import LEAST, Judged, auroc, expected_error, fit, reliability, unseen
from .calibration import write_calibration
from .evaluation_set import Question
from .metrics import contains_groups, token_f1
from .progress import Progress
from .retrieve import Scope
from .signs import signs_of
from .verdict import Grounds

_RIGHT = 0.5
"""The F1 from which on an answer counts as right."""

_MOST_DOCUMENTS = 30_000
"""A search is restricted to no more: with more documents nothing is asked without evidence."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How to ask: `search` finds passages, `grounds` says what a question is judged by.

    `keys` are those of all documents.
    """

    search: Callable[[str, Scope], SearchResult]
    grounds: Callable[[str], Grounds]
    reader: Reader
    options: AskOptions
    keys: frozenset[str]

    def run(self, questions: Sequence[Question], progress: Progress) -> list[Judged]:
        """All answers, insisted on, with whether they were right.

        Raises:
            UsageError: this reader does not tell how sure it is.
            ReaderError: a window cannot be read.
        """
        self.reader.load()
        if self.reader.mode != "memory":
            raise UsageError(
                f"calibration is for reading from memory; {self.reader.name} is read by "
                f"{self.reader.mode}"
            )
        progress.start("trying out", len(questions), "questions")
        judged = []
        for number, question in enumerate(questions):
            for scope in self._scopes(number, question):
                tried = self._tried(question, scope, number)
                if tried is not None:
                    judged.append(tried)
            progress.advance(1)
        progress.finish()
        return judged

    def _scopes(self, number: int, question: Question) -> Iterator[Scope]:
        """The whole memory, and, now and then, all but the evidence."""
        yield Scope()
        left = self.keys - set(question.gold)
        if question.gold and number % 2 == 0 and 0 < len(left) <= _MOST_DOCUMENTS:
            yield Scope(keys=tuple(sorted(left)))

    def _tried(self, question: Question, scope: Scope, group: int) -> Judged | None:
        """An answer; None where nothing was tried."""
        result = self.search(question.text, scope)
        grounds = self.grounds(question.text)
        asking = prepared(result, self.reader, self.options, grounds, insist=True).asking
        attempt = attempted(asking)
        if attempt is None:
            return None
        signs = signs_of(asking.window, asking.evidence, attempt, asking.looked)
        if signs is None:
            return None
        right = not scope.keys and is_right(attempt.text, question)
        adapter = attempt.reading.adapter if attempt.reading else None
        return Judged(signs, right, group, adapter)


def calibrate(
    trial: Trial, questions: Sequence[Question], file: Path, progress: Progress
) -> CalibrationReport:
    """Try the reader out, and keep in `file` how sure its answers are.

    Raises:
        UsageError: the answers are too few, or all right or all wrong.
    """
    most = len(questions) + (len(questions) + 1) // 2  # every second one is asked twice
    if most < LEAST:
        raise UsageError(
            f"calibrating needs at least {LEAST} answers; {len(questions)} questions are too few"
        )
    judged = trial.run(questions, progress)
    found = fit(judged, reader=trial.reader.name)
    others = unseen(judged, reader=trial.reader.name)
    right = [one.right for one in judged]
    bins = reliability(others.sure, right)
    write_calibration(file, found)
    declined = list(zip(others.declined, right, strict=True))
    return CalibrationReport(
        file=str(file),
        answers=len(judged),
        right=sum(right),
        threshold=found.threshold,
        auroc=auroc(others.sure, right),
        error=expected_error(bins),
        right_declined=sum(d for d, r in declined if r) / sum(right),
        wrong_declined=sum(d for d, r in declined if not r) / (len(right) - sum(right)),
        bins=tuple(bins),
    )


def is_right(text: str, question: Question) -> bool:
    """Whether an answer is right: F1 of at least one half, or a word of every group."""
    if question.answer_groups:
        return bool(contains_groups(text, question.answer_groups))
    return token_f1(text, question.answers) >= _RIGHT
