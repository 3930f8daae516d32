"""Given names with and without their family names."""

from __future__ import annotations

import pytest

from memctx.reader import Window, WindowPassage
from memctx.reader.full_names import completed

_WHO = "茶馆是谁开办的？"


def window(*texts: str) -> Window:
    """A window of passages with these texts."""
    return Window(tuple(WindowPassage(i, "", "", text, 1.0) for i, text in enumerate(texts)))


@pytest.mark.parametrize(
    ("answer", "text", "whole"),
    [
        ("怀远", "茶馆由陈怀远开办。怀远是福建人。", "陈怀远"),
        ("怀远", "茶館由陳怀远開辦。", "陳怀远"),
        ("明", "开办人是诸葛明。", "诸葛明"),
        ("建华", "开办人是李建华和他的妻子。", "李建华"),
    ],
)
def test_a_given_name_gets_its_family_name(answer: str, text: str, whole: str) -> None:
    assert completed(_WHO, answer, window(text)) == whole


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        (_WHO, "陈怀远", "茶馆由老陈陈怀远开办。"),  # whole as it is
        (_WHO, "怀远", "陈怀远来了，李怀远也来了。"),  # whose, nobody knows
        (_WHO, "怀远", "茶馆由怀远开办。"),
        ("谁治好了他？", "医生", "医生治好了他，连医生都很惊讶。"),
        ("谁到了？", "农民", "双方农民都到了。"),
        ("谁退休了？", "市长", "前任市长已退休。"),
        ("茶馆在哪里？", "怀远", "茶馆在陈怀远。"),  # no person is asked for
        ("Who founded it?", "Marta", "Li Marta founded it."),
    ],
)
def test_other_answers_stay_as_they_are(question: str, answer: str, text: str) -> None:
    assert completed(question, answer, window(text)) == answer
