"""Answers in the window's own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from memctx.reader import Evidence, LanguageModel, PrefillReader, Window, WindowPassage
from memctx.reader.pieces import Pieces
from memctx.reader.verbatim import Stretches, located, stretches

from .test_memory_reader import reader_of

QUESTIONS = ("Who founded the observatory?", "Where is Bergen?", "天文台由谁创立？", "何时关闭？")


def held(model: LanguageModel, *texts: str, question: str = "Who?") -> Stretches:
    passages = tuple(WindowPassage(n, "", "", text, 1.0) for n, text in enumerate(texts))
    return stretches(Pieces(model, 12), question, Window(passages))


def ends(model: LanguageModel, found: Stretches, said: str) -> bool:
    """Whether an answer may end after these words."""
    allowed = found.allowed(model.encode(f" {said}"))
    return allowed is not None and bool(allowed & found.ends)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("prefill", [False, True])
def test_an_answer_is_a_stretch_of_a_passage_and_cited_as_such(
    random_model: LanguageModel, window: Window, tmp_path: Path, question: str, prefill: bool
) -> None:
    reader: object = (
        PrefillReader(random_model, 12, verbatim=True)
        if prefill
        else replace(reader_of(random_model, tmp_path), verbatim=True)
    )
    told: list[str] = []
    reading = reader.read(question, window, on_text=told.append, insist=True)  # type: ignore[attr-defined]
    texts = {passage.chunk_id: passage.text for passage in window.passages}
    assert reading.text
    assert reading.text == "".join(told)
    assert any(reading.text in text for text in texts.values())
    assert reading.mode == "extract"
    assert reading.evidence
    for item in reading.evidence:
        assert texts[item.chunk_id][item.start : item.end] == reading.text
    assert sum(item.weight for item in reading.evidence) <= 1 + 1e-9


def test_what_a_model_would_make_up_is_not_said(
    scripted: Callable[..., LanguageModel], window: Window
) -> None:
    model = scripted(":", " Zuv")
    free = PrefillReader(model, 12).read("Who?", window, insist=True)
    assert free.text == "Zuv"
    told = PrefillReader(model, 12, verbatim=True).read("Who?", window, insist=True)
    assert any(told.text in passage.text for passage in window.passages)


def test_a_refusal_stays_free(random_model: LanguageModel) -> None:
    found = held(random_model, "Ada left.")
    refusing = next(iter(random_model.refusing_ids))
    first = found.allowed([])
    assert first is not None
    assert refusing in first
    assert found.allowed([refusing]) is None


def test_an_answer_begins_and_ends_with_a_word(random_model: LanguageModel) -> None:
    found = held(random_model, "Ada Reed left in 1902.")
    assert ends(random_model, found, "Ada")
    assert ends(random_model, found, "Reed left")
    assert not ends(random_model, found, "Ad")
    assert not ends(random_model, found, "19")
    assert found.allowed(random_model.encode(" da")) in (frozenset(found.ends), frozenset())


def test_an_answer_stays_within_a_sentence(random_model: LanguageModel) -> None:
    found = held(random_model, "Ada left. Tom came.")
    assert ends(random_model, found, "Ada left.")
    over = found.allowed(random_model.encode(" Ada left."))
    assert over == found.ends


def test_chinese_may_begin_and_end_at_any_character(random_model: LanguageModel) -> None:
    found = held(random_model, "天文台由艾达创立。", question="谁？")
    for said in ("艾达", "天文", "创"):
        allowed = found.allowed(random_model.encode(said))
        assert allowed is not None
        assert allowed & found.ends


def test_a_window_without_words_holds_nothing_back(random_model: LanguageModel) -> None:
    assert held(random_model, "...").allowed([]) is None


def test_stretches_do_not_mind_in_which_order_they_are_asked(random_model: LanguageModel) -> None:
    long, other = random_model.encode(" Ada Reed"), random_model.encode(" left")
    found = held(random_model, "Ada Reed left.")
    first = [found.allowed(long), found.allowed(other), found.allowed(long[:3])]
    again = held(random_model, "Ada Reed left.")
    assert [again.allowed(long[:3]), again.allowed(other), again.allowed(long)] == first[::-1]


def test_evidence_without_the_words_is_left_out(window: Window) -> None:
    sentence = Evidence(11, 0, 40, 0.7)
    assert located("Ada Reed", (sentence,), window) == (Evidence(11, 0, 8, 0.7),)
    assert located("Tomas Lind", (sentence,), window) == ()
