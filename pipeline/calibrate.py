"""Fitting a calibration to answers of which it is known whether they were right.

A logistic line (Platt 1999; ridge on standardised signs), and
the threshold below which an answer is declined: the one that declines the most answers
to what the memory does not hold, among those at which few right answers are lost. Pure;
asking is done elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..records import ReliabilityBin
from .calibration import Calibration
from .signs import SIGNS, Signs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RIDGE = 2.0
"""Weight of the squared weights of standardised signs."""

LOST = 0.145
"""The share of right answers that may be declined: what is declined still shows what was found, and
a false answer shows nothing better. At 9.5% twice as many answers were false."""

LEAST = 20
"""Answers that a calibration is fitted to, at least."""
_BINS = 8
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer's signs, and whether it was right.

    Answers to one question are of one `group`. `adapter` is the digest of what the reader
    had been taught.
    """

    signs: Signs
    right: bool
    group: int
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a calibration of other answers says of each: how sure it is, whether it declines."""

    sure: tuple[float, ...]
    declined: tuple[bool, ...]


def fit(judged: Sequence[Judged], *, reader: str, lost: float = LOST) -> Calibration:
    """The calibration for answers of `reader`; `lost` is the share of right ones given up.

    The threshold is of answers that a line was not fitted to, group by group.

    Raises:
        UsageError: there are too few answers, or all are right or all wrong.
    """
    import numpy as np

    right = np.array([one.right for one in judged], float)
    if len(judged) < LEAST or not 0 < right.sum() < len(judged):
        raise UsageError(
            f"calibrating needs at least {LEAST} answers, right ones and wrong ones among them; "
            f"found {int(right.sum())} right ones of {len(judged)}"
        )
    rows = np.array([one.signs.numbers() for one in judged])
    bias, weights = _line(rows, right)
    sure = _out_of_fold(rows, right, np.array([one.group for one in judged]))
    return Calibration(
        reader=reader,
        adapter=next((one.adapter for one in judged if one.adapter), None),
        bias=round(bias, 5),
        weights={name: round(float(w), 5) for name, w in zip(SIGNS, weights, strict=True)},
        threshold=_threshold([p for p, r in zip(sure.tolist(), right, strict=True) if r], lost),
        fitted=len(judged),
    )


def unseen(judged: Sequence[Judged], *, reader: str) -> Unseen:
    """Each answer by a calibration that was fitted to the others, groups kept together.

    Raises:
        UsageError: as `fit`.
    """
    sure, declined = [0.0] * len(judged), [False] * len(judged)
    for fold in range(_FOLDS):
        line = fit([one for one in judged if one.group % _FOLDS != fold], reader=reader)
        for place, one in enumerate(judged):
            if one.group % _FOLDS == fold:
                sure[place] = line.probability(one.signs)
                declined[place] = sure[place] < line.threshold
    return Unseen(tuple(sure), tuple(declined))


def auroc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """The chance that a right answer scores higher than a wrong one; ties count half."""
    good = [score for score, is_right in zip(scores, right, strict=True) if is_right]
    bad = [score for score, is_right in zip(scores, right, strict=True) if not is_right]
    if not good or not bad:
        return math.nan
    won = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return won / (len(good) * len(bad))


def reliability(
    scores: Sequence[float], right: Sequence[bool], bins: int = _BINS
) -> list[ReliabilityBin]:
    """Bins of equal count, by rising confidence."""
    pairs = sorted(zip(scores, right, strict=True))
    bounds = [round(i * len(pairs) / bins) for i in range(bins + 1)]
    parts = (pairs[low:high] for low, high in pairwise(bounds))
    return [
        ReliabilityBin(
            sum(p for p, _ in part) / len(part), sum(r for _, r in part) / len(part), len(part)
        )
        for part in parts
        if part
    ]


def expected_error(bins: Sequence[ReliabilityBin]) -> float:
    """The mean distance of confidence from the share that is right (Naeini et al. 2015)."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.right) for one in bins) / total


def _line(rows: Floats, right: Floats) -> tuple[float, Floats]:
    """Bias and weights of the signs as they are."""
    mean, scale = rows.mean(0), rows.std(0)
    scale[scale == 0] = 1.0
    line = _ridge((rows - mean) / scale, right)
    weights = line[1:] / scale
    return float(line[0] - weights @ mean), weights


def _out_of_fold(rows: Floats, right: Floats, groups: NDArray[np.int64]) -> Floats:
    """Each answer's probability by a line of the others, groups kept together.

    Of its own answers a line is surer than of new ones; a threshold is for new ones.
    """
    import numpy as np

    sure = np.zeros(len(rows))
    for fold in range(_FOLDS):
        here = groups % _FOLDS == fold
        bias, weights = _line(rows[~here], right[~here])
        sure[here] = 1 / (1 + np.exp(-(rows[here] @ weights + bias)))
    return sure


def _ridge(rows: Floats, right: Floats) -> Floats:
    """Bias and weights of ridge logistic regression; the bias is free."""
    import numpy as np
    from scipy.optimize import minimize

    design = np.column_stack([np.ones(len(rows)), rows])
    shrink = np.array([0.0, *[RIDGE] * rows.shape[1]])
    signed = np.where(right > 0.5, 1.0, -1.0)

    def loss(line: Floats) -> tuple[float, Floats]:
        odds = signed * (design @ line)
        slope = -(signed / (1 + np.exp(np.clip(odds, -60, 60)))) @ design + shrink * line
        return float(np.logaddexp(0, -odds).sum() + 0.5 * shrink @ line**2), slope

    found: Floats = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def _threshold(right: Sequence[float], lost: float) -> float:
    """The highest confidence at which no more than a share `lost` of right answers is below."""
    ordered = sorted(right)
    return math.floor(1e4 * ordered[int(lost * len(ordered))]) / 1e4
