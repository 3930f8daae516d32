"""Trains the trees that ship in data/summariser.json on what sentences share with summaries.

    python -m memctx.benchmarks.train_summariser --data FOLDER --work FOLDER --out FILE [--half 0]

A sentence's worth is the pairs of neighbouring words that it shares with the references, and
a third of the single words that say something, for each token and twenty more: a sentence too
short to say anything is worth little. Of each text the sentences are ordered by that, and the
trees learn the order, its top above all. With --half, from that half alone; the other is then
free to be reported on (`benchmarks.summaries --scorer FILE`).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from nltk.stem.porter import PorterStemmer

from memctx.benchmarks.ranker_fit import _nodes
from memctx.benchmarks.summary_data import SETS, Item, everything
from memctx.pipeline.summary.features import FORMAT, features
from memctx.reader.terms import _STOPWORDS

_TREES = {
    "objective": "regression", "num_leaves": 7, "learning_rate": 0.04, "min_data_in_leaf": 200,
    "lambda_l2": 5, "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1,
    "extra_trees": True, "verbose": -1, "num_threads": 1, "deterministic": True,
    "force_col_wise": True, "seed": 1,
}  # fmt: skip
_ROUNDS = 250
_SEEDS = (1, 2, 3)
_MORE_TOKENS = 20
_SINGLE = 0.3  # what a shared word is worth beside a shared pair
_POWER = 4  # of a sentence's place in the order, in [0, 1]
_DIGITS = 5

_stem = cache(PorterStemmer().stem)


def words(text: str) -> list[str]:
    """Words as ROUGE counts them."""
    found = re.findall(r"[a-z0-9]+", text.lower())
    return [_stem(word) if len(word) > 3 else word for word in found]


def worth(item: Item) -> np.ndarray:
    """What the trees are to learn of each sentence, (n,) in [0, 1]."""
    references = [_counted(words(reference)) for reference in item.references]
    shared = [
        np.mean([_shared(_counted(words(text)), reference) for reference in references])
        for text in item.text.material.texts
    ]
    dense = np.asarray(shared) / (item.text.tokens + _MORE_TOKENS)
    order = np.empty(len(dense))
    order[np.argsort(dense, kind="stable")] = np.arange(len(dense))
    placed: np.ndarray = (order / max(len(dense) - 1, 1)) ** _POWER
    return placed


def _counted(found: Sequence[str]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    single = Counter(word for word in found if word not in _STOPWORDS)
    return single, Counter(pairwise(found))


def _shared(
    one: tuple[Counter[str], Counter[tuple[str, str]]],
    other: tuple[Counter[str], Counter[tuple[str, str]]],
) -> float:
    return (one[1] & other[1]).total() + _SINGLE * (one[0] & other[0]).total()


def trained(items: Sequence[Item]) -> dict[str, object]:
    """Trees of these items, each set weighing the same, as they lie in the file."""
    sizes = Counter(item.set for item in items)
    rows = [features(item.text.material, item.query).astype(np.float32) for item in items]
    weights = np.concatenate(
        [
            np.full(len(row), 1 / sizes[item.set] / len(row))
            for row, item in zip(rows, items, strict=True)
        ]
    )
    truth = np.concatenate([worth(item) for item in items])
    data = np.concatenate(rows)
    models = [
        _nodes(
            lightgbm.train(
                {**_TREES, "seed": seed},
                lightgbm.Dataset(data, truth, weight=weights / weights.mean()),
                _ROUNDS,
            )
        )
        for seed in _SEEDS
    ]
    return {"format": FORMAT, **_together(models)}


def _together(models: Sequence[dict[str, Any]]) -> dict[str, object]:
    """The trees of all models as one, each leaf's value shared among them."""
    found: dict[str, list[Any]] = {name: [] for name in ("feature", "left", "right", "threshold")}
    values: list[float] = []
    roots: list[int] = []
    for model in models:
        first = len(values)
        found["feature"] += model["feature"]
        found["threshold"] += [float(f"{value:.{_DIGITS}g}") for value in model["threshold"]]
        for side in ("left", "right"):
            found[side] += [place + first for place in model[side]]
        values += [round(value / len(models), _DIGITS) for value in model["value"]]
        roots += [place + first for place in model["roots"]]
    depth = max(int(model["depth"]) for model in models)
    return {**found, "value": values, "roots": roots, "depth": depth}


def main() -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of the three sets")
    parser.add_argument("--work", type=Path, required=True, help="keeps sentence vectors")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--half", type=int, choices=(0, 1), help="train on this half alone")
    args = parser.parse_args()
    items = everything(args.data, args.work, SETS)
    chosen = [item for item in items if args.half in (None, item.text.half)]
    args.out.write_text(json.dumps(trained(chosen), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
