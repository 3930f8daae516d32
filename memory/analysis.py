"""How text becomes index words, the same for passages and questions.

Spaced scripts are left to the index's own tokenizer (lower case, English stems).
Runs of Chinese, Japanese and Korean characters have no spaces: they become jieba's
words *and* character bigrams, so that a name jieba does not know is still found.
"""

from __future__ import annotations

import re

_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def spaced(text: str) -> str:
    """The text with every unspaced run replaced by its words and bigrams, spaced."""
    return _UNSPACED.sub(lambda run: f" {' '.join(_words(run.group()))} ", text)


def han_share(text: str) -> float:
    """The share of Chinese characters among the letters of `text`, in [0, 1]."""
    letters = sum(character.isalpha() for character in text)
    return len(_HAN.findall(text)) / letters if letters else 0.0


def unread(text: str, *, reads_chinese: bool) -> bool:
    """Whether a text is in a language that the embedder does not read.

    English embedders place Chinese text by little more than its punctuation.
    """
    return not reads_chinese and han_share(text) > 0.2


def _words(run: str) -> list[str]:
    import rjieba

    bigrams = [run[i : i + 2] for i in range(len(run) - 1)]
    # A word of two characters is its own bigram: kept once, not counted twice.
    words = [word for word in rjieba.cut(run) if len(word) != 2]
    return words + bigrams
