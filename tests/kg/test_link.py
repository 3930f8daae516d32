"""The names that tie a question to the graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.kg.chinese import ChineseExtractor
from memctx.kg.english import EnglishExtractor
from memctx.kg.link import known_names, question_names
from memctx.kg.names import normal
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


def test_the_longest_known_name_is_taken_with_all_that_it_may_be() -> None:
    known = {"blade runner": (3,), "blade": (1,), "ridley scott": (5, 9), "director": (2,)}
    names = known_names("Is Ridley Scott the director of Blade Runner?", known)
    assert [(name.text, name.columns) for name in names] == [
        ("Ridley Scott", (5, 9)),
        ("Blade Runner", (3,)),
    ]


def test_a_known_name_stands_where_it_says() -> None:
    question = "where was “Marie Curie” born, Warsaw?"
    names = known_names(question, {"marie curie": (0,), "warsaw": (1,)})
    assert [question[name.start : name.end] for name in names] == ["Marie Curie", "Warsaw"]


def test_a_phrase_of_small_words_may_be_known_and_one_small_word_not() -> None:
    known = {"steam engine": (0,), "engine": (1,)}
    assert known_names("who built a steam engine", known)[0].columns == (0,)
    assert not known_names("who built a steam engine", known)[0].proper
    assert known_names("who built an engine", known) == ()


def test_chinese_names_are_known_without_spaces_around_them() -> None:
    names = known_names("邬静澜出生于哪里？", {"邬静澜": (4,), "静澜": (5,)})
    assert [(name.text, name.columns) for name in names] == [("邬静澜", (4,))]


@given(st.text(max_size=60), st.sets(st.text(min_size=1, max_size=8), max_size=6))
def test_known_names_never_overlap_and_are_in_order(question: str, forms: set[str]) -> None:
    names = known_names(question, {normal(form): (0,) for form in forms})
    ends = [0]
    for name in names:
        assert ends[-1] <= name.start < name.end
        assert question[name.start : name.end] == name.text
        ends.append(name.end)
