"""Questions with windows of gold and distracting passages, for `benchmarks.reader`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memctx.benchmarks.corpus import Corpus
from memctx.benchmarks.split import split
from memctx.reader import MemoryReader, Window, WindowPassage

_POOL = 60
_FITTED_ON = 120
"""Questions of each set that the calibration is fitted on, all of the first half."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question, its window in the order of BM25 scores, and which chunks are gold."""

    id: str
    set: str
    question: str
    answers: list[str]
    gold: frozenset[int]
    window: Window


def items(
    data: Path, sets: Sequence[str], count: int, window: int, reader: MemoryReader
) -> list[Item]:
    """At most `count` of the questions that are reported on, the sets taking turns."""
    groups = []
    for name in sets:
        corpus = Corpus(data / name)
        queries = split(data, name, corpus).reported
        each = -(-count // len(sets)) + 40
        groups.append([_item(name, corpus, query, window, reader) for query in queries[:each]])
    turns = [item for turn in zip_longest(*groups) for item in turn if item is not None]
    return turns[:count]


def scale(data: Path, sets: Sequence[str]) -> Callable[[Item], list[float]]:
    """p(passage is gold) from BM25 scores, fitted on the first halves of all sets.

    Logistic regression on the score, on what it lacks to the best one, and on its rank,
    over the twelve best passages and the gold ones.
    """
    rows: list[list[float]] = []
    labels: list[float] = []
    for name in sets:
        corpus = Corpus(data / name)
        queries = sorted(split(data, name, corpus).first, key=lambda query: query["id"])
        for query in queries[:_FITTED_ON]:
            scores = corpus.scores(query["question"])
            gold = [corpus.index[g] for g in query["gold"]]
            best = sorted({*np.argsort(-scores)[:12].tolist(), *gold}, key=lambda i: -scores[i])
            rows.extend(_features([scores[i] for i in best]))
            labels.extend(float(i in gold) for i in best)
    weights = _fitted(np.array(rows), np.array(labels))
    return lambda item: _predicted(weights, [p.score for p in item.window.passages])


def _item(
    name: str, corpus: Corpus, query: dict[str, Any], window: int, reader: MemoryReader
) -> Item:
    scores = corpus.scores(query["question"])
    gold = [corpus.index[g] for g in query["gold"]]
    others = [i for i in np.argsort(-scores)[:_POOL].tolist() if i not in gold]
    used, chosen = reader.overhead(query["question"]), []
    for number in [*gold, *others]:
        row = corpus.passages[number]
        passage = WindowPassage(number, row["title"], "", row["text"], float(scores[number]))
        if used + reader.cost(passage) <= window:
            used += reader.cost(passage)
            chosen.append(passage)
    chosen.sort(key=lambda passage: -passage.score)
    return Item(
        id=query["id"],
        set=name,
        question=query["question"],
        answers=query["answers"],
        gold=frozenset(gold),
        window=Window(tuple(chosen)),
    )


def _features(scores: Sequence[float]) -> list[list[float]]:
    best = max(scores)
    return [
        [1.0, s / 10, (s - best) / max(best, 1e-9), 1 / (1 + rank)] for rank, s in enumerate(scores)
    ]


def _fitted(rows: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Newton's method for logistic regression with a little shrinkage."""
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (labels - p) - 0.01 * weights
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + 0.01 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def _predicted(weights: NDArray[np.float64], scores: Sequence[float]) -> list[float]:
    p = 1 / (1 + np.exp(-np.array(_features(scores)) @ weights))
    return [float(value) for value in p]
