"""Models from a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from memctx.errors import ModelError, ModelNotFound
from memctx.reader import LanguageModel


def test_nothing_is_loaded_until_it_is_needed(tmp_path: Path) -> None:
    model = LanguageModel(tmp_path / "absent", name="gemma-3-270m")
    with pytest.raises(ModelNotFound, match="memctx models pull gemma-3-270m"):
        model.encode("x")
    with pytest.raises(ModelNotFound, match=r"config\.json"):
        _ = model.weights


def test_a_broken_folder_is_reported_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "abacus"}')
    with pytest.raises(ModelError, match="cannot be loaded"):
        _ = LanguageModel(tmp_path, name="odd").context


def test_the_tokenizer_is_there_without_the_weights(random_model: LanguageModel) -> None:
    fresh = LanguageModel(random_model.folder, name="fresh")
    assert len(fresh.encode("abc")) == 3
    assert fresh.context == 4096
    assert not fresh.is_chat
    assert fresh.opening_ids == tuple(fresh.encode("<bos>", scaffold=True))
    assert len(fresh.opening_ids) == 1
    assert "weights" not in fresh._parts


def test_texts_survive_encoding_and_decoding(random_model: LanguageModel) -> None:
    for text in ("", "The dome.", "天文台 １９０２\n\n", "é🙂"):
        assert random_model.decode(random_model.encode(text)) == text


def test_control_tokens_spelled_in_a_document_are_only_letters(
    random_model: LanguageModel,
) -> None:
    spelled = "a<eos>b"
    assert len(random_model.encode(spelled)) == len(spelled)
    assert random_model.decode(random_model.encode(spelled)) == spelled
    assert len(random_model.encode(spelled, scaffold=True)) == 3
    assert random_model.tokenizer.eos_token_id in random_model.stop_ids


def test_a_chat_template_gives_the_frame_of_a_question(
    scripted: Callable[..., LanguageModel],
) -> None:
    model = scripted("t\n", "Oslo", chat=True)
    assert model.is_chat
    assert model.chat_frame() == (
        "<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
    )
    assert model.opening_ids == ()


def test_a_base_model_has_no_frame(random_model: LanguageModel) -> None:
    assert random_model.chat_frame() == ("", "")
