"""How many tokens a text takes, by a model's tokenizer and without the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .compact import compact_tokenizer
from .estimate import estimated_tokens


def token_count(folder: Path, cache: Path) -> Callable[[str], int]:
    """Counts by the `tokenizer.json` of a model's folder; estimates where there is none.

    A large one is read from its tables in `cache`, as `compact` keeps them.
    """
    compact = compact_tokenizer(folder, cache)
    if compact is not None:
        return lambda text: len(compact.encode(text))
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    if not file.is_file():
        return estimated_tokens
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    return count
