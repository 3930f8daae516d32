"""Reading by full prefill, on tiny real models."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memctx.errors import ReaderError
from memctx.reader import LanguageModel, PrefillReader, Window, WindowPassage
from memctx.reader.generation import greedy
from memctx.reader.pieces import Pieces

Scripted = Callable[..., LanguageModel]


def test_greedy_writing_equals_taking_the_likeliest_token_by_hand(
    random_model: LanguageModel,
) -> None:
    import torch

    prompt = [*random_model.opening_ids, *random_model.encode("Question: where?\nAnswer:")]
    ids, logprobs = list(prompt), []
    for _ in range(10):
        with torch.inference_mode():
            logits = random_model.weights(torch.tensor([ids])).logits[0, -1]
        logprobs.append(float(logits.log_softmax(-1).max()))
        ids.append(int(logits.argmax()))
        if ids[-1] in random_model.stop_ids or "\n" in random_model.decode(ids[-1:]):
            break
    written = greedy(random_model, prompt, limit=10)
    assert written.tokens <= len(logprobs)
    assert written.logprob == pytest.approx(
        sum(logprobs[: written.tokens]) / written.tokens, abs=1e-4
    )
    assert random_model.decode(ids[len(prompt) :]).strip().startswith(written.text)


def test_an_answer_ends_with_its_line(scripted: Scripted, window: Window) -> None:
    told: list[str] = []
    reader = PrefillReader(scripted(":", " Ada\nq"))
    reading = reader.read("Who founded it?", window, on_text=told.append)
    assert reading.text == "Ada" == "".join(told)
    assert reading.answer_tokens == len(" Ada\n")
    assert reading.mode == reader.mode == "prefill"
    assert reader.name == "scripted"
    assert not reading.declined


def test_chinese_characters_are_streamed_whole(scripted: Scripted, window: Window) -> None:
    told: list[str] = []
    reading = PrefillReader(scripted("：", "天文")).read("在哪里？", window, on_text=told.append)
    assert reading.text == "天文" == "".join(told)
    assert "\ufffd" not in "".join(told)


def test_a_chat_model_is_asked_through_its_template(scripted: Scripted, window: Window) -> None:
    reader = PrefillReader(scripted("t\n", "Oslo", chat=True))
    reading = reader.read("Where?", window)
    assert reading.text == "Oslo"
    assert reading.answer_tokens == len("Oslo") + 1


def test_an_empty_answer_is_refused_and_its_surprise_recorded(
    scripted: Scripted, window: Window
) -> None:
    reading = PrefillReader(scripted(":", "\nOslp")).read("Where?", window)
    assert reading.text == "Oslp"
    assert reading.logprob is not None
    assert reading.logprob < -1


def test_sureness_is_the_mean_log_probability(scripted: Scripted, window: Window) -> None:
    sure = PrefillReader(scripted(":", " Oslp", sure=40.0)).read("Where?", window)
    assert sure.logprob == pytest.approx(0, abs=1e-3)
    torn = PrefillReader(scripted(":", " Oslp", sure=4.0)).read("Where?", window)
    assert torn.logprob is not None
    assert torn.logprob < -0.5
    assert torn.text == "Oslp"


def test_evidence_points_at_the_answer_in_the_window(scripted: Scripted, window: Window) -> None:
    reading = PrefillReader(scripted(":", " Tomas")).read("Who built the dome?", window)
    (evidence,) = reading.evidence
    text = window.passages[0].text[evidence.start : evidence.end]
    assert text == "The dome was built by Tomas Lind of Bergen."


def test_a_refusal_declines_and_cites_nothing(scripted: Scripted, window: Window) -> None:
    reading = PrefillReader(scripted("：", "未知")).read("谁？", window)
    assert reading.text == "未知"
    assert reading.declined
    assert reading.evidence == ()


def test_who_insists_gets_an_answer_where_a_refusal_was_likelier(
    scripted: Scripted, window: Window
) -> None:
    reader = PrefillReader(scripted(":", " notRed"))
    plain = reader.read("Who?", window)
    assert plain.text == "notRed"
    insisted = reader.read("Who?", window, insist=True)
    assert insisted.text == "Red"
    for reading in (plain, insisted):
        assert (reading.refusal or 0) > 0.9


def test_time_to_the_first_token_and_tokens_are_counted(
    random_model: LanguageModel, window: Window
) -> None:
    reader = PrefillReader(random_model, answer_tokens=5)
    reading = reader.read("Who founded it?", window)
    parts = sum(reader.cost(passage) for passage in window.passages)
    assert reading.prompt_tokens == reader.overhead("Who founded it?") - 5 + parts
    assert 0 < reading.answer_tokens <= 5
    assert reading.cached_tokens == 0
    assert reading.first_token_ms is not None
    assert reading.first_token_ms > 0
    assert reading.logprob is not None
    assert math.isfinite(reading.logprob)


def test_a_window_beyond_the_context_is_refused_with_both_numbers(
    random_model: LanguageModel, window: Window
) -> None:
    reader = PrefillReader(random_model)
    long = Window((replace(window.passages[0], text="x" * 5000),))
    needed = reader.overhead("Who?") + reader.cost(long.passages[0])
    with pytest.raises(ReaderError, match=f"at most 4096 tokens.*given {needed}"):
        reader.read("Who?", long)


texts = st.text(st.sampled_from(list("ab \n天。<eos>")), max_size=60)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.lists(texts, max_size=3), st.lists(texts, max_size=2), texts)
def test_a_prompt_takes_exactly_the_tokens_that_its_parts_cost(
    random_model: LanguageModel, question: str, passages: list[str], facts: list[str], title: str
) -> None:
    reader = PrefillReader(random_model)
    window = Window(
        tuple(WindowPassage(i, title, "", text, 0.0) for i, text in enumerate(passages)),
        tuple(facts),
    )
    parts = sum(map(reader.cost, window.passages)) + sum(map(reader.cost, window.facts))
    prompt = Pieces(random_model, reader.answer_tokens).prompt(question, window)
    assert len(prompt) + reader.answer_tokens == reader.overhead(question) + parts


def test_facts_stand_between_the_passages_and_the_question(
    random_model: LanguageModel, window: Window
) -> None:
    reader = PrefillReader(random_model)
    full = replace(window, facts=("Ada Reed founded Corrie Holt",))
    text = random_model.decode(Pieces(random_model, reader.answer_tokens).prompt("Who?", full))
    assert (
        text.index("froze twice") < text.index("Ada Reed founded Corrie Holt") < text.index("Who?")
    )
