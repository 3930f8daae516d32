"""Refusals in two languages."""

from __future__ import annotations

import pytest

from memctx.reader.declined import declines


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
def test_a_refusal_is_recognised(text: str) -> None:
    assert declines(text)


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
