"""A kept tokenizer against that of transformers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from memctx.reader.compact import TOKENIZERS
from memctx.reader.kept_tokenizer import KeptTokenizer, kept_tokenizer
from memctx.reader.language_model import LanguageModel
from memctx.reader.tokenizer import LibraryTokenizer

from .conftest import CHAT, save_scripted

TEXTS = ["", "a b", " not here", "<|im_end|>", "<eos> 天文台\n😀", "x" * 300, "<bos"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_scripted(tmp_path / "model", "?", "Ada", chat=CHAT)
    return tmp_path / "model"


def test_what_is_kept_gives_the_same_tokens_texts_and_frame(folder: Path, tmp_path: Path) -> None:
    first = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    again = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    assert isinstance(first, LibraryTokenizer)
    assert isinstance(again, KeptTokenizer)
    for text in TEXTS:
        for scaffold in (False, True):
            ids = first.encode(text, scaffold=scaffold)
            assert again.encode(text, scaffold=scaffold) == ids
            assert again.decode(ids) == first.decode(ids)
    for name in ("eos_token_id", "pad_token_id", "control_ids", "opening_ids", "is_chat"):
        assert getattr(again, name) == getattr(first, name)
    assert again.chat_frame() == first.chat_frame() != ("", "")


def test_another_template_or_damage_makes_it_anew(folder: Path, tmp_path: Path) -> None:
    _ = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    (kept,) = (tmp_path / TOKENIZERS).glob("*.tokenizer")
    kept.write_text(kept.read_text()[:-20])
    assert kept_tokenizer(folder, tmp_path / TOKENIZERS) is None
    _ = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    assert kept_tokenizer(folder, tmp_path / TOKENIZERS) is not None
    (folder / "chat_template.jinja").write_text(CHAT.replace("assistant", "you"))
    assert kept_tokenizer(folder, tmp_path / TOKENIZERS) is None
    tokenizer = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    assert "you" in tokenizer.chat_frame()[1]


def test_a_kept_tokenizer_opens_without_transformers(folder: Path, tmp_path: Path) -> None:
    _ = LanguageModel(folder, name="m", cache=tmp_path).tokenizer
    code = (
        "import sys; from pathlib import Path; from memctx.reader.language_model import *; "
        "m = LanguageModel(Path(sys.argv[1]), name='m', cache=Path(sys.argv[2])); "
        "assert m.is_chat and m.encode('a'); assert 'transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), str(tmp_path)], check=True)
