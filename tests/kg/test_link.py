"""The names that tie a question to the graph."""

from __future__ import annotations

from memctx.kg.chinese import ChineseExtractor
from memctx.kg.english import EnglishExtractor
from memctx.kg.link import question_names
from memctx.kg.other import OtherExtractor


def test_proper_names_come_first_in_their_order(english: EnglishExtractor) -> None:
    question = "Who is the oldest sister of the director of Blade Runner, Ridley Scott?"
    names = question_names(question, english)
    assert names[:2] == ("Blade Runner", "Ridley Scott")


def test_a_name_inside_a_longer_one_does_not_count_by_itself() -> None:
    assert question_names("Where was Marie Curie born?", OtherExtractor()) == ("Marie Curie",)


def test_a_chinese_question_names_people_and_places() -> None:
    assert "邬静澜" in question_names("邬静澜出生于哪里？", ChineseExtractor())


def test_a_question_without_names_has_none() -> None:
    assert question_names("what is it?", OtherExtractor()) == ()
