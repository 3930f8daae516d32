"""Questions that name their answers: the reader names one of them."""

from __future__ import annotations

import pytest

from memctx.reader import LanguageModel, PrefillReader, Window
from memctx.reader.options import chosen, options_of

from .test_memory_reader import reader_of

QUESTION = "Who founded it?\n (A) Ada Reed of Bergen. \n (B) Tomas Lind\n (C) Nobody knows. "


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        (QUESTION, "ABC"),
        ("谁创立了它？（A）李明（B）王芳", ""),  # a label stands by itself
        ("谁创立了它？ （A）李明 （B）王芳", "AB"),
        ("Who signed form (A) and form (C)?", ""),
        ("What is (A)?", ""),
        ("Which? (A) (B) Ada", ""),
    ],
)
def test_options_are_labelled_from_a_on(question: str, labels: str) -> None:
    assert "".join(options_of(question)) == labels


def test_what_is_no_option_stays_as_it_was_said() -> None:
    assert chosen(QUESTION, "Ida Moe") == "Ida Moe"
    assert chosen(QUESTION, "") == ""
    assert chosen("Who?", "Tomas") == "Tomas"


def test_an_option_that_another_begins_with_can_be_chosen() -> None:
    asked = "Who? (A) Tom Lind (B) Tom"
    assert chosen(asked, "Tom") == "(B) Tom"
    assert chosen(asked, "Tom Lind") == "(A) Tom Lind"


@pytest.mark.parametrize("insist", [True, False])
def test_one_of_the_options_is_named(
    random_model: LanguageModel, window: Window, *, insist: bool
) -> None:
    named = {f"({label}) {text}" for label, text in options_of(QUESTION).items()}
    for reader in (reader_of(random_model, None), PrefillReader(random_model, 60)):
        told: list[str] = []
        reading = reader.read(QUESTION, window, on_text=told.append, insist=insist)
        assert reading.text in named
        assert "".join(told) == reading.text
        assert not reading.declined
