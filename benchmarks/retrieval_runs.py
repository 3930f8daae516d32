"""Measuring systems on one dataset side by side, and comparing two measurements.

Knows neither which systems there are nor how the figures are shown.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from memctx.benchmarks.peers import System, Text
from memctx.files import write_text
from memctx.pipeline.bootstrap import Difference, paired, percentile
from memctx.pipeline.evaluation_set import Question, read_evaluation_set
from memctx.pipeline.evaluation_tasks import retrieval_scores

DEPTH = 5
_WARM_UP = 3  # questions asked before the clock runs
_TIMED = 60  # questions of a dataset that are timed; all are scored
_RESAMPLES = 10_000

Unseen = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Run:
    """One system on one dataset: scores in [0, 1], and milliseconds of the first questions.

    `index_seconds` is None where the index was there before.
    """

    dataset: str
    system: str
    version: str
    passages: int
    index_seconds: float | None
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
    """A dataset's passages, and up to `limit` questions from all over its file."""
    data = read_evaluation_set(folder)
    with data.documents.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    texts = tuple(
        Text(str(row["id"]), str(row.get("title") or "") if titles else "", str(row["text"]))
        for row in rows
    )
    # As benchmarks/ranker_examples.py chooses them, so that both mean the same questions.
    step = max(1, len(data.questions) // limit) if limit else 1
    return Dataset(folder.name, texts, data.questions[::step][:limit])


def measure(
    systems: Sequence[System],
    data: Dataset,
    *,
    unseen: Unseen,
    seconds: Sequence[float | None],
) -> list[Run]:
    """Asks each question of all systems in turn, which took `seconds` to index.

    Only the first are timed. In turn, so that whatever else the machine does slows all
    alike. Of a system that has learned, `unseen` is scored, by dataset and question; its
    own finding is only timed.
    """
    for question in data.questions[:_WARM_UP]:
        for system in systems:
            system.search(question.text, DEPTH)
    times: list[list[float]] = [[] for _ in systems]
    scores: list[dict[str, list[float]]] = [{} for _ in systems]
    for number, question in enumerate(data.questions):
        for place, system in enumerate(systems):
            keys = unseen[data.name, question.text] if system.learned else None
            if keys is None or number < _TIMED:
                began = time.perf_counter()
                ours = system.search(question.text, DEPTH)
                if number < _TIMED:
                    times[place].append(1000 * (time.perf_counter() - began))
                keys = ours if keys is None else keys
            for name, value in retrieval_scores(question, keys).items():
                scores[place].setdefault(name, []).append(value)
    return [
        Run(
            dataset=data.name,
            system=system.name,
            version=system.version,
            passages=len(data.texts),
            index_seconds=seconds[place],
            query_ms=tuple(times[place]),
            scores={name: tuple(values) for name, values in scores[place].items()},
        )
        for place, system in enumerate(systems)
    ]


def together(runs: Sequence[Run], system: str) -> dict[str, tuple[float, ...]]:
    """A system's scores on the questions of all datasets, one after the other."""
    mine = [run for run in runs if run.system == system]
    return {
        name: tuple(value for run in mine for value in run.scores[name]) for name in mine[0].scores
    }


def gain(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """How much better we are on the same questions, with its paired interval."""
    return paired(ours, theirs, random.Random(0), resamples=_RESAMPLES)


def keep(runs: Sequence[Run], file: Path) -> None:
    """Writes what was measured."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps([asdict(run) for run in runs], indent=1) + "\n")


def kept(file: Path) -> list[Run]:
    """What `keep` wrote."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    return [
        Run(
            **row
            | {
                "query_ms": tuple(row["query_ms"]),
                "scores": {name: tuple(values) for name, values in row["scores"].items()},
            }
        )
        for row in rows
    ]
