"""Whether the sentence that decides says yes or no."""

from __future__ import annotations

import pytest

from memctx.pipeline.answering.polarity import affirms


@pytest.mark.parametrize(
    ("question", "sentence", "yes"),
    [
        ("May I park here?", "Customers may park here until ten.", True),
        ("May I park here?", "Customers may not park here.", False),
        ("Is it not allowed to park here?", "Parking is not allowed here.", True),
        ("Was there a strike in 2019?", "There was no strike in 2019.", False),
        ("Did Tom Lind come?", "Apologies: Tom Lind", False),
        ("Can she spend 900 crowns alone?", "She may spend up to 500 crowns alone.", False),
        ("Can she spend 300 crowns alone?", "She may spend up to 500 crowns alone.", True),
        ("Is a member of 16 admitted?", "Members must be at least 18 years old.", False),
        ("Was it no more than 5 days?", "It took no more than 5 days.", True),
        ("可以在这里停车吗？", "此处不得停车。", False),
        ("可以在这里停车吗？", "顾客可以在此停车。", True),
        ("王芳参加会议了吗？", "请假：王芳", False),
        ("花800元需要审批吗？", "支出不超过500元的需要部门审批。", False),
        ("Can I freeze Wether?", "Wether may be frozen; do not freeze Skelby Blue.", True),
        ("Can I freeze Blue?", "Wether may be frozen; do not freeze Skelby Blue.", False),
        ("通过了吗？", "议案以39票对25票通过。", True),
    ],
)
def test_a_sentence_says_yes_or_no(question: str, sentence: str, yes: bool) -> None:
    assert affirms(question, sentence) is yes
