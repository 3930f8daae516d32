"""What a reader is told."""

from __future__ import annotations

import pytest

from memctx.reader import WindowPassage
from memctx.reader.prompt import (
    Language,
    Style,
    fact_piece,
    passage_piece,
    question_language,
    wording,
)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who founded the observatory?", "en"),
        ("天文台是谁创立的？", "zh"),
        ("Transformer 是谁提出的？", "zh"),
        ("What does the character 天 mean in the name of the observatory?", "en"),
        ("", "en"),
        ("1902?", "en"),
    ],
)
def test_the_wording_follows_the_language_of_the_question(
    question: str, language: Language
) -> None:
    assert question_language(question) == language


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("style", ["base", "chat"])
def test_every_wording_puts_the_question_in_its_tail_only(language: Language, style: Style) -> None:
    words = wording(language, style)
    assert "{question}" not in words.head
    assert words.tail.count("{question}") == 1
    assert "{question}" not in words.tail_for("Who?")


def test_a_question_stays_on_one_line_and_its_braces_stay_braces() -> None:
    tail = wording("en", "base").tail_for("Who\n  founded {question}?")
    assert "Who founded {question}?" in tail


def test_a_passage_is_named_by_title_and_heading() -> None:
    def passage(title: str, heading: str) -> WindowPassage:
        return WindowPassage(1, title, heading, "It opened.", 0.5)

    assert (
        passage_piece(passage("Corrie Holt", "History")) == "Corrie Holt > History\nIt opened.\n\n"
    )
    assert passage_piece(passage("History", "History")) == "History\nIt opened.\n\n"
    assert passage_piece(passage("", "History")) == "History\nIt opened.\n\n"
    assert passage_piece(passage("", "")) == "It opened.\n\n"
    assert fact_piece("Ada Reed founded Corrie Holt") == "Ada Reed founded Corrie Holt\n"
