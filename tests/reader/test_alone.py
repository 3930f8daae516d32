"""The first passage read alone, beside the whole window."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import pytest

from memctx.reader import LanguageModel, MemoryReader, Reading, Window
from memctx.reader.assembly import Assembler
from memctx.reader.generation import Manner, greedy
from memctx.reader.kv_memory import Maker
from memctx.reader.pieces import Pieces

from .conftest import save_random

QUESTIONS = ("Who founded it?", "谁开办的？", "How many?")


@pytest.fixture
def reader(random_model: LanguageModel) -> MemoryReader:
    """Reads a tiny random model's way, once."""
    maker = Maker("a", "config", tuple(Pieces(random_model, 0).head), "float32")
    return MemoryReader(Assembler(random_model, maker, None, format="float16"), answer_tokens=12)


def test_the_surer_of_both_readings_is_the_answer(reader: MemoryReader, window: Window) -> None:
    both = replace(reader, alone=True)
    kept = []
    for question, passages in product(QUESTIONS, permutations(window.passages)):
        order = Window(tuple(replace(passage, score=0.2) for passage in passages))
        first = replace(order, passages=order.passages[:1])
        single, whole = reader.read(question, first), reader.read(question, order)
        surer = max(single, whole, key=lambda reading: _known(reading.logprob))
        reading = both.read(question, order)
        assert reading.text == surer.text
        assert reading.logprob == pytest.approx(_known(surer.logprob), abs=1e-4)
        assert reading.prompt_tokens == whole.prompt_tokens
        kept.append(surer is single)
    assert len(set(kept)) == 2, "the questions should make both readings win"


def test_an_answer_that_may_change_is_told_when_it_stands(
    reader: MemoryReader, window: Window
) -> None:
    heard: list[str] = []
    reading = replace(reader, alone=True).read(QUESTIONS[0], window, on_text=heard.append)
    assert heard == [reading.text]


def test_where_the_second_passage_is_likely_needed_both_are_read_together(
    reader: MemoryReader, window: Window
) -> None:
    first, second, *_ = window.passages
    likely = Window((first, replace(second, score=0.9)))
    for question in QUESTIONS:
        once, twice = (replace(reader, alone=each).read(question, likely) for each in (False, True))
        assert _timeless(once) == _timeless(twice)


def test_one_passage_is_read_once(reader: MemoryReader, window: Window) -> None:
    first = replace(window, passages=window.passages[:1])
    once, twice = (replace(reader, alone=each).read("Who?", first) for each in (False, True))
    assert _timeless(once) == _timeless(twice)


@pytest.mark.parametrize("wrong", [None, 0, 2])
def test_a_draft_changes_nothing(random_model: LanguageModel, wrong: int | None) -> None:
    ids = random_model.encode("Corrie Holt has a mill. Who founded it?")
    plain = greedy(random_model, ids, limit=8)
    draft = list(plain.ids)
    if wrong is not None:
        draft[wrong] = (draft[wrong] + 1) % 200 + 5
    drafted = greedy(random_model, ids, limit=8, manner=Manner(draft=tuple(draft)))
    assert drafted.ids == plain.ids
    assert drafted.logprob == pytest.approx(plain.logprob, abs=1e-4)


def test_guesses_change_nothing_for_models_that_transformers_runs(tmp_path: Path) -> None:
    save_random(tmp_path, "llama")
    config = json.loads((tmp_path / "config.json").read_text())
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}
    config["rope_parameters"] |= yarn
    (tmp_path / "config.json").write_text(json.dumps(config))
    model = LanguageModel(tmp_path, name="yarn")
    assert type(model.weights).__name__ == "LlamaForCausalLM"
    ids = model.encode("the mill, the mill, the mi")
    plain = greedy(model, ids, limit=8)
    assert greedy(model, ids, limit=8, manner=Manner(lookup=4)).ids == plain.ids


def _known(value: float | None) -> float:
    if value is None:
        raise AssertionError("a reading without probabilities")
    return value


def _timeless(reading: Reading) -> Reading:
    return replace(reading, first_token_ms=None, load_ms=0.0)
