"""How likely each unit of a window is to hold the answer: boosted trees over `candidates`.

Trained by benchmarks/fit_units.py on public questions and on the field set, with their
evidence in reach and out of it, so the probability of the best unit also says whether the
answer is there at all.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np

from ..ranking.trees import Trees, probability
from .candidates import FEATURES, Field, Floats

FORMAT = 1  # changes with the features


def rank_units(field: Field) -> Floats:
    """The probability that each candidate holds the answer, (n,)."""
    if not field.candidates:
        return np.zeros(0)
    slope, offset = _model()[1]
    return probability(slope * _model()[0].log_odds(field.features) + offset)


@cache
def _model() -> tuple[Trees, tuple[float, float]]:
    """The trees that ship, and their calibration's slope and offset; read once."""
    file = resources.files("memctx").joinpath("data/units.json")
    stored = json.loads(file.read_text(encoding="utf-8"))
    if stored.get("format") != FORMAT or tuple(stored["features"]) != FEATURES:
        raise ValueError("data/units.json is of other features than this version computes")
    slope, offset = stored["calibration"]
    return Trees.of(stored["trees"]), (float(slope), float(offset))
