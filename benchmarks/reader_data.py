"""Questions with windows of gold and distracting passages, for `benchmarks.reader`."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memctx.reader import MemoryReader, Window, WindowPassage

_WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
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


class Corpus:
    """One set's passages, whole or `cut`, with BM25 (k1 0.9, b 0.4) over their words."""

    def __init__(
        self, folder: Path, *, cut: Callable[[str], list[str]] = lambda text: [text]
    ) -> None:
        rows = rows_of(folder / "corpus.jsonl")
        self.passages = [row | {"text": piece} for row in rows for piece in cut(row["text"])]
        self.queries = rows_of(folder / "queries.jsonl")
        self.index = {row["id"]: number for number, row in enumerate(self.passages)}
        self._counts = [Counter(_words(f"{row['title']} {row['text']}")) for row in self.passages]
        self._lengths = np.array([sum(counts.values()) for counts in self._counts])
        self._found: dict[str, list[int]] = {}
        for number, counts in enumerate(self._counts):
            for word in counts:
                self._found.setdefault(word, []).append(number)

    def scores(self, question: str) -> NDArray[np.float64]:
        """The BM25 score of every passage."""
        scores = np.zeros(len(self.passages))
        relative = 0.9 * (0.6 + 0.4 * self._lengths / self._lengths.mean())
        for word in set(_words(question)):
            places = self._found.get(word, [])
            rarity = math.log(1 + (len(scores) - len(places) + 0.5) / (len(places) + 0.5))
            for place in places:
                count = self._counts[place][word]
                scores[place] += rarity * count / (count + relative[place])
        return scores

    def half(self) -> dict[str, int]:
        """Which half each question is in; those that share a gold passage are in one."""
        parent: dict[str, str] = {}

        def root(name: str) -> str:
            while parent.setdefault(name, name) != name:
                name = parent[name]
            return name

        for query in self.queries:
            for gold in query["gold"][1:]:
                parent[root(gold)] = root(query["gold"][0])
        return {q["id"]: _bit(root(q["gold"][0])) for q in self.queries}


def items(
    data: Path, sets: Sequence[str], count: int, window: int, reader: MemoryReader
) -> list[Item]:
    """At most `count` questions of the second halves, the sets taking turns."""
    groups = []
    for name in sets:
        corpus = Corpus(data / name)
        half = corpus.half()
        queries = sorted((q for q in corpus.queries if half[q["id"]]), key=lambda q: _hash(q["id"]))
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
        half = corpus.half()
        queries = sorted((q for q in corpus.queries if not half[q["id"]]), key=lambda q: q["id"])
        for query in queries[:_FITTED_ON]:
            scores = corpus.scores(query["question"])
            gold = [corpus.index[g] for g in query["gold"]]
            best = sorted({*np.argsort(-scores)[:12].tolist(), *gold}, key=lambda i: -scores[i])
            rows.extend(_features([scores[i] for i in best]))
            labels.extend(float(i in gold) for i in best)
    weights = _fitted(np.array(rows), np.array(labels))
    return lambda item: _predicted(weights, [p.score for p in item.window.passages])


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The JSON objects in a file, one a line; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


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


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _bit(text: str) -> int:
    return _hash(text) % 2
