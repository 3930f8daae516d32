"""How a ranker does on questions that it has not seen: recall, and whether it is calibrated.

Of whole corpora and of few passages, which tell what a score is worth where there is nothing to
compare a passage with.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memctx.benchmarks.ranker_examples import Unseen
from memctx.benchmarks.small_memories import SIZES

_BINS = np.array([0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])


def report(judged: Sequence[Unseen]) -> None:
    """Prints recall at 2 and 5 of each folder, by the first model and in the end; then bins.

    Then the same bins of few passages, and what passages score that are alone.
    """
    found = [one for one in judged if one.part is None]
    _recalls(found)
    plain = [one for one in judged if one.part is not None and one.part.kind == "whole"]
    if plain:
        print("without a graph:")
        _recalls(plain)
    _reliability(found)
    small = [one for one in judged if one.part is not None and one.part.few]
    if small:
        print("of few passages:")
        _reliability(small)
        for size in SIZES:
            _few(f"of {size}", [one for one in small if _size(one) == size])
        for kind in ("near", "linked", "any"):
            for tiny in (True, False):
                where = "its memory" if tiny else "a search"
                only = [one for one in small if _is(one, tiny, kind)]
                _few(f"alone in {where}, {kind}", only)
        _apart(found, small)


def _size(one: Unseen) -> int:
    return len(one.part.chunks) if one.part else 0


def _is(one: Unseen, tiny: bool, kind: str) -> bool:
    """Whether a question was asked of one passage so; evidence is neither near nor any."""
    part = one.part
    if part is None or len(one.keys) != 1 or part.tiny != tiny:
        return False
    return part.held or part.kind == kind


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


def _recalls(found: Sequence[Unseen]) -> None:
    print(f"{'folder':12} {'n':>5} {'first@5':>8} {'@2':>6} {'@5':>6} {'all@5':>6}")
    for folder in dict.fromkeys(one.question.folder for one in found):
        ours = [one for one in found if one.question.folder == folder]
        first = np.mean([recall(one, one.alone, 5) for one in ours])
        two, five = (np.array([recall(one, one.probability, k) for one in ours]) for k in (2, 5))
        shares = (first, two.mean(), five.mean(), (five == 1).mean())
        print(f"{folder:12} {len(ours):5}", *(f"{100 * share:7.1f}" for share in shares))


def _few(what: str, found: Sequence[Unseen]) -> None:
    """How evidence and other passages score among few, and whether they can be told apart."""
    probability = np.concatenate([one.probability for one in found])
    truth = np.concatenate([[key in one.question.gold for key in one.keys] for one in found])
    gold, other = probability[truth], probability[~truth]
    print(
        f"{what:26} AUROC {auroc(probability, truth):.3f}  "
        f"evidence above 0.5: {(gold > 0.5).mean():.3f} of {len(gold)}  "
        f"other below 0.1: {(other < 0.1).mean():.3f} of {len(other)}"
    )


def _apart(found: Sequence[Unseen], small: Sequence[Unseen]) -> None:
    """How often evidence is less likely among few than it is among all."""
    among_all = {
        (one.question.folder, one.question.text, key): float(said)
        for one in found
        for key, said in zip(one.keys[::-1], one.probability[::-1], strict=True)
    }
    falls = np.array(
        [
            among_all[name] - float(said)
            for one in small
            for key, said in zip(one.keys, one.probability, strict=True)
            if len(one.keys) == 1 and key in one.question.gold
            if (name := (one.question.folder, one.question.text, key)) in among_all
        ]
    )
    for least in (0.05, 0.1, 0.2):
        print(f"evidence alone, less likely by {least}: {(falls > least).mean():.3f}")
    print(f"and on average by {falls.mean():.3f}, of {len(falls)}")


def auroc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """How often what is true scores higher than what is not; an equal score counts half."""
    from scipy.stats import rankdata

    true = int(truth.sum())
    ahead = rankdata(scores)[truth].sum() - true * (true + 1) / 2
    return float(ahead / max(1, true * (len(truth) - true)))
