"""Weights by the short way are those of the long way, or are left to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from memctx.reader import LanguageModel
from memctx.reader.weights import quick_weights

from .conftest import save_random


def plain_weights(folder: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def quick(folder: Path) -> Any:
    return quick_weights(folder, dtype=torch.float32, local_files_only=True)


@pytest.mark.parametrize("kind", ["llama", "gemma"])
def test_the_short_way_gives_the_same_model(tmp_path: Path, kind: str) -> None:
    save_random(tmp_path, kind)
    short, long = quick(tmp_path).eval(), plain_weights(tmp_path)
    assert type(short) is type(long)
    wanted = dict([*long.named_parameters(), *long.named_buffers()])
    found = dict([*short.named_parameters(), *short.named_buffers()])
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert short.generation_config.to_dict() == long.generation_config.to_dict()
    ids = torch.arange(3, 30)[None]
    with torch.inference_mode():
        assert torch.equal(short(ids).logits, long(ids).logits)


def test_other_numbers_are_turned_into_the_format_asked_for(tmp_path: Path) -> None:
    save_random(tmp_path, "gemma")
    file = tmp_path / "model.safetensors"
    narrow = {name: tensor.bfloat16() for name, tensor in load_file(file).items()}
    save_file(narrow, file, metadata={"format": "pt"})
    short, long = quick(tmp_path), plain_weights(tmp_path)
    assert {tensor.dtype for tensor in short.parameters()} == {torch.float32}
    for name, tensor in long.named_parameters():
        assert torch.equal(dict(short.named_parameters())[name], tensor)


def test_weights_that_do_not_fit_take_the_long_way(tmp_path: Path) -> None:
    save_random(tmp_path, "llama")
    file = tmp_path / "model.safetensors"
    whole = load_file(file)
    name = "model.layers.0.mlp.up_proj.weight"
    for changed in (
        {n: t for n, t in whole.items() if n != name},
        whole | {"extra": torch.ones(2)},
        whole | {name: torch.ones(3, 3)},
    ):
        save_file(changed, file, metadata={"format": "pt"})
        assert quick(tmp_path) is None
    file.unlink()
    assert quick(tmp_path) is None


def test_quantised_weights_take_the_long_way(tmp_path: Path) -> None:
    save_random(tmp_path, "llama")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"quantization_config": {"a": 1}}))
    assert quick(tmp_path) is None


def test_a_model_loaded_by_either_way_writes_the_same(random_model: LanguageModel) -> None:
    ids = torch.tensor([[5, 9, 17, 40]])
    options = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0}
    wanted = plain_weights(random_model.folder).generate(ids, **options)
    assert random_model.weights.generate(ids, **options).tolist() == wanted.tolist()
