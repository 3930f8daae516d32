"""Answers in the document's own words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from memctx.reader import ExtractiveReader, Reading, Window, WindowPassage


def quoted(reading: Reading, window: Window) -> str:
    (evidence,) = reading.evidence
    (passage,) = (p for p in window.passages if p.chunk_id == evidence.chunk_id)
    return passage.text[evidence.start : evidence.end]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who founded the observatory?", "Ada Reed founded the observatory in 1902."),
        ("Who built its dome?", "The dome was built by Tomas Lind of Bergen."),
        ("天文台关闭了多久？", "洪水之后，它关闭了两年。"),
        ("天文台是谁创立的？", "天文台由艾达·里德于１９０２年创立。"),
    ],
)
def test_the_sentence_nearest_to_the_question_is_quoted_exactly(
    question: str, answer: str, window: Window
) -> None:
    told: list[str] = []
    reading = ExtractiveReader().read(question, window, on_text=told.append)
    assert reading.text == quoted(reading, window) == answer == "".join(told)
    assert not reading.declined
    assert reading.mode == "extract"
    assert reading.first_token_ms is None
    assert reading.logprob is None
    assert reading.evidence[0].weight == 1


@pytest.mark.parametrize(
    "nothing", [Window(()), Window((WindowPassage(1, "", "", "Bergen is a port.", 1.0),))]
)
def test_a_window_that_shares_nothing_with_the_question_is_declined(nothing: Window) -> None:
    reading = ExtractiveReader().read("Who composed the opera?", nothing)
    assert reading.declined
    assert reading.text == ""
    assert reading.evidence == ()


def toy_embedding(texts: Sequence[str]) -> NDArray[np.float64]:
    """Two directions: weather, and everything else."""
    return np.array([[1.0, 0.0] if "froze" in t or "cold" in t else [0.0, 3.0] for t in texts])


def test_meaning_finds_what_words_do_not(window: Window) -> None:
    reader = ExtractiveReader(embed=toy_embedding)
    assert reader.read("Was it cold?", window).text == "In 1902 its harbour froze twice."


def test_an_embedder_without_chinese_is_not_asked_about_it(window: Window) -> None:
    def refuse(texts: Sequence[str]) -> NDArray[np.float64]:
        raise AssertionError(f"asked to embed {texts}")

    reader = ExtractiveReader(embed=refuse, embeds_chinese=False)
    assert reader.read("天文台关闭了多久？", window).text == "洪水之后，它关闭了两年。"


def test_costs_grow_with_what_is_read(window: Window) -> None:
    reader = ExtractiveReader()
    passage = window.passages[0]
    assert reader.cost(passage) > reader.count_tokens(passage.text)
    assert reader.cost("Ada Reed founded the observatory") > reader.cost("Ada Reed")
    assert reader.overhead("Who?") == reader.count_tokens("Who?")


def test_a_question_that_stands_in_the_text_is_not_its_own_answer() -> None:
    asked = "Who founded the observatory?"
    text = f"{asked} Ada Reed founded it."
    reading = ExtractiveReader().read(asked, Window((WindowPassage(1, "", "", text, 1.0),)))
    assert reading.text == "Ada Reed founded it."
