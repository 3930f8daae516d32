"""Packed states against the whole text read at once, on tiny real models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memctx.errors import ReaderError
from memctx.reader.attention import Plan, install, planned
from memctx.reader.packed_cache import packed_cache
from memctx.reader.packing import Layout, lay_out, place
from memctx.reader.quantise import States, dequantise, quantise
from memctx.reader.repair import first_tokens, most_attended, repair
from memctx.reader.rotation import layer_frequencies, turn
from memctx.reader.states import empty_buffers, encode

from .tiny import FAMILIES, tiny_model

_PREFIX, _LENGTHS, _TAIL = 6, (24, 20), 10


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny_model(request.param)


@dataclass
class Keeper:
    """Keeps the attention weights that it is shown."""

    kept: list[Any]

    def __call__(self, positions: Any, weights: Any) -> None:
        self.kept.append(weights.clone())


def _ids(model: Any) -> list[int]:
    generator = torch.Generator().manual_seed(11)
    size = _PREFIX + sum(_LENGTHS) + _TAIL
    return torch.randint(3, 97, (size,), generator=generator).tolist()


def _window(model: Any, ids: list[int]) -> tuple[Any, Layout]:
    """A cache of prefix and chunks, each chunk encoded behind the prefix alone."""
    layout = lay_out(_PREFIX, _LENGTHS)
    prefix = encode(model, ids[:_PREFIX])
    buffers = empty_buffers(model, len(ids) + 12)
    buffers.keys[:, :, :_PREFIX], buffers.values[:, :, :_PREFIX] = prefix.keys, prefix.values
    for start, end in zip(layout.starts, layout.ends, strict=True):
        chunk = encode(model, ids[start:end], behind=prefix)
        turns = layer_frequencies(model)
        place(chunk, buffers, start, shift=start - _PREFIX, turns=turns)
    return packed_cache(buffers, layout.length), layout


def _logits(model: Any, ids: list[int], cache: Any, start: int) -> Any:
    with torch.inference_mode(), planned(Plan()):
        return model(
            torch.tensor([ids[start:]]),
            position_ids=torch.arange(start, len(ids))[None],
            past_key_values=cache,
        ).logits[0]


def test_turned_keys_equal_keys_encoded_at_the_new_positions(model: Any) -> None:
    install(model)
    ids = _ids(model)[:30]
    found = []
    for first in (0, 57):
        buffers = empty_buffers(model, len(ids))
        with torch.inference_mode(), planned(Plan()):
            model.base_model(
                torch.tensor([ids]),
                position_ids=torch.arange(first, first + len(ids))[None],
                past_key_values=packed_cache(buffers, 0),
            )
        found.append(buffers)
    for layer, frequencies in enumerate(layer_frequencies(model)):
        moved = turn(found[0].keys[layer], frequencies, 57)
        wanted = found[1].keys[layer]
        assert float((moved - wanted).abs().max() / wanted.abs().max()) < 1e-5


def test_recomputing_every_token_equals_reading_the_whole_text(model: Any) -> None:
    ids = _ids(model)
    model.set_attn_implementation("sdpa")
    with torch.inference_mode():
        whole = model(torch.tensor([ids])).logits[0]
    install(model)
    cache, layout = _window(model, ids)
    stale = _logits(model, ids, cache, layout.length)
    cache.crop(layout.length)
    repair(model, cache, ids, list(range(layout.starts[1], layout.length)))
    fresh = _logits(model, ids, cache, layout.length)
    assert torch.allclose(fresh, whole[layout.length :], atol=1e-4)
    assert not torch.allclose(stale, whole[layout.length :], atol=1e-2)


def test_generating_over_an_assembled_cache_equals_generating_as_usual(model: Any) -> None:
    ids = _ids(model)
    prompt = torch.tensor([ids])
    options = {
        "attention_mask": torch.ones_like(prompt),
        "max_new_tokens": 12,
        "do_sample": False,
        "pad_token_id": 0,
    }
    model.set_attn_implementation("sdpa")
    usual = model.generate(prompt, **options)
    install(model)
    assert model.generate(prompt, **options).tolist() == usual.tolist()
    cache, layout = _window(model, ids)
    repair(model, cache, ids, list(range(layout.starts[1], layout.length)))
    with planned(Plan()):
        assembled = model.generate(prompt, past_key_values=cache, **options)
    assert assembled.tolist() == usual.tolist()


def test_a_single_chunk_behind_the_prefix_needs_no_repair(model: Any) -> None:
    install(model)
    ids = _ids(model)
    prefix = encode(model, ids[:_PREFIX])
    chunk = encode(model, ids[_PREFIX:30], behind=prefix)
    whole = encode(model, ids[:30])
    assert torch.allclose(chunk.keys, whole.keys[:, :, _PREFIX:], atol=1e-5)
    assert torch.allclose(chunk.values, whole.values[:, :, _PREFIX:], atol=1e-5)


def test_a_bias_multiplies_the_attention_that_its_keys_get(model: Any) -> None:
    install(model)
    ids = _ids(model)
    cache, layout = _window(model, ids)
    bias = torch.zeros(layout.length)
    bias[layout.starts[0] : layout.ends[0]] = -2.0
    seen: list[list[Any]] = [[], []]
    for found, added in zip(seen, (torch.zeros_like(bias), bias), strict=True):
        plan = Plan(bias=added, watch=Keeper(found))
        with torch.inference_mode(), planned(plan):
            model.base_model(
                torch.tensor([ids[layout.length :]]),
                position_ids=torch.arange(layout.length, len(ids))[None],
                past_key_values=cache,
            )
        cache.crop(layout.length)
    # The first layer that sees everything has the same queries only if it is the first of all.
    inside = slice(layout.starts[0], layout.ends[0])
    odds = [
        weights[0][..., inside].sum(-1) / (1 - weights[0][..., inside].sum(-1)) for weights in seen
    ]
    assert bool((odds[1] < odds[0]).all())
    if model.config.model_type != "gemma3_text":
        assert torch.allclose(odds[1] / odds[0], torch.full_like(odds[0], 0.1353), rtol=1e-2)


@pytest.mark.parametrize("family", ["dynamic", "gpt2"])
def test_positions_that_cannot_be_moved_are_refused(family: str) -> None:
    with pytest.raises(ReaderError, match="full prefill instead"):
        layer_frequencies(tiny_model(family))


@given(st.integers(0, 20), st.lists(st.integers(1, 30), max_size=6), st.integers(0, 12))
def test_first_tokens_lie_inside_later_chunks(prefix: int, lengths: list[int], count: int) -> None:
    layout = lay_out(prefix, lengths)
    places = first_tokens(layout, count)
    assert places == sorted(set(places))
    assert len(places) == sum(min(count, length) for length in lengths[1:])
    assert layout.length == prefix + sum(lengths)


def test_the_most_attended_share_is_taken_from_the_chunks_alone() -> None:
    layout = lay_out(4, (10, 10, 10))
    attention = torch.zeros(40)
    attention[[0, 5, 15, 20, 33, 36]] = torch.tensor([9.0, 9, 3, 2, 1, 9])
    assert most_attended(attention, layout, 0.15) == [15, 20, 33]
    assert most_attended(attention, lay_out(4, (10,)), 0.5) == []


@given(st.integers(1, 9), st.floats(1e-3, 1e3), st.integers(0, 99))
def test_eight_bits_keep_every_number_within_half_a_step(
    tokens: int, spread: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    shape = (2, 1, tokens, 8)
    states = States(*(spread * torch.randn(shape, generator=generator) for _ in range(2)))
    again = dequantise(quantise(states))
    step = states.keys.abs().amax(2, keepdim=True) / 127
    assert bool(((again.keys - states.keys).abs() <= 0.56 * step + 5e-6).all())
    step = states.values.abs().amax(3, keepdim=True) / 127
    assert bool(((again.values - states.values).abs() <= 0.56 * step + 5e-6).all())


def test_placing_eight_bit_states_equals_unpacking_and_turning_them(model: Any) -> None:
    install(model)
    ids = _ids(model)
    prefix = encode(model, ids[:_PREFIX])
    packed = quantise(encode(model, ids[_PREFIX:30], behind=prefix))
    turns = layer_frequencies(model)
    buffers, wanted = empty_buffers(model, 90), empty_buffers(model, 90)
    place(packed, buffers, 50, shift=44, turns=turns)
    place(dequantise(packed), wanted, 50, shift=44, turns=turns)
    assert torch.allclose(buffers.keys, wanted.keys, atol=1e-5)
    assert torch.allclose(buffers.values, wanted.values, atol=1e-5)
