from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.pipeline.summary.selection import Novelty, select, shortlist
from memctx.pipeline.summary.vocabulary import pairs_of, vocabulary


def held(bags: list[list[str]]) -> tuple[Any, Any]:
    return vocabulary(bags).holds, vocabulary([pairs_of(bag) for bag in bags]).holds


def greedy(
    bags: list[list[str]], values: list[float], costs: list[int], budget: int, novelty: Novelty
) -> list[int]:
    """The same, sentence by sentence, over sets of words."""
    terms, pairs = [set(bag) for bag in bags], [set(pairs_of(bag)) for bag in bags]
    said, said_pairs, taken = set[str](), set[str](), list[int]()
    while True:
        gains = {
            i: values[i]
            - novelty.terms * len(terms[i] & said) / max(len(terms[i]), 1)
            - novelty.pairs * len(pairs[i] & said_pairs) / max(len(pairs[i]), 1)
            for i in range(len(bags))
            if i not in taken and costs[i] <= budget
        }
        if not gains:
            return taken
        best = max(gains, key=lambda i: (round(gains[i], 9), -i))
        taken.append(best)
        budget -= costs[best]
        said |= terms[best]
        said_pairs |= pairs[best]


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
)
def test_it_takes_what_a_greedy_choice_over_sets_takes(
    rows: list[tuple[list[str], int, int]], budget: int
) -> None:
    bags, values = [bag for bag, _, _ in rows], [value + 0.1234 for _, value, _ in rows]
    costs, novelty = [cost for _, _, cost in rows], Novelty(17.3, 41.9)
    found = select(np.array(values), np.array(costs), budget, held(bags), novelty)
    assert sum(costs[i] for i in found) <= budget
    assert found == greedy(bags, values, costs, budget, novelty)


def test_what_was_said_is_not_said_again() -> None:
    bags = [["dome", "leak"], ["dome", "leak"], ["town", "pay"]]
    values, costs = np.array([1.0, 0.9, 0.5]), np.array([5, 5, 5])
    assert select(values, costs, 10, held(bags)) == [0, 2]
    assert select(values, costs, 10, held(bags), Novelty(0, 0)) == [0, 1]


def test_nothing_is_taken_where_nothing_fits() -> None:
    assert select(np.ones(2), np.array([5, 5]), 4, held([["a"], ["b"]])) == []


def test_a_shortlist_holds_the_worthiest_in_their_order() -> None:
    values, sizes = np.array([0.1, 0.9, 0.5, 0.7]), np.array([4, 4, 4, 4])
    assert shortlist(values, sizes, 7).tolist() == [1, 3]
    assert shortlist(values, sizes, 100).tolist() == [0, 1, 2, 3]
