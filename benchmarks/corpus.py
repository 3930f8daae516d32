"""A public set of questions on disk: passages with BM25 over them, and questions in families.

Each set is a folder with `corpus.jsonl` and `queries.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")


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
        return {q["id"]: hashed(root(q["gold"][0])) % 2 for q in self.queries}


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The JSON objects in a file, one a line; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def hashed(text: str) -> int:
    """A number that depends on the text alone."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
