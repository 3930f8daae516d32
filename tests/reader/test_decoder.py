"""Our forward pass against transformers', family by family."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memctx.errors import ModelError
from memctx.reader.decoder import Decoder, load_decoder
from memctx.reader.decoder_shape import read_shape
from memctx.reader.language_model import LanguageModel
from memctx.reader.prefill import plainly
from memctx.reader.rotation import layer_frequencies

from .tiny import tiny_model

FAMILIES = ("gemma3", "llama3", "qwen2", "qwen3")
IDS = [1, *(3 + (7 * i * i + i) % 90 for i in range(70))]


def saved(family: str, folder: Path, **changes: Any) -> Any:
    """A tiny transformers model, also in `folder`, with entries of its config changed."""
    model = tiny_model(family)
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    for name, value in changes.items():
        config.pop(name, None) if value is None else config.update({name: value})
    (folder / "config.json").write_text(json.dumps(config))
    return model


def ours(folder: Path) -> Decoder:
    """The same model as this package runs it."""
    import torch

    shape = read_shape(folder)
    assert shape is not None
    decoder = load_decoder(folder, shape, device="cpu", dtype=torch.float32)
    assert decoder is not None
    return decoder


@pytest.mark.parametrize("family", FAMILIES)
def test_it_computes_what_transformers_does(family: str, tmp_path: Path) -> None:
    import torch

    stock = saved(family, tmp_path)
    decoder = ours(tmp_path)
    ids = torch.tensor([IDS])
    with torch.inference_mode():
        wanted = stock(input_ids=ids).logits
        whole = decoder(ids).logits
        cache = plainly(decoder, IDS[:10], IDS[10:40])
        rest = decoder(ids[:, 40:], past_key_values=cache, logits_to_keep=5).logits
    torch.testing.assert_close(whole, wanted, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(rest, wanted[:, -5:], atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_positions_turn_as_in_transformers(family: str, tmp_path: Path) -> None:
    import torch

    stock = saved(family, tmp_path)
    for own, theirs in zip(
        layer_frequencies(ours(tmp_path)), layer_frequencies(stock), strict=True
    ):
        torch.testing.assert_close(own, theirs, rtol=1e-6, atol=0)


def test_half_precision_is_rounded_where_transformers_rounds(tmp_path: Path) -> None:
    import torch

    stock = saved("gemma3", tmp_path).to(torch.bfloat16)
    shape = read_shape(tmp_path)
    assert shape is not None
    decoder = load_decoder(tmp_path, shape, device="cpu", dtype=torch.bfloat16)
    assert decoder is not None
    ids = torch.tensor([IDS])
    with torch.inference_mode():
        wanted, found = stock(input_ids=ids).logits.float(), decoder(ids).logits.float()
    assert (wanted - found).abs().max() < 0.05 * wanted.abs().max()
    assert (wanted.argmax(-1) == found.argmax(-1)).float().mean() > 0.9


def test_configs_of_yesterday_are_read(tmp_path: Path) -> None:
    scaling = {
        "type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    saved("llama3", tmp_path / "new")
    saved(
        "llama3",
        tmp_path / "old",
        rope_parameters=None,
        rope_theta=10000.0,
        rope_scaling=scaling,
    )
    assert read_shape(tmp_path / "old") == read_shape(tmp_path / "new")


@pytest.mark.parametrize(
    "changes",
    [
        {"final_logit_softcapping": 30.0},
        {"quantization_config": {"quant_method": "bitsandbytes"}},
        {"hidden_activation": "relu"},
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0}},
        {"use_bidirectional_attention": True},
        {"layer_types": ["full_attention", "chunked_attention"] * 2},
        {"architectures": ["Gemma3ForConditionalGeneration"]},
        {"rms_norm_eps": None},
        {"rope_scaling": {"rope_type": "linear", "factor": 2.0}},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
        {"rope_parameters": {"full_attention": {"rope_theta": 1e4}, "sliding_attention": []}},
        {"partial_rotary_factor": 0.5},
    ],
)
def test_what_it_does_not_know_it_leaves_to_transformers(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    saved("gemma3", tmp_path, **changes)
    assert read_shape(tmp_path) is None


@pytest.mark.parametrize("family", ["yarn", "dynamic", "gpt2"])
def test_other_models_are_run_by_transformers(family: str, tmp_path: Path) -> None:
    saved(family, tmp_path)
    assert not isinstance(LanguageModel(tmp_path, name=family).weights, Decoder)


def test_a_head_beside_a_tied_one_is_left_to_transformers(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    saved("gemma3", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["lm_head.weight"] = torch.ones(97, 32)
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert not isinstance(LanguageModel(tmp_path, name="odd").weights, Decoder)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _pointer(file: Path) -> None:
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


def _noise(file: Path) -> None:
    file.write_bytes(b"\xff" * 100)


@pytest.mark.parametrize("damage", [_cut, _pointer, _noise])
def test_damaged_weights_are_told_plainly(damage: Callable[[Path], None], tmp_path: Path) -> None:
    saved("qwen3", tmp_path)
    damage(tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="cannot be loaded"):
        _ = LanguageModel(tmp_path, name="odd").weights


def test_weights_with_other_tensors_are_left_to_transformers(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    saved("qwen3", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["model.layers.0.self_attn.q_norm.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert not isinstance(LanguageModel(tmp_path, name="odd").weights, Decoder)
