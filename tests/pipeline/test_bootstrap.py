"""Intervals, comparisons and percentiles."""

from __future__ import annotations

import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.bootstrap import interval, paired, percentile

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_the_interval_of_equal_values_has_no_width() -> None:
    found = interval([0.5] * 20, random.Random(1))
    assert (found.mean, found.low, found.high, found.half, found.n) == (0.5, 0.5, 0.5, 0, 20)


def test_the_interval_agrees_with_the_normal_one_for_many_values() -> None:
    values = [0.0, 1.0] * 300
    found = interval(values, random.Random(2))
    assert found.half == pytest.approx(1.96 * statistics.pstdev(values) / 600**0.5, rel=0.15)
    assert found.low < 0.5 < found.high


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [random.Random(3).random() for _ in range(50)]
    assert interval(values, random.Random(4)) == interval(values, random.Random(4))


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one"):
        interval([], random.Random(0))


def test_pairs_show_a_small_gain_that_separate_intervals_hide() -> None:
    rng = random.Random(5)
    theirs = [rng.random() for _ in range(100)]
    ours = [value + 0.02 for value in theirs]
    gain = paired(ours, theirs, rng)
    assert gain.mean == pytest.approx(0.02)
    assert gain.low > 0
    assert gain.p == 0
    assert interval(ours, rng).low < interval(theirs, rng).high


def test_a_system_does_not_differ_from_itself() -> None:
    values = [0.0, 1.0, 1.0]
    same = paired(values, values, random.Random(6))
    assert (same.mean, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_pairs_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="got 1 and 2"):
        paired([1.0], [1.0, 0.0], random.Random(0))


@given(VALUES, st.randoms(use_true_random=False))
def test_bounds_lie_around_each_other_and_inside_the_values(
    values: list[float], rng: random.Random
) -> None:
    found = interval(values, rng, resamples=40)
    slack = 1e-12
    assert min(values) - slack <= found.low <= found.high <= max(values) + slack


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_exchanging_the_two_systems_mirrors_the_mean(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = map(list, zip(*pairs, strict=True))
    one = paired(ours, theirs, random.Random(7), resamples=40)
    other = paired(theirs, ours, random.Random(7), resamples=40)
    assert one.mean == -other.mean
    assert one.p == other.p


@given(VALUES, st.floats(0, 1))
def test_a_percentile_is_numpys(values: list[float], share: float) -> None:
    expected = float(np.percentile(values, 100 * share))
    assert percentile(values, share) == pytest.approx(expected, abs=1e-9)


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not defined"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="not defined"):
        percentile([1.0], 1.5)
