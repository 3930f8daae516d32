"""How a ranker does on questions that it has not seen: recall, and whether it is calibrated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memctx.benchmarks.ranker_examples import Unseen

_BINS = np.array([0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])


def report(found: Sequence[Unseen]) -> None:
    """Prints recall at 2 and 5 of each folder, by the first model and in the end; then bins."""
    print(f"{'folder':12} {'n':>5} {'first@5':>8} {'@2':>6} {'@5':>6} {'all@5':>6}")
    for folder in dict.fromkeys(one.question.folder for one in found):
        ours = [one for one in found if one.question.folder == folder]
        first = np.mean([recall(one, one.alone, 5) for one in ours])
        two, five = (np.array([recall(one, one.probability, k) for one in ours]) for k in (2, 5))
        shares = (first, two.mean(), five.mean(), (five == 1).mean())
        print(f"{folder:12} {len(ours):5}", *(f"{100 * share:7.1f}" for share in shares))
    _reliability(found)


def recall(one: Unseen, scores: NDArray[np.float64], count: int) -> float:
    """The share of a question's evidence among its `count` best documents."""
    order = np.argsort(-scores, kind="stable")
    best = list(dict.fromkeys(one.keys[place] for place in order))[:count]
    return len(one.question.gold.intersection(best)) / len(one.question.gold)


def _reliability(found: Sequence[Unseen]) -> None:
    probability = np.concatenate([one.probability for one in found])
    truth = np.concatenate([[key in one.question.gold for key in one.keys] for one in found])
    places = np.digitize(probability, _BINS[1:-1])
    print("said   is     n")
    for place in np.unique(places):
        inside = places == place
        print(f"{probability[inside].mean():.3f}  {truth[inside].mean():.3f}  {inside.sum()}")
