"""Embedders: ours against sentence-transformers, and what they promise."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memctx.memory.bert import read_shape
from memctx.memory.embedder import (
    BertEmbedder,
    HashingEmbedder,
    SentenceTransformerEmbedder,
    load_embedder,
)

TEXTS = ["a short one", "", "the dome was completed in nineteen hundred and two " * 9, "天文台"]


@pytest.fixture(scope="module", params=["mean", "cls"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT sentence encoder in the sentence-transformers layout."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    place: Path = tmp_path_factory.mktemp("bert")
    pieces = [
        *string.ascii_lowercase,
        *(f"##{c}" for c in string.ascii_lowercase),
        "天",
        "文",
        "台",
    ]
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *pieces])}
    inner = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    inner.normalizer = normalizers.BertNormalizer()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]"
    )
    tokenizer.save_pretrained(place)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(place)
    (place / "modules.json").write_text(
        json.dumps(
            [
                {
                    "idx": 0,
                    "name": "0",
                    "path": "",
                    "type": "sentence_transformers.models.Transformer",
                },
                {
                    "idx": 1,
                    "name": "1",
                    "path": "1_Pooling",
                    "type": "sentence_transformers.models.Pooling",
                },
                {
                    "idx": 2,
                    "name": "2",
                    "path": "2_N",
                    "type": "sentence_transformers.models.Normalize",
                },
            ]
        )
    )
    (place / "2_N").mkdir()
    (place / "1_Pooling").mkdir()
    pooling = {
        "word_embedding_dimension": 32,
        "pooling_mode_cls_token": request.param == "cls",
        "pooling_mode_mean_tokens": request.param == "mean",
    }
    (place / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (place / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 48}))
    return place


def both(folder: Path) -> tuple[BertEmbedder, SentenceTransformerEmbedder]:
    ours = load_embedder(folder, name="t", fingerprint="f", place=lambda: ("cpu", "float32"))
    theirs = SentenceTransformerEmbedder(
        folder, name="t", fingerprint="f", device="cpu", dtype="float32"
    )
    assert isinstance(ours, BertEmbedder)
    return ours, theirs


def test_our_forward_pass_equals_that_of_sentence_transformers(folder: Path) -> None:
    ours, theirs = both(folder)
    np.testing.assert_allclose(ours.encode(TEXTS), theirs.encode(TEXTS), atol=1e-5)
    np.testing.assert_allclose(
        ours.encode_query(TEXTS[0]), theirs.encode_query(TEXTS[0]), atol=1e-5
    )
    many = TEXTS * 9  # so many that they are embedded by torch
    np.testing.assert_allclose(ours.encode(many), theirs.encode(many), atol=1e-5)
    np.testing.assert_allclose(both(folder)[0].encode(TEXTS), ours.encode(TEXTS), atol=1e-5)
    assert ours.fingerprint == theirs.fingerprint
    assert (ours.width, ours.max_tokens) == (theirs.width, theirs.max_tokens) == (32, 48)


def test_batching_does_not_change_a_vector(folder: Path) -> None:
    ours, _ = both(folder)
    together = ours.encode(TEXTS * 20)
    alone = np.stack([ours.encode([text])[0] for text in TEXTS])
    np.testing.assert_allclose(together[: len(TEXTS)], alone, atol=1e-5)


def test_token_ends_are_those_of_the_tokenizer_over_pieces_of_any_length(folder: Path) -> None:
    ours, theirs = both(folder)
    text = "dome " * 9000
    ends = ours.token_ends(text)
    assert np.all(np.diff(ends) > 0)
    assert ends[-1] == len(text) - 1
    np.testing.assert_array_equal(ends, theirs.token_ends(text))


def test_progress_counts_every_text(folder: Path) -> None:
    for embedder in both(folder):
        done: list[int] = []
        embedder.encode(TEXTS * 20, progress=done.append)
        assert sum(done) == len(TEXTS) * 20


def test_prompts_come_before_questions_and_passages_and_are_part_of_the_fingerprint(
    folder: Path, tmp_path: Path
) -> None:
    prompts = {"query": "ask ", "passage": "say "}
    plain = both(folder)[0]
    given = load_embedder(
        folder, name="t", fingerprint="f", place=lambda: ("cpu", "float32"), prompts=prompts
    )
    np.testing.assert_array_equal(given.encode(["dome"]), plain.encode(["say dome"]))
    np.testing.assert_array_equal(given.encode_query("dome"), plain.encode_query("ask dome"))
    assert given.fingerprint != plain.fingerprint

    own = Path(shutil.copytree(folder, tmp_path / "own"))
    (own / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    for named in both(own):
        np.testing.assert_allclose(
            named.encode_query("dome"), given.encode_query("dome"), atol=1e-5
        )
        assert named.fingerprint == given.fingerprint


def test_half_precision_weights_give_nearly_the_same_vectors(folder: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    half = Path(shutil.copytree(folder, tmp_path / "half"))
    weights = load_file(half / "model.safetensors")
    halved = {name: array.astype(np.float16) for name, array in weights.items()}
    save_file(halved, half / "model.safetensors")
    for texts in (TEXTS, TEXTS * 9):  # by NumPy, and by torch
        np.testing.assert_allclose(
            both(half)[0].encode(texts), both(folder)[0].encode(texts), atol=2e-3
        )


def test_an_english_vocabulary_does_not_read_chinese(folder: Path) -> None:
    assert not any(embedder.reads_chinese for embedder in both(folder))


def test_a_model_that_we_cannot_run_goes_through_sentence_transformers(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert read_shape(other) is None
    config = json.loads((folder / "config.json").read_text())
    for file in folder.iterdir():
        if file.is_file():
            (other / file.name).write_bytes(file.read_bytes())
    for part in ("1_Pooling", "2_N"):
        (other / part).mkdir()
        for file in (folder / part).iterdir():
            (other / part / file.name).write_bytes(file.read_bytes())
    (other / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}))
    loaded = load_embedder(other, name="t", fingerprint="f", place=lambda: ("cpu", "float32"))
    assert isinstance(loaded, SentenceTransformerEmbedder)


def test_the_hashing_embedder_is_the_same_everywhere() -> None:
    vector = HashingEmbedder(8).encode_query("the dome 天文台")
    assert np.linalg.norm(vector) == pytest.approx(1)
    again = HashingEmbedder(8).encode(["the dome 天文台"])[0]
    np.testing.assert_array_equal(vector, again)
    assert HashingEmbedder().encode([]).shape == (0, 256)
