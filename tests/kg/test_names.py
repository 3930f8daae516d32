"""Normal forms, acronyms, tokens."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memctx.kg.names import is_acronym_of, normal, split_bracket, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "beatles"),
        ("Darwin's", "Darwin"),
        ("Ｍｅｒｃｕｒｙ", "mercury"),
        ("St. Edward’s Hall", "St Edward's Hall"),
        ("Mercury (planet)", "mercury"),
        ("《红楼梦》", "红楼梦"),
        ("Neo-Noir", "neo noir"),
    ],
)
def test_spellings_of_one_name_have_one_normal_form(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_accents_and_numbers_tell_names_apart() -> None:
    assert len({normal(name) for name in ("Résumé", "Resume", "Apollo 11", "Apollo 12")}) == 4


def test_initials_are_no_article() -> None:
    assert normal("A. A. Milne") == "a a milne"
    assert normal("The A Team") == "the a team"
    assert normal("The Who") == normal("Who")


@given(st.text(max_size=30))
@example("A%A%0")
def test_a_normal_form_is_its_own_normal_form(name: str) -> None:
    assert normal(normal(name)) == normal(name)


def test_a_bracket_at_the_end_is_told_from_the_name() -> None:
    assert split_bracket("Mercury (planet)") == ("Mercury", "planet")
    assert split_bracket("水星（行星）") == ("水星", "行星")
    assert split_bracket("(untitled)") == ("(untitled)", "")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("WHO", "World Health Organization"),
        ("WHO", "the World Health Organization"),
        ("U.N.", "United Nations"),
        ("DoD", "Department of Defense"),
        ("OMS", "Organización Mundial de la Salud"),
        ("runs", "Rivers Under Northern Skies"),
    ],
)
def test_acronyms_are_made_of_initials(short: str, long: str) -> None:
    assert is_acronym_of(short, long) is (short != "runs")


def test_words_that_tell_leave_out_little_ones_and_legal_forms() -> None:
    assert tokens("The University of Oxford") == tokens("Oxford University")
    assert tokens("Acme Corp.") == {"acme"}
    assert tokens("Of the") == {"of", "the"} - {"the"} | {"the"}
