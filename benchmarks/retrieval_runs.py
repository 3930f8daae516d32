"""Measuring one system on one dataset, and comparing two measurements.

Knows neither which systems there are nor how the figures are shown.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memctx.benchmarks.peers import System, Text
from memctx.pipeline.bootstrap import Difference, paired, percentile
from memctx.pipeline.evaluation_set import Question, read_evaluation_set
from memctx.pipeline.evaluation_tasks import retrieval_scores

_DEPTH = 5
_WARM_UP = 3  # questions asked before the clock runs


@dataclass(frozen=True, slots=True)
class Run:
    """One system on one dataset: scores in [0, 1] and milliseconds, question by question."""

    dataset: str
    system: str
    version: str
    passages: int
    index_seconds: float
    query_ms: tuple[float, ...]
    scores: Mapping[str, tuple[float, ...]]

    def percent(self, metric: str) -> float:
        """The mean of a metric in percent."""
        values = self.scores[metric]
        return 100 * sum(values) / len(values)

    def latency(self, share: float) -> float:
        """A percentile of the time that a question took, in milliseconds."""
        return percentile(self.query_ms, share)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Passages and the questions whose evidence is among them."""

    name: str
    texts: tuple[Text, ...]
    questions: tuple[Question, ...]


def read(folder: Path, *, titles: bool, limit: int | None) -> Dataset:
    """A dataset's passages and its first questions that have gold passages."""
    data = read_evaluation_set(folder)
    with data.documents.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    texts = tuple(
        Text(str(row["id"]), str(row.get("title") or "") if titles else "", str(row["text"]))
        for row in rows
    )
    questions = tuple(question for question in data.questions if question.gold)
    return Dataset(folder.name, texts, questions[:limit])


def measure(system: System, data: Dataset) -> Run:
    """Indexes, warms up, and asks each question once."""
    began = time.perf_counter()
    system.index(data.texts)
    index_seconds = time.perf_counter() - began
    for question in data.questions[:_WARM_UP]:
        system.search(question.text, _DEPTH)
    times: list[float] = []
    scores: dict[str, list[float]] = {}
    for question in data.questions:
        began = time.perf_counter()
        keys = system.search(question.text, _DEPTH)
        times.append(1000 * (time.perf_counter() - began))
        for name, value in retrieval_scores(question, keys).items():
            scores.setdefault(name, []).append(value)
    return Run(
        dataset=data.name,
        system=system.name,
        version=system.version,
        passages=len(data.texts),
        index_seconds=index_seconds,
        query_ms=tuple(times),
        scores={name: tuple(values) for name, values in scores.items()},
    )


def gain(ours: Run, theirs: Run, metric: str = "recall@5") -> Difference:
    """How much better we are on the same questions, with its paired interval."""
    return paired(ours.scores[metric], theirs.scores[metric], random.Random(0))
