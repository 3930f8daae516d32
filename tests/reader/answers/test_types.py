"""Whether a text is of the type that is asked for."""

from __future__ import annotations

import pytest

from memctx.reader.answers.intent import intent_of
from memctx.reader.answers.types import answers_in_kind, says_more


@pytest.mark.parametrize(
    ("question", "answer", "fits"),
    [
        ("How many years after its opening was it replaced?", "July 2019", False),
        ("For how many years does it run?", "in May 1911", False),
        ("For how many years does it run?", "three years", True),
        ("When was it built?", "a copper dome", False),
        ("When was it built?", "in 1902", True),
        ("How much did it cost?", "900 crowns", True),
        ("How much did it cost?", "a great deal", False),
        ("合同期限多久？", "2024年3月1日", False),
        ("合同期限多久？", "三年", True),
        ("什么时候建成？", "一九〇二年", True),
        ("多少钱？", "很贵", False),
    ],
)
def test_an_answer_is_of_the_type_that_is_asked_for(question: str, answer: str, fits: bool) -> None:
    assert answers_in_kind(answer, intent_of(question)) is fits


def test_an_echo_says_nothing_more() -> None:
    assert says_more("The cost of the dome", "What was the cost of the dome?") == 0
    assert says_more("The dome cost 900 crowns", "What did the dome cost?") > 0
