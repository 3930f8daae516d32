"""Evaluation: asks the questions of an evaluation set and scores what comes back.

Connects `evaluation_tasks`, which run and score one question, with `bootstrap`, which
sums scores up. Knows neither the command line nor how a memory finds and answers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import MemoryNotFound, ReaderError, UsageError, WindowTooSmall
from ..records import IngestReport
from .ask import AskOptions
from .bootstrap import Interval, interval, percentile
from .evaluation import (
    EvaluationReport,
    Failure,
    LatencyReport,
    MetricReport,
    QuestionScores,
    TaskReport,
)
from .evaluation_set import EvaluationSet, Question
from .evaluation_tasks import TASKS, Outcome, Scores, Subject, Task, Timings
from .progress import Progress

_SEED = 0


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """What to evaluate, and how to ask.

    Without `tasks`, those that the questions have right answers for. `limit` takes the
    first questions only; `ask` is as for `Memory.ask`.
    """

    tasks: tuple[str, ...] = ()
    limit: int | None = None
    ask: AskOptions | None = None

    def __post_init__(self) -> None:
        unknown = [name for name in self.tasks if name not in TASKS]
        if unknown:
            raise UsageError(f"no task {', '.join(unknown)}; the tasks are {', '.join(TASKS)}")
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"a limit of {self.limit} leaves no question; give 1 or more")


def evaluate(
    subject: Subject, data: EvaluationSet, options: EvaluateOptions, progress: Progress
) -> EvaluationReport:
    """Takes in the documents that are missing, then runs each task over its questions.

    A question that cannot be read is in `failed` and scores as a wrong answer; what
    would befall every question, such as a missing model, ends the run.

    Raises:
        UsageError: no question can be scored by the tasks.
        ModelNotFound: weights are missing; names the command that gets them.
    """
    chosen = choose(data.questions[: options.limit], options.tasks)  # before the long work
    taken_in = _take_in(subject, data)
    tasks = {
        name: _run(subject, name, asked, options.ask, progress) for name, asked in chosen.items()
    }
    return EvaluationReport(data.name, len(data.keys), taken_in, tasks)


def _take_in(subject: Subject, data: EvaluationSet) -> IngestReport | None:
    """Ingests unless every document is there: a memory that was made before stays as it is."""
    try:
        held = {row.key for row in subject.documents()}
    except MemoryNotFound:
        held = set()
    return None if data.keys <= held else subject.ingest(str(data.documents))


def choose(
    questions: Sequence[Question], tasks: Sequence[str] = ()
) -> dict[str, tuple[Question, ...]]:
    """The questions of each task: of those named, else of all that have right answers.

    Raises:
        UsageError: a task named has no question, or there is none for any.
    """
    names = tasks or [name for name, task in TASKS.items() if any(map(task.judged, questions))]
    chosen = {name: tuple(filter(TASKS[name].takes, questions)) for name in names}
    empty = [name for name, asked in chosen.items() if not asked] if chosen else list(TASKS)
    if empty:
        needs = ", ".join(f"{name} needs {TASKS[name].needs}" for name in empty)
        raise UsageError(f"none of the {len(questions)} questions can be scored: {needs}")
    return chosen


@dataclass(slots=True)
class _Tally:
    """What a task has gathered so far."""

    scores: dict[str, list[float]] = field(default_factory=dict)
    timings: dict[str, list[float]] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    questions: list[QuestionScores] = field(default_factory=list)

    def add(self, question: Question, scores: Scores) -> None:
        self.questions.append(QuestionScores(question.id, dict(scores)))
        for name, value in scores.items():
            self.scores.setdefault(name, []).append(value)

    def time(self, timings: Timings) -> None:
        for name, value in timings.items():
            if value is not None:
                self.timings.setdefault(name, []).append(value)


def _run(
    subject: Subject,
    name: str,
    questions: Sequence[Question],
    asking: AskOptions | None,
    progress: Progress,
) -> TaskReport:
    task, tally = TASKS[name], _Tally()
    progress.start(name, len(questions), "questions")
    try:
        for question in questions:
            try:
                outcome = _outcome(task, subject, question, asking)
            except (ReaderError, WindowTooSmall) as error:
                tally.failed.append(Failure(question.id, str(error)))
                tally.add(question, task.lost(question))
            else:
                tally.add(question, outcome.scores)
                tally.time(outcome.timings)
            progress.advance(1)
    finally:
        progress.finish()
    return TaskReport(
        metrics=_metrics(tally.scores),
        latency_ms=_latencies(tally.timings),
        failed=tuple(tally.failed),
        questions=tuple(tally.questions),
    )


def _outcome(
    task: Task, subject: Subject, question: Question, asking: AskOptions | None
) -> Outcome:
    if not question.text:
        raise ReaderError('the line has neither "question" nor "query": there is nothing to ask')
    return task.run(subject, question, asking)


def _metrics(scores: Mapping[str, Sequence[float]]) -> dict[str, MetricReport]:
    rng = random.Random(_SEED)
    return {name: _metric(interval(values, rng)) for name, values in scores.items()}


def _metric(found: Interval) -> MetricReport:
    return MetricReport(
        mean=_percent(found.mean),
        half95=_percent(found.half),
        low=_percent(found.low),
        high=_percent(found.high),
        n=found.n,
    )


def _latencies(timings: Mapping[str, Sequence[float]]) -> dict[str, LatencyReport]:
    return {
        name: LatencyReport(
            round(percentile(values, 0.5), 2), round(percentile(values, 0.95), 2), len(values)
        )
        for name, values in timings.items()
    }


def _percent(share: float) -> float:
    return round(100 * share, 2)
