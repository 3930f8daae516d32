"""What a word tells in a memory too small to count words in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.memory.common_words import COMMON
from memctx.memory.words import ORDINARY, WordCounts, index_words


def test_in_the_only_passage_a_rare_word_tells_more_than_a_common_one() -> None:
    counts = WordCounts(1, {"dome": 1, "the": 1}).among_ordinary()
    assert counts.idf("dome") > 20 * counts.idf("the")


@given(st.integers(1, ORDINARY), st.integers(0, 9))
def test_a_rare_word_tells_the_same_however_few_unrelated_passages_there_are(
    total: int, count: int
) -> None:
    held = min(count, total)
    few = WordCounts(total, {"dome": held}).among_ordinary()
    assert few.idf("dome") == pytest.approx(WordCounts(ORDINARY, {"dome": held}).idf("dome"))


def test_a_memory_that_is_large_enough_is_weighed_as_it_is() -> None:
    counts = WordCounts(ORDINARY, {"dome": 3, "the": 900})
    assert counts.among_ordinary() == counts


def test_the_common_words_are_as_the_index_keeps_words() -> None:
    assert all(index_words(word) == [word] for word in COMMON if word.isascii())
    assert all(0 < share < 1 for share in COMMON.values())
