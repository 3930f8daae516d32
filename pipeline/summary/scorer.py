"""What sentences and phrases are worth to a summary, by trained models of boosted trees.

Trained by benchmarks/train_summariser.py on summaries that people wrote; they ship in data/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from ..ranking.trees import Trees, probability
from .features import Floats

FORMAT = 2  # changes with the columns of either
_BLOCK = 2048  # rows at a time: trees take memory for each


@dataclass(frozen=True, slots=True)
class Scorer:
    """Trees for `sentences`, given `features`, and for `said`, given the rows of `phrases`."""

    sentences: Trees
    said: Trees

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Scorer:
        """A scorer as it lies in a file.

        Raises:
            ValueError: it is of another version, or damaged.
        """
        if stored.get("format") != FORMAT:
            raise ValueError(f"a summariser of format {stored.get('format')}, not {FORMAT}")
        return cls(Trees.of(stored.get("sentences", {})), Trees.of(stored.get("phrases", {})))

    def worth(self, rows: Floats) -> Floats:
        """What each sentence is worth, (n,), about in [0, 1], given its features (n, f)."""
        return _log_odds(self.sentences, rows)

    def chances(self, rows: Floats) -> Floats:
        """The probability that a summary says each phrase, (p,), given its row (p, f)."""
        return probability(_log_odds(self.said, rows))


@cache
def load_scorer() -> Scorer:
    """The scorer that ships with the package; read once.

    Raises:
        ValueError: it is of another version, or damaged.
    """
    file = resources.files("memctx").joinpath("data/summariser.json")
    return Scorer.of(json.loads(file.read_text(encoding="utf-8")))


def _log_odds(trees: Trees, rows: Floats) -> Floats:
    if not len(rows):
        return np.zeros(0)
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    return np.concatenate([trees.log_odds(block) for block in blocks])
