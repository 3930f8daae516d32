"""Scores of one question: against cases counted by hand, and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.metrics import (
    all_gold_at,
    answer_tokens,
    choice_accuracy,
    contains_groups,
    exact_match,
    recall_at,
    token_f1,
)

TEXTS = st.text(alphabet="ab the,.-（年天) A1", max_size=20)
KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=12)
GOLD = st.sets(st.sampled_from("abcdefgh"), min_size=1)


def test_case_punctuation_and_articles_do_not_count() -> None:
    assert answer_tokens("The Dome, an A-frame!") == ["dome", "frame"]
    assert answer_tokens("$5 + 3") == ["5", "3"]


def test_each_chinese_character_is_a_token() -> None:
    assert answer_tokens("1902年，槐渡 Obs") == ["1902", "年", "槐", "渡", "obs"]


def test_an_exact_match_is_with_any_right_answer() -> None:
    assert exact_match("The lens.", ["a mirror", "Lens"]) == 1
    assert exact_match("the big lens", ["lens"]) == 0
    assert exact_match("lens", []) == 0


def test_f1_is_that_of_the_nearest_right_answer() -> None:
    # shares 1 of 2 and 1 of 3 tokens; then 2 of 2 and 2 of 3
    assert token_f1("green dome", ["dome of 1902"]) == pytest.approx(2 / 5)
    assert token_f1("green dome", ["dome of 1902", "green dome here"]) == pytest.approx(4 / 5)
    assert token_f1("", ["dome"]) == 0
    assert token_f1("dome", []) == 0


def test_a_repeated_token_counts_as_often_as_both_have_it() -> None:
    assert token_f1("dome dome dome", ["dome dome"]) == pytest.approx(4 / 5)


def test_chinese_f1_is_per_character() -> None:
    assert token_f1("槐渡天文台", ["天文台"]) == pytest.approx(6 / 8)


def test_every_group_needs_a_member_as_whole_tokens() -> None:
    groups = [["1902", "nineteen two"], ["green"]]
    assert contains_groups("It was green, from 1902.", groups) == 1
    assert contains_groups("It was green.", groups) == 0
    assert contains_groups("evergreen 1902", groups) == 0
    assert contains_groups("台在槐渡", [["槐渡"]]) == 1


def test_a_choice_is_the_first_letter_said() -> None:
    golds = ["(B) their own doubts"]
    assert choice_accuracy("(B)", golds) == 1
    assert choice_accuracy("B. Not A", golds) == 1
    assert choice_accuracy("A or B", golds) == 0
    assert choice_accuracy("Because", golds) == 0
    assert choice_accuracy("B", ["their own doubts"]) is None
    assert choice_accuracy("B", []) is None


def test_recall_counts_different_documents() -> None:
    found = ["a", "a", "b", "c"]
    assert recall_at(2, found, ["b", "c"]) == 0.5
    assert recall_at(3, found, ["b", "c"]) == 1
    assert recall_at(2, [], ["b"]) == 0
    assert all_gold_at(2, found, ["b", "c"]) == 0
    assert all_gold_at(3, found, ["b", "c"]) == 1


def test_recall_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="gold"):
        recall_at(5, ["a"], [])


@given(KEYS, GOLD, st.integers(1, 10))
def test_recall_grows_with_depth_and_is_whole_where_all_gold_is_found(
    found: list[str], gold: set[str], k: int
) -> None:
    recall = recall_at(k, found, gold)
    assert 0 <= recall <= recall_at(k + 1, found, gold) <= 1
    assert (recall == 1) == (all_gold_at(k, found, gold) == 1)


@given(KEYS, GOLD, st.integers(1, 10))
def test_recall_is_what_counting_one_by_one_gives(found: list[str], gold: set[str], k: int) -> None:
    seen: list[str] = []
    for key in found:
        if key not in seen and len(seen) < k:
            seen.append(key)
    assert recall_at(k, found, gold) == sum(key in seen for key in gold) / len(gold)


@given(TEXTS, TEXTS)
def test_f1_is_the_same_both_ways_and_an_exact_match_is_its_maximum(one: str, other: str) -> None:
    f1 = token_f1(one, [other])
    assert f1 == token_f1(other, [one])
    assert 0 <= f1 <= 1
    if exact_match(one, [other]) and answer_tokens(one):
        assert f1 == 1


@given(TEXTS, TEXTS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(one: str, other: str) -> None:
    said, gold = answer_tokens(one), answer_tokens(other)
    left = list(gold)
    shared = 0
    for token in said:
        if token in left:
            left.remove(token)
            shared += 1
    if shared:
        precision, recall = shared / len(said), shared / len(gold)
        expected = 2 * precision * recall / (precision + recall)
    else:
        expected = 0.0
    assert token_f1(one, [other]) == pytest.approx(expected)


@given(TEXTS, TEXTS)
def test_an_answer_contains_itself_within_more_words(one: str, other: str) -> None:
    if answer_tokens(one):
        assert contains_groups(f"{other} {one} {other}", [[one]]) == 1
