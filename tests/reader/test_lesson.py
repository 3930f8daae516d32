"""Lessons are read as the memory reader reads without repair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from memctx.reader import Care, LanguageModel, Window
from memctx.reader.adapter import EVERY, attach, fresh
from memctx.reader.fidelity import Probe, memory_logits
from memctx.reader.lesson import Lesson, answer_ids, answer_logits, loss_of

from .conftest import save_random
from .test_adapter import adapted  # noqa: F401
from .test_memory_reader import reader_of


def test_lessons_give_the_logits_that_the_reader_has(
    adapted: LanguageModel,  # noqa: F811
    window: Window,
) -> None:
    reader = reader_of(adapted, None, Care(first=0, share=0), format="float16")
    told = replace(window, facts=("Ada Reed founded Corrie Holt",))
    lessons = [
        Lesson("Who founded it?", told, "Ada Reed"),
        Lesson("Where is the port?", Window(window.passages[2:]), "Bergen"),
        Lesson("天文台由谁创立？", window, "艾达·里德"),
    ]
    for lesson, rows in zip(lessons, answer_logits(reader, lessons), strict=True):
        wanted = memory_logits(reader, Probe(lesson.question, lesson.window, lesson.answer))
        assert len(rows) == len(wanted) + 1, "the end of the text is learnt too"
        assert torch.allclose(rows[: len(wanted)], wanted, atol=0.15), "half precision apart"


def test_an_answer_ends_where_the_text_ends(random_model: LanguageModel, window: Window) -> None:
    reader = reader_of(random_model, None)
    ids = answer_ids(reader, Lesson("Who?", window, "Ada"))
    assert ids[-1] == random_model.tokenizer.eos_token_id
    assert random_model.decode(ids) == " Ada"
    chinese = answer_ids(reader, Lesson("谁创立了天文台？", window, "艾达"))
    assert random_model.decode(chinese) == "艾达"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_gradients_reach_every_factor_and_no_weight(
    window: Window, tmp_path: Path, dtype: str
) -> None:
    save_random(tmp_path, "gemma")
    model = LanguageModel(tmp_path, name="learning", dtype=dtype)
    model.weights.requires_grad_(False)
    adapter = fresh(model.weights, 2, torch.Generator().manual_seed(1))
    attach(model.weights, {EVERY: adapter})
    loss = loss_of(reader_of(model, None, Care()), [Lesson("Who founded it?", window, "Ada")])
    torch.autograd.backward(loss)
    assert all(pair.up.grad is not None and pair.up.grad.any() for pair in adapter.values())
    assert all(weight.grad is None for weight in model.weights.parameters())
