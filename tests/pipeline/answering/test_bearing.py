"""An answer stands in what it cites."""

from __future__ import annotations

import pytest

from memctx.pipeline.answering.bearing import bears
from memctx.reader.answers.intent import intent_of


@pytest.mark.parametrize(
    ("question", "answer", "quote", "borne"),
    [
        ("When was the mill built?", "1871", "The mill was built in 1911.", False),
        ("When was the mill built?", "1911", "The mill was built in 1911.", True),
        ("How many men came?", "12", "Twelve men came up the hill.", True),
        ("How many men came?", "twelve", "There were 12 men.", True),
        ("How many men came?", "13", "Twelve men came up the hill.", False),
        ("Who built it?", "Ada Reed", "Tom Lind built the mill.", False),
        ("什么时候建成？", "1902年", "天文台于一九〇二年建成。", True),
        ("什么时候建成？", "1903年", "天文台于一九〇二年建成。", False),
        ("How many years did it take?", "July 2019", "It was opened in July 2019.", False),
    ],
)
def test_an_answer_is_borne_by_its_quote_or_not(
    question: str, answer: str, quote: str, borne: bool
) -> None:
    assert bears(question, intent_of(question), answer, [quote]) is borne
