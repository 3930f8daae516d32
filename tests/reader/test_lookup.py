"""Guessing tokens from what came before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.reader.lookup import guess


def test_what_followed_the_longest_match_is_guessed() -> None:
    assert guess([1, 2, 3, 9, 8, 5, 3, 7, 1, 2, 3], 2) == [9, 8]
    assert guess([3, 4, 1, 3, 5, 2, 3], 1) == [5]
    assert guess([1, 2, 3], 4) == []
    assert guess([7, 7], 3) == [7]
    assert guess([], 3) == []


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 5))
def test_a_guess_stands_in_the_text_behind_the_last_token(ids: list[int], count: int) -> None:
    found = guess(ids, count)
    assert len(found) <= count
    if found:
        pairs = [ids[i : i + 1 + len(found)] for i in range(len(ids))]
        assert [ids[-1], *found] in pairs
