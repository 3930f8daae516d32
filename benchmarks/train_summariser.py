"""Trains the trees that ship in data/summariser.json on summaries that people wrote.

    python -m memctx.benchmarks.train_summariser --data FOLDER --work FOLDER --out FILE [--half 0]

A sentence's worth is the pairs of neighbouring words that it shares with the references, and
a third of the single words that say something, for each token and twenty more: a sentence too
short to say anything is worth little. Of each text the sentences are ordered by that, and the
trees learn the order, its top above all. Other trees learn which pairs of words the references
say; what they are told of sentences comes from trees that had not seen the document. With
--half, from that half alone; the other is then free to be reported on
(`benchmarks.summaries --scorer FILE`).
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from nltk.stem.porter import PorterStemmer

from memctx.benchmarks.ranker_fit import nodes
from memctx.benchmarks.summary_data import SETS, Item, budgets, everything
from memctx.config import load_settings
from memctx.pipeline.engines import find_token_count
from memctx.pipeline.summary.extraction import SHORTLIST
from memctx.pipeline.summary.features import features
from memctx.pipeline.summary.phrases import phrases
from memctx.pipeline.summary.scorer import FORMAT
from memctx.pipeline.summary.selection import shortlist
from memctx.pipeline.summary.vocabulary import pairs_of
from memctx.reader.terms import _STOPWORDS, stems

_TREES = {
    "objective": "regression", "num_leaves": 7, "learning_rate": 0.04, "min_data_in_leaf": 200,
    "lambda_l2": 5, "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1,
    "extra_trees": True, "verbose": -1, "num_threads": 1, "deterministic": True,
    "force_col_wise": True, "seed": 1,
}  # fmt: skip
_ROUNDS = 250
_PHRASE_TREES = {
    **_TREES, "objective": "cross_entropy", "num_leaves": 15, "learning_rate": 0.05,
    "feature_fraction": 0.6, "extra_trees": False,
}  # fmt: skip
_PHRASE_ROUNDS = 200
_PARTS = 5  # of the documents, each told of sentences by trees of the others
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


def trained(items: Sequence[Item], room: Mapping[str, int]) -> dict[str, object]:
    """Trees of these items, each set weighing the same, as they lie in the file.

    `room` has the tokens of a summary, by set.
    """
    seen = [features(item.text.material, item.query).astype(np.float32) for item in items]
    worths = [worth(item) for item in items]
    blind = _unseen(items, seen, worths)
    told = [_told(item, own, room[item.set]) for item, own in zip(items, blind, strict=True)]
    rows, said = [list(part) for part in zip(*told, strict=True)]
    return {
        "format": FORMAT,
        "sentences": _together(list(map(nodes, _sentence_trees(items, seen, worths)))),
        "phrases": _together([nodes(_fitted(_PHRASE_TREES, items, rows, said, _PHRASE_ROUNDS))]),
    }


def _sentence_trees(
    items: Sequence[Item], rows: Sequence[np.ndarray], truth: Sequence[np.ndarray]
) -> list[lightgbm.Booster]:
    return [_fitted({**_TREES, "seed": seed}, items, rows, truth, _ROUNDS) for seed in _SEEDS]


def _fitted(
    how: Mapping[str, Any],
    items: Sequence[Item],
    rows: Sequence[np.ndarray],
    truth: Sequence[np.ndarray],
    rounds: int,
) -> lightgbm.Booster:
    """Trees of the items' rows; each set weighs the same, and in it each item."""
    sizes = Counter(item.set for item in items)
    weights = np.concatenate(
        [
            np.full(len(row), 1 / sizes[item.set] / max(len(row), 1))
            for row, item in zip(rows, items, strict=True)
        ]
    )
    data = lightgbm.Dataset(
        np.concatenate(rows), np.concatenate(truth), weight=weights / weights.mean()
    )
    return lightgbm.train(dict(how), data, rounds)


def _unseen(
    items: Sequence[Item], rows: Sequence[np.ndarray], truth: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """What each item's sentences are worth by trees of other documents."""
    found: list[np.ndarray] = [np.zeros(0)] * len(items)
    parts = [zlib.crc32(item.text.name.encode()) % _PARTS for item in items]
    for part in range(_PARTS):
        known = [place for place, own in enumerate(parts) if own != part]
        trees = _sentence_trees(
            [items[p] for p in known], [rows[p] for p in known], [truth[p] for p in known]
        )
        for place, own in enumerate(parts):
            if own == part:
                guesses = [tree.predict(rows[place]) for tree in trees]
                found[place] = np.mean(guesses, axis=0)
    return found


def _told(item: Item, values: np.ndarray, budget: int) -> tuple[np.ndarray, np.ndarray]:
    """The phrases of an item's worthiest sentences, (p, f), and how many references say each."""
    near = shortlist(values, item.text.material.units.words, SHORTLIST * budget)
    known = phrases(item.text.material, item.query, near, values)
    references = [set(pairs_of(stems(reference))) for reference in item.references]
    said = [np.mean([name in one for one in references]) for name in known.names]
    return known.rows.astype(np.float32), np.asarray(said)


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
    room = budgets(items, find_token_count(load_settings()))
    found = trained(chosen, room)
    args.out.write_text(json.dumps(found, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
