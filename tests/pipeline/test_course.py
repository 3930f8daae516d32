"""Which lesson comes when, and which questions are kept for examination."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.course import Course, Group, Topic, kept_apart, lesson_on
from memctx.reader import WindowPassage
from memctx.reader.declined import REFUSALS, declines


def passage(number: int) -> WindowPassage:
    return WindowPassage(number, f"T{number}", "", f"text {number}", 1.0 / (1 + number))


def topic(number: int, gold: int = 1, others: int = 4) -> Topic:
    first = 100 * number
    return Topic(
        f"Question {number}?",
        (f"answer {number}", "another"),
        tuple(passage(first + i) for i in range(gold)),
        tuple(passage(first + gold + i) for i in range(others)),
    )


def test_a_lesson_depends_on_its_number_alone() -> None:
    groups = [Group([topic(i) for i in range(5)], 0.7), Group([topic(i) for i in range(5, 9)], 0.3)]
    straight = [Course(groups, seed=3).lesson(number) for number in range(40)]
    course = Course(groups, seed=3)
    assert [course.lesson(number) for number in reversed(range(40))] == straight[::-1]
    assert [Course(groups, seed=4).lesson(number) for number in range(40)] != straight


def test_every_topic_comes_once_in_each_round() -> None:
    course = Course([Group([topic(i) for i in range(7)]), Group([])], refusals=0.0)
    asked = [course.lesson(number).question for number in range(21)]
    for start in (0, 7, 14):
        assert len(set(asked[start : start + 7])) == 7


def test_some_lessons_lack_the_evidence_and_are_to_be_declined() -> None:
    course = Course([Group([topic(i) for i in range(5)])], refusals=0.25)
    lessons = [course.lesson(number) for number in range(400)]
    refused = [lesson for lesson in lessons if declines(lesson.answer)]
    assert 60 < len(refused) < 140
    for lesson in lessons:
        has = any(p.chunk_id % 100 == 0 for p in lesson.window.passages)
        assert has != declines(lesson.answer)
        assert lesson.window.passages


@pytest.mark.parametrize("refusal", REFUSALS.values())
def test_what_is_taught_as_a_refusal_counts_as_one(refusal: str) -> None:
    assert declines(refusal)


def test_without_distractors_nothing_is_refused() -> None:
    import random

    lesson = lesson_on(topic(1, others=0), random.Random(0), refusing=True)
    assert lesson.answer == "answer 1"
    assert len(lesson.window.passages) == 1


def test_a_topic_needs_an_answer_and_a_passage() -> None:
    with pytest.raises(ValueError, match="needs an answer"):
        Topic("Who?", (), (passage(1),), ())


EVIDENCE = st.lists(st.lists(st.integers(0, 40).map(str), min_size=1, max_size=2), max_size=60)


def sharing(evidence: list[list[str]], start: int) -> set[int]:
    """The questions that share evidence with one, through others even."""
    found, keys = {start}, set(evidence[start])
    while True:
        more = {i for i, each in enumerate(evidence) if keys & set(each)}
        if more == found:
            return found
        found, keys = more, {key for i in more for key in evidence[i]}


@given(EVIDENCE)
def test_a_fifth_is_kept_and_at_least_five(evidence: list[list[str]]) -> None:
    names = [f"question {i}" for i in range(len(evidence))]
    kept = kept_apart(names, evidence)
    wanted = min(40, max(5, -(-len(names) // 5)))
    assert min(wanted, len(names)) <= sum(kept) < 2 * wanted
    groups = [sharing(evidence, i) for i in range(len(names))]
    if sum(len(group) <= wanted for group in groups) >= wanted:
        for i, group in enumerate(groups):
            assert all(kept[other] == kept[i] for other in group)
    order = list(reversed(range(len(evidence))))
    turned = kept_apart([names[i] for i in order], [evidence[i] for i in order])
    assert turned == [kept[i] for i in order]


def test_questions_on_one_document_are_parted_one_by_one() -> None:
    names = [f"question {i}" for i in range(20)]
    assert sum(kept_apart(names, [("book",)] * 20)) == 5
    assert sum(kept_apart(names * 20, [("book",)] * 400)) == 40
