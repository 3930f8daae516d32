"""A question asked again of an unchanged memory is answered at once; nothing outlives a change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from memctx import Answer, Memory, load_settings
from memctx.pipeline.ask import AskOptions
from memctx.pipeline.retrieve import Scope

QUOTING = AskOptions(reader="extract")
QUESTION = "What did the dome cost?"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    made = Memory(tmp_path / "m")
    made.add("The dome cost 900 crowns.", key="dome")
    return made


def ask(memory: Memory, question: str = QUESTION, options: AskOptions = QUOTING) -> Answer:
    return memory.ask(question, options=options)


def kept(memory: Memory) -> list[Path]:
    return sorted((memory.path / "answers").glob("*.json"))


def test_the_same_question_has_the_same_answer_and_is_not_searched_again(memory: Memory) -> None:
    first, again = ask(memory), ask(memory)
    assert len(kept(memory)) == 1
    assert replace(again, timings=first.timings) == first
    assert again.timings["retrieve_ms"] == 0


def test_another_question_window_or_scope_is_answered_by_itself(memory: Memory) -> None:
    ask(memory)
    ask(memory, "What did the dome weigh?")
    ask(memory, options=replace(QUOTING, window=1024))
    memory.ask(QUESTION, options=QUOTING, scope=Scope(keys=("dome",)))
    assert len(kept(memory)) == 4


def test_a_change_empties_it_so_that_nothing_forgotten_stays(memory: Memory) -> None:
    assert "900" in ask(memory).answer
    memory.add("The dome cost 800 crowns.", key="dome")
    assert kept(memory) == []
    assert "800" in ask(memory).answer
    memory.forget("dome")
    assert kept(memory) == []


def test_it_can_be_switched_off(tmp_path: Path, memory: Memory) -> None:
    off = Memory(memory.path, settings=load_settings({"answer_cache": False}))
    off.ask(QUESTION, options=QUOTING)
    assert kept(memory) == []


def test_a_damaged_entry_is_answered_anew(memory: Memory) -> None:
    first = ask(memory)
    kept(memory)[0].write_text("{")
    assert ask(memory).answer == first.answer


def test_words_of_a_kept_answer_are_streamed_too(memory: Memory) -> None:
    first = ask(memory)
    told: list[str] = []
    memory.ask(QUESTION, options=QUOTING, on_text=told.append)
    assert "".join(told) == first.answer
