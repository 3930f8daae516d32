"""Fits the unit ranker that ships in data/units.json, and reports on what its fit has not seen.

    python -m memctx.benchmarks.fit_units --data EVAL/tune --memories DIR --work DIR
        [--limit 120] [--out data/units.json]

Learned from: the first halves of the public sets, and the field folders `fit_*`, whose
windows weigh more. Reported: the sets' questions that are kept to report on, and, by a fit
without them, each fifth of the field folders. `--memories` has a memory of each set's corpus.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from memctx.benchmarks.field.run import FIT
from memctx.benchmarks.ranker_fit import calibration, nodes
from memctx.benchmarks.split import REPORTED
from memctx.benchmarks.unit_examples import FOLDS, Example, fold_of, of_field, of_set
from memctx.files import write_text
from memctx.pipeline.answering.candidates import FEATURES
from memctx.pipeline.answering.unit_ranker import FORMAT
from memctx.pipeline.calibrate import auroc

Floats = NDArray[np.float64]
_TREES = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 40,
    "lambda_l2": 10, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1,
    "verbose": -1, "num_threads": 1, "deterministic": True, "force_col_wise": True, "seed": 1,
}  # fmt: skip
_ROUNDS = 150
_FIELD_WEIGHT = 4.0


def main() -> None:
    """Looks, fits, reports, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "memories", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=80, help="questions of a set's half")
    parser.add_argument("--reported", type=int, default=40, help="questions of a set reported")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=Path, help="keeps the fits without a fifth of the field")
    options = parser.parse_args()
    field = [one for name in FIT for one in of_field(name, options.work)]
    places = (options.data, options.memories)
    sets = [e for name in REPORTED for e in of_set(name, *places, options.limit, first=True)]
    model = _fitted([*field, *sets])
    for name in REPORTED:
        unseen = list(of_set(name, *places, options.reported, first=False))
        tell(name, unseen, [model.predict(one.field.features) for one in unseen])
    models = [
        _fitted([*(one for one in field if fold_of(one.id) != n), *sets]) for n in range(FOLDS)
    ]
    told = [models[fold_of(one.id)].predict(one.field.features) for one in field]
    for name in FIT:
        here = [i for i, one in enumerate(field) if one.folder == name]
        tell(name, [field[i] for i in here], [told[i] for i in here])
    line = _line(field, told)
    if options.out:
        _write(model, line, options.out)
    for number, one in enumerate(models if options.folds else ()):
        _write(one, line, options.folds / f"units-{number}.json")


def tell(name: str, examples: Sequence[Example], likely: Sequence[Floats]) -> None:
    """How often the likeliest unit holds the answer, and whether its probability says so."""
    there = [(one, p) for one, p in zip(examples, likely, strict=True) if one.there and len(p)]
    first = [bool(one.truth[p.argmax()]) for one, p in there]
    three = [bool(one.truth[np.argsort(-p)[:3]].any()) for one, p in there]
    can = [bool(one.truth.any()) for one, _ in there]
    sure = [float(p.max(initial=0.0)) for p in likely]
    right = [
        bool(len(p) and one.truth[p.argmax()]) for one, p in zip(examples, likely, strict=True)
    ]
    print(
        f"{name:10} n {len(there):3}  a unit of the window holds it {np.mean(can):.3f}  the first "
        f"{np.mean(first):.3f}  one of three {np.mean(three):.3f}  AUROC {auroc(sure, right):.3f}",
        flush=True,
    )


def _fitted(examples: Sequence[Example]) -> Any:
    features = np.concatenate([one.field.features for one in examples])
    truth = np.concatenate([one.truth for one in examples])
    weights = np.concatenate([
        np.full(len(one.truth), _FIELD_WEIGHT if one.folder in FIT else 1.0) for one in examples
    ])  # fmt: skip
    data = lightgbm.Dataset(features, truth, weight=weights)
    return lightgbm.train(_TREES, data, num_boost_round=_ROUNDS)


def _line(field: Sequence[Example], told: Sequence[Floats]) -> list[float]:
    """Slope and offset that make what was said of unseen field windows probabilities."""
    odds = np.concatenate([np.log(p / (1 - p)) for p in told if len(p)])
    truth = np.concatenate([one.truth for one, p in zip(field, told, strict=True) if len(p)])
    return list(calibration(odds, truth))


def _write(model: Any, line: list[float], out: Path) -> None:
    stored = {
        "format": FORMAT,
        "features": list(FEATURES),
        "calibration": line,
        "trees": nodes(model),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, json.dumps(stored, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
