"""Text that keeps within a budget of tokens: joined sentences, and one cut where none fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ...sentences import CJK

_WIDE_END = re.compile(rf"[{CJK}。！？；…」』”’）]$")
_STOP = re.compile(rf"[{CJK}]|[^\W_{CJK}]+|[,;:，、；：]")


def joined(sentences: Sequence[str]) -> str:
    """Sentences one behind another, each word for word; a space where the script has them."""
    text = ""
    for sentence in sentences:
        text += (" " if text and not _WIDE_END.search(text) else "") + sentence
    return text


def cut(sentence: str, budget: int, count: Callable[[str], int]) -> int:
    """The length of the longest beginning that ends with a word and fits; 0 if none does."""
    ends = [0, *(found.end() for found in _STOP.finditer(sentence))]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if count(sentence[: ends[middle]]) <= budget:
            low = middle
        else:
            high = middle - 1
    return ends[low]
