"""What an evaluation reports: records only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..records import AsDict, IngestReport


@dataclass(frozen=True, slots=True)
class MetricReport(AsDict):
    """A metric's mean over `n` questions in percent; `low..high` is its 95% interval.

    `half95` is half that interval's width.
    """

    mean: float
    half95: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class LatencyReport(AsDict):
    """Milliseconds that half, and 95 of 100, of the `n` questions stayed below."""

    p50: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class QuestionScores(AsDict):
    """One question's scores in [0, 1], to compare two runs question by question."""

    id: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Failure(AsDict):
    """A question that the reader could not read; it counts as answered wrongly."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskReport(AsDict):
    """One task over all questions that it could be scored on.

    `latency_ms` has an entry for each stage that the results time.
    """

    metrics: Mapping[str, MetricReport]
    latency_ms: Mapping[str, LatencyReport]
    failed: tuple[Failure, ...]
    questions: tuple[QuestionScores, ...]


@dataclass(frozen=True, slots=True)
class EvaluationReport(AsDict):
    """How well a memory does on an evaluation folder.

    `ingest` is None where every document was in the memory already.
    """

    name: str
    documents: int
    ingest: IngestReport | None
    tasks: Mapping[str, TaskReport]

    @property
    def whole(self) -> bool:
        """Whether no document was skipped and no question failed."""
        skipped = self.ingest is not None and self.ingest.skipped
        return not skipped and not any(task.failed for task in self.tasks.values())
