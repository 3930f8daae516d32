"""Cross-encoders: ONNX and torch, with tiny models made here."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from memctx.errors import ModelError
from memctx.memory.reranker import load_reranker


def _tiny() -> ModuleType:
    path = Path(__file__).with_name("tiny_onnx.py")
    spec = importlib.util.spec_from_file_location("tiny_onnx", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("onnx")
    _tiny().write_cross_encoder(place)
    return place


def test_each_passage_is_scored_beside_the_question_whatever_stands_beside_it(folder: Path) -> None:
    reranker = load_reranker(folder, name="tiny", device="cpu", dtype="float32")
    texts = ["w10", "w10 w20 w30", "", *(f"w{n}" for n in range(50, 80))]
    scores = reranker.score("w300 w301", texts).tolist()
    assert scores[:3] == [13.0, 63.0, 3.0]
    assert scores[3:] == [n + 3.0 for n in range(50, 80)]
    assert reranker.score("w300", []).tolist() == []


def test_a_long_passage_is_cut_and_a_long_question_too(folder: Path) -> None:
    reranker = load_reranker(folder, name="tiny", device="cpu", dtype="float32")
    (short,) = reranker.score("w5", ["w10 " * 252])
    (long,) = reranker.score("w5", ["w10 " * 5000])
    assert short == long == 252 * 10 + 3
    (with_long_question,) = reranker.score("w5 " * 5000, ["w10 " * 5000])
    assert with_long_question >= 10 * 120


def test_a_model_that_is_damaged_is_said_to_be(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="should hold a cross-encoder"):
        load_reranker(tmp_path, name="broken", device="cpu", dtype="float32")


def test_weights_for_torch_give_logits_not_probabilities(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{n}" for n in range(95))]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.bias.fill_(7.0)
    model.save_pretrained(tmp_path)
    reranker = load_reranker(tmp_path, name="tiny", device="cpu", dtype="float32")
    scores = reranker.score("w1", ["w2 w3", "w4"])
    assert scores.shape == (2,)
    assert (scores > 1).all()
    assert reranker.score("w1", []).shape == (0,)
