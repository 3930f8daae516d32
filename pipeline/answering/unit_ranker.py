"""How likely each unit of a window is to hold the answer: boosted trees over `candidates`.

Trained by benchmarks/fit_units.py on public questions and on the field set, with their
evidence in reach and out of it, so the probability of the best unit also says whether the
answer is there at all.
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
from .candidates import FEATURES, Field, Floats

FORMAT = 1  # changes with the features


@dataclass(frozen=True, slots=True)
class UnitRanker:
    """The trees, and the `slope` and `offset` that make their log-odds probabilities."""

    trees: Trees
    slope: float
    offset: float

    def __call__(self, field: Field) -> Floats:
        """The probability that each candidate holds the answer, (n,)."""
        if not field.candidates:
            return np.zeros(0)
        return probability(self.slope * self.trees.log_odds(field.features) + self.offset)


@cache
def shipped_unit_ranker() -> UnitRanker:
    """The one that ships with the package; read once."""
    file = resources.files("memctx").joinpath("data/units.json")
    return read_unit_ranker(json.loads(file.read_text(encoding="utf-8")))


def read_unit_ranker(stored: Mapping[str, Any]) -> UnitRanker:
    """A ranker as it lies in a file.

    Raises:
        ValueError: it is of another version.
    """
    if stored.get("format") != FORMAT or tuple(stored["features"]) != FEATURES:
        raise ValueError("a unit ranker of other features than this version computes")
    slope, offset = stored["calibration"]
    return UnitRanker(Trees.of(stored["trees"]), float(slope), float(offset))
