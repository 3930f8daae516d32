"""Saying texts again with a base model, on tiny real models."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memctx.reader import LanguageModel, PrefillReader
from memctx.reader.extract import ExtractiveReader
from memctx.reader.prompt import Language, retelling
from memctx.reader.retelling import Retelling, retelling_of

Scripted = Callable[..., LanguageModel]


def test_a_text_is_said_in_the_sentence_that_the_model_goes_on_with(scripted: Scripted) -> None:
    retell = Retelling(scripted(":", " Plumbers.\n"))
    assert retell("Plumbers came early and left late.") == "Plumbers."


def test_what_comes_to_no_end_is_nothing(scripted: Scripted) -> None:
    assert Retelling(scripted(":", " Plumbers\n"))("Plumbers came early.") == ""


def test_a_chat_model_and_a_reader_without_one_are_told_instead(scripted: Scripted) -> None:
    base = scripted(":", " Plumbers.")
    assert retelling_of(PrefillReader(base)) == Retelling(base)
    chat = scripted("\n", " Plumbers.", chat=True)
    assert retelling_of(PrefillReader(chat)) is None
    assert retelling_of(ExtractiveReader()) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_examples_end_where_the_text_is_to_come(language: Language) -> None:
    words = retelling(language)
    assert "{text}" not in words.head
    assert words.tail.count("{text}") == 1
    assert not words.tail.endswith("\n")
