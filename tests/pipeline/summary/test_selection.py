from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.pipeline.summary.selection import select, shortlist
from memctx.pipeline.summary.vocabulary import Vocabulary, vocabulary


def chances_of(said: Vocabulary, known: dict[str, float]) -> np.ndarray:
    return np.array([known[name] for name in said.columns])


def greedy(
    bags: list[list[str]],
    values: list[float],
    costs: list[int],
    budget: int,
    known: dict[str, float],
    worth: float,
) -> list[int]:
    """The same, sentence by sentence, over sets of phrases."""
    said, taken = set[str](), list[int]()
    most_worth = max(values)
    while True:
        brought = {
            i: sum(known[one] for one in set(bags[i]) - said) / costs[i] ** 0.8
            for i in range(len(bags))
            if i not in taken and costs[i] <= budget
        }
        if not brought:
            return taken
        most = max(*brought.values(), 1e-9)
        gains = {
            i: worth * values[i] / most_worth + (1 - worth) * each / most
            for i, each in brought.items()
        }
        best = max(gains, key=lambda i: (round(gains[i], 9), -i))
        taken.append(best)
        budget -= costs[best]
        said |= set(bags[best])


@settings(deadline=None)  # the first call imports scipy
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdef"), max_size=5),
            st.integers(0, 1000),
            st.integers(1, 9),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[1],
    ),
    st.integers(0, 30),
    st.sampled_from([0.13, 0.5, 0.91]),
)
def test_it_takes_what_a_greedy_choice_over_sets_takes(
    rows: list[tuple[list[str], int, int]], budget: int, worth: float
) -> None:
    bags, values = [bag for bag, _, _ in rows], [value + 0.1234 for _, value, _ in rows]
    costs = [cost for _, _, cost in rows]
    known = dict(zip("abcdef", (0.71, 0.43, 0.29, 0.17, 0.53, 0.07), strict=True))
    said = vocabulary(bags)
    array = np.array(values)
    found = select(array, np.array(costs), budget, said.holds, chances_of(said, known), worth)
    assert sum(costs[i] for i in found) <= budget
    assert found == greedy(bags, values, costs, budget, known, worth)


@pytest.fixture
def said() -> Vocabulary:
    return vocabulary([["the dome", "dome leaks"], ["the dome", "dome leaks"], ["town pays"]])


def test_what_was_said_is_not_said_again(said: Vocabulary) -> None:
    values, costs, even = np.array([1.0, 0.9, 0.5]), np.array([5, 5, 5]), np.full(3, 0.5)
    assert select(values, costs, 10, said.holds, even) == [0, 2]
    assert select(values, costs, 10, said.holds, even, worth=1.0) == [0, 1]


def test_likely_phrases_come_first(said: Vocabulary) -> None:
    costs = np.array([5, 5, 5])
    likely = chances_of(said, {"the dome": 0.1, "dome leaks": 0.1, "town pays": 0.9})
    for values in (np.ones(3), np.array([-0.1, -0.2, -0.3])):
        assert select(values, costs, 5, said.holds, likely) == [2]
        assert select(values, costs, 5, said.holds, 1 - likely) == [0]


@pytest.mark.parametrize("holds", [vocabulary([["a"], ["b"]]).holds])
def test_nothing_is_taken_where_nothing_fits(holds: Any) -> None:
    assert select(np.ones(2), np.array([5, 5]), 4, holds, np.ones(2)) == []


def test_a_shortlist_holds_the_worthiest_in_their_order() -> None:
    values, sizes = np.array([0.1, 0.9, 0.5, 0.7]), np.array([4, 4, 4, 4])
    assert shortlist(values, sizes, 7).tolist() == [1, 3]
    assert shortlist(values, sizes, 100).tolist() == [0, 1, 2, 3]
