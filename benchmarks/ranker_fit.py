"""Fits the ranker's three models, each to what the one before says of unseen questions.

How a passage stands among the others may only count for it: then it is no less likely once
others are gone that have nothing to do with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from memctx.benchmarks.ranker_examples import INNER, Case, Floats, Last
from memctx.pipeline.ranking import own, pairs
from memctx.pipeline.ranking.ranker import (
    FORMAT,
    LINKS,
    STANDING,
    last_rows,
    pair_rows,
    standing,
)

_TREES = {
    "objective": "binary", "num_leaves": 7, "learning_rate": 0.06, "min_data_in_leaf": 30,
    "lambda_l2": 5, "feature_fraction": 0.65, "bagging_fraction": 0.8, "bagging_freq": 1,
    "verbose": -1, "num_threads": 1, "deterministic": True, "force_col_wise": True, "seed": 1,
    "monotone_constraints_method": "intermediate",
}  # fmt: skip
_ROUNDS = {"first": 150, "pair": 120, "last": 150}
_RISES = frozenset({
    *("cosine_below_best", "bm25_of_best", "cosine_rank", "bm25_rank", "words_below_best"),
    *("alone_of_best", "alone_rank", "walked_of_best", "walked_rank", "hop_rank"),
    *("reached_of_best", "reached_sum_of_best"),
})  # fmt: skip
"""What is highest where nothing else is there."""
_FALLS = frozenset({"best_alone", "all_alone"})
"""What is lowest then."""
_ROW = (*own.FEATURES, *STANDING)
_COLUMNS = {
    "first": own.FEATURES,
    "pair": (*pairs.FEATURES, *_ROW),  # and what the seed says, which no other changes
    "last": (*_ROW, *LINKS, *pairs.FEATURES),
}
_WRONG_SEED = 0.3  # what a pair weighs whose seed is no evidence itself

Fit = Callable[[Sequence[int]], Any]


@dataclass(frozen=True, slots=True)
class Models:
    """The three as LightGBM has them, and the calibration's slope and offset."""

    first: Any
    pair: Any
    last: Any
    calibration: tuple[float, float]


def fitted(cases: Sequence[Case]) -> Models:
    """Models of all cases."""

    def fit_first(chosen: Sequence[int]) -> Any:
        tables = [cases[i].first for i in chosen]
        features = np.concatenate([table.features for table in tables])
        truth = np.concatenate([table.evidence for table in tables])
        weights = [
            np.full(len(table.evidence), cases[i].weight)
            for i, table in zip(chosen, tables, strict=True)
        ]
        return _boosted("first", features, truth, np.concatenate(weights))

    firsts = _crossed(cases, fit_first)
    all_of = [
        case.source.last(case.number, firsts[case.inner].predict(case.first.features), case.part)
        for case in cases
    ]
    rows = [
        standing(last.features, firsts[case.inner].predict(last.features), last.walked)
        for case, last in zip(cases, all_of, strict=True)
    ]

    def fit_pair(chosen: Sequence[int]) -> Any:
        parts = [part for i in chosen for part in _pairs(all_of[i], rows[i], cases[i].weight)]
        features, truth, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
        return _boosted("pair", features, truth, weights)

    pairs = _crossed(cases, fit_pair)
    given = [
        last_rows(row, last.beside, last.seeds, _links(pairs[case.inner], last, row))
        for case, last, row in zip(cases, all_of, rows, strict=True)
    ]

    def fit_last(chosen: Sequence[int]) -> Any:
        features = np.concatenate([given[i] for i in chosen])
        truth = np.concatenate([all_of[i].evidence for i in chosen])
        weights = np.concatenate([np.full(len(given[i]), cases[i].weight) for i in chosen])
        return _boosted("last", features, truth, weights)

    lasts = _crossed(cases, fit_last)
    odds = [
        lasts[case.inner].predict(g, raw_score=True) for case, g in zip(cases, given, strict=True)
    ]
    truth = np.concatenate([last.evidence for last in all_of])
    everything = range(len(cases))
    return Models(
        fit_first(everything),
        fit_pair(everything),
        fit_last(everything),
        calibration(np.concatenate(odds), truth),
    )


def stored(models: Models) -> dict[str, Any]:
    """The models as they lie in the ranker's file."""
    return {
        "format": FORMAT,
        **{name: nodes(getattr(models, name)) for name in ("first", "pair", "last")},
        "calibration": list(models.calibration),
    }


def _crossed(cases: Sequence[Case], fit: Fit) -> list[Any]:
    """For each inner fold a model of all the others."""
    return [
        fit([i for i, case in enumerate(cases) if case.inner != inner]) for inner in range(INNER)
    ]


def _boosted(
    name: str, features: Floats, truth: NDArray[np.bool_], weights: Floats
) -> lightgbm.Booster:
    data = lightgbm.Dataset(features, truth.astype(int), weight=weights)
    signs = [(column in _RISES) - (column in _FALLS) for column in _COLUMNS[name]]
    signs += [0] * (features.shape[1] - len(signs))
    return lightgbm.train({**_TREES, "monotone_constraints": signs}, data, _ROUNDS[name])


def _pairs(last: Last, rows: Floats, weight: float) -> Iterator[tuple[Floats, Any, Floats]]:
    """For each seed, the other candidates beside it: features, truth, weights."""
    given = pair_rows(last.beside, rows, last.seeds)
    for table, seed in zip(given, last.seeds.places, strict=True):
        others = np.arange(len(table)) != seed
        right = seed < len(last.evidence) and last.evidence[seed]
        share = weight * (1.0 if right else _WRONG_SEED)
        yield table[others], last.evidence[others], np.full(others.sum(), share)


def _links(model: lightgbm.Booster, last: Last, rows: Floats) -> Floats:
    given = pair_rows(last.beside, rows, last.seeds)
    shape = given.shape[:2]
    led: Floats = np.asarray(model.predict(given.reshape(-1, given.shape[2]))).reshape(shape)
    held = last.seeds.held(shape[1])
    led[held, last.seeds.places[held]] = 0.0
    return led


def calibration(odds: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make log-odds of unseen rows fit the truth (Platt 1999)."""

    def loss(line: Floats) -> float:
        signed = np.where(truth, 1, -1) * (line[0] * odds + line[1])
        return float(np.logaddexp(0, -signed).mean())

    slope, offset = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
    return round(float(slope), 4), round(float(offset), 4)


def nodes(model: lightgbm.Booster) -> dict[str, Any]:
    """All nodes of a model's trees, in the order and with the names of `Trees`."""
    nodes: dict[str, list[Any]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }
    depths, roots = [], []
    for tree in model.dump_model()["tree_info"]:
        roots.append(len(nodes["value"]))
        depths.append(_laid(tree["tree_structure"], nodes))
    return {**nodes, "roots": roots, "depth": max(depths)}


def _laid(node: dict[str, Any], nodes: dict[str, list[Any]]) -> int:
    """Appends a node and those below it; returns how deep it goes."""
    place = len(nodes["value"])
    leaf = "leaf_value" in node
    nodes["feature"].append(0 if leaf else node["split_feature"])
    nodes["threshold"].append(0.0 if leaf else node["threshold"])
    nodes["value"].append(round(node["leaf_value"], 6) if leaf else 0.0)
    for side in ("left", "right"):
        nodes[side].append(place)
    if leaf:
        return 0
    depths = []
    for side in ("left", "right"):
        nodes[side][place] = len(nodes["value"])
        depths.append(1 + _laid(node[f"{side}_child"], nodes))
    return max(depths)
