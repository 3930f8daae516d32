"""What `ask --explain` shows of a window: all of it, and in 100 columns."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import east_asian_width

import pytest

from memctx.commands import show_explanation
from memctx.records import (
    Answer,
    Citation,
    DocumentRef,
    Passage,
    ReaderInfo,
    Signals,
    Usage,
    WindowReport,
)

ENGLISH = DocumentRef(1, "letters/1902.txt", "Letters", "file:///letters/1902.txt")
CHINESE = DocumentRef(2, "茶馆.txt", "茶馆", "file:///tea.txt")


def answer() -> Answer:
    """One that read two passages and cites the second."""
    signals = Signals(dense=0.5, lexical=11.7, graph=0.05)
    passages = (
        Passage(ENGLISH, 7, "He walked to Port Lanrick. " * 9, 0, 243, None, "", 0.91, signals),
        Passage(CHINESE, 8, "茶馆由陈怀远开办，他是福建人。" * 12, 10, 190, None, "", 0.4, signals),
    )
    return Answer(
        question="谁？",
        answer="陈怀远",
        abstained=False,
        confidence=0.8,
        citations=(Citation(CHINESE, 8, 10, 25, "茶馆由陈怀远开办", 0.97),),
        facts=(),
        window=WindowReport(2048, 812, (7, 8), 3, tuple(range(100, 140))),
        reader=ReaderInfo("gemma-3-270m", "memory"),
        timings={"retrieve_ms": 331.04, "load_ms": 3.99, "first_token_ms": None},
        usage=Usage(),
        passages=passages,
        attention=(0.25, 0.75),
    )


def test_each_passage_has_its_probability_attention_and_citations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_explanation.window(answer())
    said = capsys.readouterr().out
    assert "window: 812 of 2048 tokens, 2 passages, 3 facts" in said
    first, second = said.split("letters/1902.txt")[1].split("茶馆.txt")
    assert "p(passage) 0.910, attention 0.25, dense 0.5" in first
    assert "p(passage) 0.400, attention 0.75, cited 10..25 (weight 0.97)" in second
    assert "passages 100, 101," in second


def test_it_is_readable_in_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show_explanation.window(answer())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(_columns, lines)) <= 100
    assert not any("\0" in line for line in lines)


def test_a_reader_that_does_not_tell_its_attention_is_shown_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_explanation.window(replace(answer(), attention=()))
    assert "attention" not in capsys.readouterr().out


def _columns(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line)
