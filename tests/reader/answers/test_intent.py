"""What kind of answer a question wants, in two languages."""

from __future__ import annotations

import pytest

from memctx.reader.answers.intent import intent_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who was present at the meeting on 3 May?", "list"),
        ("At which sites was sampling carried out?", "list"),
        ("Which projects are led by Maria Voss?", "list"),
        ("What equipment must be worn in the hall?", "list"),
        ("How do I restart the pump?", "steps"),
        ("Why was the bridge closed?", "reason"),
        ("What does the policy say about overtime?", "content"),
        ("What was the share in Q1?", "number"),
        ("How many projects are led by Maria Voss?", "count"),
        ("How many years after its opening was the dome replaced?", "difference"),
        ("When does the contract end?", "date"),
        ("How long is the warranty?", "duration"),
        ("Where is the key kept?", "place"),
        ("Who chairs the board?", "person"),
        ("Can I bring a dog?", "yes_no"),
        ("What is the notice period?", "open"),
        ("Which department has the largest budget?", "open"),
        ("谁出席了会议？", "list"),
        ("哪些站点由王芳负责？", "list"),
        ("如何重启水泵？", "steps"),
        ("为什么停课？", "reason"),
        ("考勤制度对迟到怎么规定？", "content"),
        ("有几个站点由王芳负责？", "count"),
        ("从开馆到重建相隔多少年？", "difference"),
        ("合同什么时候到期？", "date"),
        ("员工可以在家办公吗？", "yes_no"),
        ("最早的活动是什么？", "open"),
        ("他为什么？", "reason"),
    ],
)
def test_a_question_says_what_kind_of_answer_it_wants(question: str, kind: str) -> None:
    assert intent_of(question).kind == kind


def test_politeness_before_a_question_changes_nothing() -> None:
    assert intent_of("Could you tell me who signed the letter?").kind == "person"
    assert intent_of("Please, when does the contract end?").kind == "date"


def test_a_choice_between_two_is_no_yes_or_no() -> None:
    assert intent_of("Is the harbour or the mill wetter?").kind != "yes_no"


def test_a_question_with_options_is_open() -> None:
    assert intent_of("Is it red? (A) Yes, it is (B) No, blue").kind == "open"
