"""Questions from facts, in the words of the sentences that state them."""

from __future__ import annotations

import random

import pytest

from memctx.memory.graph_rows import NamedSpan, StatedFact, TextReading
from memctx.pipeline.selftaught.facts import stated
from memctx.pipeline.selftaught.made import Made, Source

from .conftest import sources

Fact = tuple[str, str, str] | tuple[str, str, str, str]
KINDS = {
    "Ada Reed": "person",
    "Tom Lind": "person",
    "Corrie Observatory": "organisation",
    "Fell School": "organisation",
    "Bergen": "place",
    "1902": "date",
}


def source(text: str, *facts: Fact, number: int = 1) -> Source:
    """A passage whose last sentence states some facts."""
    start = text.rfind(". ", 0, -1) + 2 if ". " in text else 0
    spans = [
        NamedSpan(text.index(name), text.index(name) + len(name), name, kind)
        for name, kind in KINDS.items()
        if name in text
    ]
    found = [
        StatedFact(subject, relation, object_, start, len(text), *time)
        for subject, relation, object_, *time in facts
    ]
    return Source(number, text, TextReading(spans, (), found))


def asked(*passages: Source) -> dict[str, Made]:
    return {made.text: made for made in stated(passages, random.Random(1))}


def test_object_subject_and_time_are_asked_for() -> None:
    text = "Ada Reed founded the Corrie Observatory in 1902."
    found = asked(source(text, ("Ada Reed", "founded", "Corrie Observatory", "1902")))
    assert {text: made.answer for text, made in found.items()} == {
        "Which organisation was it that Ada Reed founded?": "Corrie Observatory",
        "Who founded the Corrie Observatory?": "Ada Reed",
        "When was it that Ada Reed founded the Corrie Observatory?": "1902",
    }
    assert {made.gold for made in found.values()} == {1}


@pytest.mark.parametrize(
    ("text", "fact", "question"),
    [
        (
            "Corrie Observatory was later directed by Tom Lind.",
            ("Corrie Observatory", "directed by", "Tom Lind"),
            "Who was it that Corrie Observatory was later directed by?",
        ),
        (
            "Ada Reed left Norway in 1902.",
            ("Ada Reed", "left Norway in", "1902"),
            "When was it that Ada Reed left Norway?",
        ),
        (
            "Ada Reed was young. For a while she lived in Bergen.",
            ("Ada Reed", "lived in", "Bergen"),
            "Which place was it that Ada Reed lived in?",
        ),
        (
            "Tom Lind was a careful builder.",
            ("Tom Lind", "was", "careful builder"),
            "What was Tom Lind?",
        ),
    ],
)
def test_a_relation_is_asked_in_the_words_of_its_sentence(
    text: str, fact: Fact, question: str
) -> None:
    assert question in asked(source(text, fact))


def test_what_has_another_answer_is_not_asked() -> None:
    one = source(
        "Ada Reed founded Corrie Observatory.", ("Ada Reed", "founded", "Corrie Observatory")
    )
    other = source(
        "Ada Reed founded Fell School.", ("Ada Reed", "founded", "Fell School"), number=2
    )
    assert set(asked(one, other)) == {"Who founded Corrie Observatory?", "Who founded Fell School?"}


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Ada Reed never founded Fell School.", ("Ada Reed", "not founded", "Fell School")),
        ("Fell School, a house, stood in Bergen.", ("Fell School", "stood in", "Bergen")),
        ("Friends of Ada Reed in Bergen sang.", ("Ada Reed", "in", "Bergen")),
        ("Ada Reed, who hated Tom Lind, sang.", ("Ada Reed", "hated", "Tom Lind")),
        ("Ada Reed has a friend in Bergen.", ("Ada Reed", "built", "Bergen")),
    ],
)
def test_what_the_sentence_does_not_simply_say_is_not_asked(text: str, fact: Fact) -> None:
    assert not asked(source(text, fact))


def test_chinese_facts_are_asked_in_place() -> None:
    found = asked(*sources({"a": "紫金大学由珀西·雪莱创立。后来他离开了那里。"}))
    assert found["紫金大学由谁创立？"].answer == "珀西·雪莱"
    assert found["什么机构由珀西·雪莱创立？"].answer == "紫金大学"
    found = asked(*sources({"a": "珀西·雪莱创立了紫金大学。后来他离开了那里。"}))
    assert found["珀西·雪莱创立了什么机构？"].answer == "紫金大学"
    assert found["谁创立了紫金大学？"].answer == "珀西·雪莱"
