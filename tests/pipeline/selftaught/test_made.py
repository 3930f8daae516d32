"""Which answers are worth asking for, and which questions are too much alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memctx.pipeline.selftaught.made import Made, Picked, is_answer, stands_once, without


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        ("Ada Reed", "person", "en"),
        ("borrowed money", "term", "en"),
        ("1902", "date", "en"),
        ("$40 million", "number", "en"),
        ("邬静澜", "person", "zh"),
        ("1918年", "date", "zh"),
        ("12%", "number", "zh"),
    ],
)
def test_short_names_numbers_and_dates_can_be_asked_for(
    text: str, kind: str, language: str
) -> None:
    assert is_answer(text, kind, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        ("money", "term", "en"),
        ("the", "name", "en"),
        ("7", "number", "en"),
        ("spring", "date", "en"),
        ("Ada\nReed", "person", "en"),
        ("Ada Reed,", "person", "en"),
        ("a house that was built by the men of the village", "term", "en"),
        ("early 1980s[citation", "date", "en"),
        ("里", "place", "zh"),
        ("报告", "term", "zh"),
        ("中国人民政治协商会议全国委员会办公厅秘书处", "organisation", "zh"),
    ],
)
def test_what_is_long_vague_or_broken_is_not_asked_for(text: str, kind: str, language: str) -> None:
    assert not is_answer(text, kind, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "text", "once"),
    [
        ("Ada", "Ada left.", True),
        ("Ada", "Ada left. ada came.", False),
        ("Ada", "Adamant.", False),
        ("90", "1902 and 190.", False),
        ("艾达", "由艾达创立。", True),
        ("Ada", "Nobody.", False),
    ],
)
def test_an_answer_stands_once_or_not(answer: str, text: str, once: bool) -> None:
    assert stands_once(answer, text) == once


def test_a_hidden_sentence_is_out_of_sight() -> None:
    assert without("艾达创立了它。它后来关闭。", (0, 7)) == "它后来关闭。"
    assert without("One. Two.", None) == "One. Two."


def made(number: int, text: str, answer: str = "Ada Reed", gold: int | None = None) -> Made:
    return Made(text, answer, number if gold is None else gold, number, "spans")


def test_neither_a_passage_nor_an_answer_is_asked_for_again_and_again() -> None:
    picked = Picked()
    words = ("harbour storms valley", "clock bank money", "roof lens prism", "comet moon dome")
    same_answer = [picked.takes(made(n, f"Who {said}?")) for n, said in enumerate(words)]
    assert same_answer == [True, True, False, False]
    same_gold = [
        picked.takes(made(n, f"Who {said}?", answer=said, gold=99)) for n, said in enumerate(words)
    ]
    assert same_gold == [True, True, True, False]


def test_two_questions_that_say_the_same_are_one() -> None:
    picked = Picked()
    first = made(1, "Who founded the comet observatory at Corrie Holt?")
    assert picked.takes(first)
    assert not picked.takes(replace(first, text="Who founded a comet observatory at Corrie Holt?"))
    assert picked.takes(replace(first, text="Whose clock was sold to the harbour master?"))
