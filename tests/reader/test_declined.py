"""Refusals in two languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.reader.declined import declines, may_decline


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Not in memory.",
        "not mentioned in the passages",
        "Unknown",
        "N/A",
        "The passage does not mention the date.",
        "The passages don’t say.",
        "The answer is not given in the text.",
        "The context has no details on this.",
        "I don't know",
        "I cannot find it.",
        "There is no information about this.",
        "Sorry, I cannot answer.",
        "It is not mentioned.",
        "This question cannot be answered from the passages.",
        "文中没有提到。",
        "段落中没有答案",
        "不知道",
        "未提及",
        "根据上述资料，无法确定。",
        "抱歉，我无法回答这个问题。",
        "不在记忆中",
    ],
)
def test_a_refusal_is_recognised_and_foreseen_from_its_first_letter_on(text: str) -> None:
    assert declines(text)
    assert all(may_decline(text[:length]) for length in range(len(text) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "Unknown Pleasures, their first album",
        "It is mentioned by Plato.",
        "The species is not found in Europe.",
        "The Document Foundation",
        "no one",
        "None",
        "not guilty",
        "Notre Dame",
        "未知数是三",
        "不确定性原理",
        "无锡",
        "没有人",
        "The passages do not say much. " + "But the diary tells the whole story in detail. " * 4,
    ],
)
def test_an_answer_that_sounds_like_one_is_not(text: str) -> None:
    assert not declines(text)


@pytest.mark.parametrize("beginning", ["Ada ", "In 1902", "艾", "“Paris, ", "The " + "a " * 90])
def test_most_answers_are_known_from_their_first_word_to_be_none(beginning: str) -> None:
    assert not may_decline(beginning)


_SCRAPS = (
    "not|Not | in memory|unknown|n/a|No| answer|.|Sorry, |I |don't|don’t| know|the | text|it "
    "|is not|given|“|(| |\n|根据|上文，|没有|提到|抱歉|，|未知|无法|回答|这些|段落|中|Ada"
)


@given(st.lists(st.sampled_from(_SCRAPS.split("|")), max_size=8).map("".join))
def test_no_refusal_comes_as_a_surprise(text: str) -> None:
    if declines(text):
        assert all(may_decline(text[:length]) for length in range(len(text) + 1))
