from __future__ import annotations

from pathlib import Path

from memctx.reader.count import token_count
from memctx.reader.estimate import estimated_tokens


def test_tokens_are_counted_by_the_model_s_own_tokenizer(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"dome": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_truncation(3)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    count = token_count(tmp_path, tmp_path / "cache")
    assert count("the dome leaks in the rain") == 6
    assert count("") == 0


def test_tokens_are_estimated_where_there_is_no_tokenizer(tmp_path: Path) -> None:
    assert token_count(tmp_path, tmp_path / "cache")("圆顶 leaks") == estimated_tokens("圆顶 leaks")
