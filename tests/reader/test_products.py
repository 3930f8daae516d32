"""No pass copies a matrix before it multiplies by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from memctx.reader.adapter import EVERY, acting, asked_in, attach
from memctx.reader.adapter_file import Adapter
from memctx.reader.attention import Plan, planned
from memctx.reader.decoder import Decoder
from memctx.reader.language_model import LanguageModel
from memctx.reader.states import new_cache

from .test_adapter import random_factors
from .tiny import tiny_model

SMALLEST = 32 * 32
"""Numbers in the smallest projection of a tiny model's."""


def copied(model: Any, tokens: int, kept: int) -> list[tuple[str, list[list[int]]]]:
    """Which operations of a pass over a cache copied something as large as a weight."""
    ids = torch.tensor([[5 + place % 80 for place in range(tokens)]])
    cache = new_cache(model, 64)
    with torch.inference_mode(), acting(), asked_in("en"), planned(Plan()):
        model(torch.tensor([[1, 5, 9]]), past_key_values=cache)
        with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as seen:
            model(input_ids=ids, past_key_values=cache, logits_to_keep=kept)
    names = {"aten::copy_", "aten::clone", "aten::contiguous", "aten::bmm"}
    return [
        (event.name, event.input_shapes)
        for event in seen.events()
        if event.name in names
        and any(torch.Size(shape).numel() >= SMALLEST for shape in event.input_shapes)
    ]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", ["gemma3", "llama3", "qwen2", "yarn"])
def test_no_pass_copies_a_weight(family: str, dtype: str, tmp_path: Path) -> None:
    tiny_model(family).save_pretrained(tmp_path)
    model = LanguageModel(tmp_path, name=family, dtype=dtype)
    stock = family == "yarn"
    assert isinstance(model.weights, Decoder) is not stock
    factors = random_factors(tiny_model(family))
    taught = LanguageModel(
        tmp_path, name=family, dtype=dtype, adapters={EVERY: Adapter("tiny", factors, "0" * 16)}
    )
    for weights in (model.weights, taught.weights):
        for tokens, kept in ((1, 1), (7, 1), (7, 4)):
            assert copied(weights, tokens, kept) == []


@pytest.mark.parametrize("family", ["gemma3", "qwen2"])
def test_joined_adapters_act_as_those_that_learn(family: str, tmp_path: Path) -> None:
    tiny_model(family).save_pretrained(tmp_path)
    ids = torch.tensor([[5, 9, 33, 7, 60]])
    model: Any = LanguageModel(tmp_path, name=family).weights
    factors = random_factors(model)
    del factors["layers.1.self_attn.k_proj"]
    attach(model, {EVERY: factors})
    with torch.no_grad(), acting():
        joined = model(ids).logits
    for pair in factors.values():
        pair.down.requires_grad_()
    attach(model, {EVERY: factors})
    with acting():
        learning = model(ids).logits
    torch.testing.assert_close(joined, learning, atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        assert not torch.allclose(joined, model(ids).logits, atol=0.1)
    learning.sum().backward()
    assert factors["layers.0.self_attn.q_proj"].down.grad is not None
