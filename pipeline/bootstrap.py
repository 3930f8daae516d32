"""From the scores of single questions to a mean with its interval, and to a comparison.

Pure functions over numbers; randomness comes in as `rng`. They do not know what the
numbers mean.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 1000
_TAIL = 0.025  # on either side of a 95% interval


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` values with its 95% interval `low..high`, in the values' unit."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half(self) -> float:
        """Half the interval's width."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of `ours - theirs` over `n` pairs, its 95% interval, and `p`.

    `p` is two-sided: how often resampling brings the difference to the other side of
    zero, doubled.
    """

    mean: float
    low: float
    high: float
    n: int
    p: float


def interval(
    values: Sequence[float], rng: random.Random, *, resamples: int = RESAMPLES
) -> Interval:
    """The mean and its percentile-bootstrap interval (Efron 1979).

    Raises:
        ValueError: there are no values.
    """
    means = _resampled_means(values, rng, resamples)
    low, high = _bounds(means)
    return Interval(sum(values) / len(values), low, high, len(values))


def paired(
    ours: Sequence[float],
    theirs: Sequence[float],
    rng: random.Random,
    *,
    resamples: int = RESAMPLES,
) -> Difference:
    """Compares two systems on the same questions, in the same order.

    Questions are resampled, not scores: what makes a question hard for both cancels
    out (Koehn 2004).

    Raises:
        ValueError: the two have different lengths, or no values.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"pairs need equal lengths, got {len(ours)} and {len(theirs)}")
    gains = [mine - other for mine, other in zip(ours, theirs, strict=True)]
    means = _resampled_means(gains, rng, resamples)
    low, high = _bounds(means)
    below = sum(mean <= 0 for mean in means)
    above = sum(mean >= 0 for mean in means)
    p = min(1.0, 2 * min(below, above) / resamples)
    return Difference(sum(gains) / len(gains), low, high, len(gains), p)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` in [0, 1] of the values lie, interpolated linearly.

    Raises:
        ValueError: there are no values, or the share is outside [0, 1].
    """
    if not values or not 0 <= share <= 1:
        raise ValueError(f"percentile {share} of {len(values)} values is not defined")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _resampled_means(values: Sequence[float], rng: random.Random, resamples: int) -> list[float]:
    if not values:
        raise ValueError("a bootstrap needs at least one value")
    count = len(values)
    return sorted(sum(rng.choices(values, k=count)) / count for _ in range(resamples))


def _bounds(means: Sequence[float]) -> tuple[float, float]:
    """The outermost of the sorted means that lie inside 95%."""
    last = len(means) - 1
    low = max(0, round(_TAIL * len(means)) - 1)
    high = min(last, round((1 - _TAIL) * len(means)) - 1)
    return means[low], means[high]
