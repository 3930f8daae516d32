"""How much of a summary each sentence is worth, by a trained model of boosted trees.

Trained by benchmarks/train_summariser.py on what sentences share with summaries that
people wrote; ships in data/. Higher is better; values are about in [0, 1].
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np

from ..ranking.trees import Trees
from .features import FORMAT, Floats

_BLOCK = 2048  # rows at a time: trees take memory for each


def score(rows: Floats, trees: Trees) -> Floats:
    """What each sentence is worth, (n,), given its features (n, f)."""
    if not len(rows):
        return np.zeros(0)
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    return np.concatenate([trees.log_odds(block) for block in blocks])


@cache
def load_scorer() -> Trees:
    """The trees that ship with the package; read once.

    Raises:
        ValueError: they are of another version, or damaged.
    """
    file = resources.files("memctx").joinpath("data/summariser.json")
    stored = json.loads(file.read_text(encoding="utf-8"))
    if stored.get("format") != FORMAT:
        raise ValueError(f"a summariser of format {stored.get('format')}, not {FORMAT}")
    return Trees.of(stored)
