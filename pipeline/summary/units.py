"""The sentences of a text that may stand in a summary, and where each stands.

Headings, page furniture and fragments are left out; what is kept is a whole sentence at
its offsets. Knows nothing of vectors, queries or budgets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sentences import CJK, sentences

Ints = NDArray[np.int64]

_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_CHINESE = re.compile(f"[{CJK}]")
_LEAST_WORDS = 4  # that make a sentence say something
_LEAST_UNENDED = 10  # and of one that no mark ends: it may be a title, or a row of a table
_ENDED = re.compile(r"[.!?。！？；…:：][\"'”’」』)\]）】]*$")
_LEADERS = re.compile(r"(?:[.…·]\s?){6,}[\d一二三四五六七八九十]*\s*$")
"""With what a line of a table of contents ends."""

_WORDS_A_CHARACTER = 0.6  # of Chinese
_NUMBERED = re.compile(
    r"(?:#{1,6}\s.*"
    r"|(?:[A-Z][a-z]+|[A-Z]+)\s+(?:\d{1,3}|[IVXLC]{1,7})\s*[.:]?(?:\s[^.!?]{0,60})?"
    r"|第\s*[\d一二三四五六七八九十百]{1,4}\s*[章节回篇部].{0,40})"
)
"""A line that begins a new part: "# Title", "Chapter 3", "Passage 2:", 第三章."""


@dataclass(frozen=True, slots=True)
class Units:
    """n sentences `text[start:end]` in order; `words` (n,) counts their words.

    A Chinese character counts as 0.6 of a word.

    `sections` (n,) numbers the part that each is in, by headings; `places` (n,) its place
    there, and `sizes` (n,) how many sentences that part has.
    """

    spans: Sequence[tuple[int, int]]
    words: Ints
    sections: Ints
    places: Ints
    sizes: Ints

    def __len__(self) -> int:
        return len(self.spans)

    def texts(self, text: str) -> list[str]:
        """The sentences, word for word."""
        return [text[start:end] for start, end in self.spans]

    def between(self, start: int, end: int) -> Units:
        """Sentences `start:end` by themselves."""
        some = slice(start, end)
        return _placed(list(self.spans[some]), self.words[some], self.sections[some])


def units(text: str, heads: Sequence[int] = ()) -> Units:
    """The sentences of `text`; `heads` are offsets at which it is known to begin a section.

    A text of nothing but fragments keeps them. Time grows linearly with the text.
    """
    spans, sections, words = [], [], []
    fragments, section, known = [], 0, sorted(heads, reverse=True)
    for start, end in sentences(text):
        begins = bool(known) and known[-1] <= start
        while known and known[-1] <= start:
            known.pop()
        sentence = text[start:end]
        numbered = end - start < 80 and _NUMBERED.fullmatch(sentence) is not None
        section += begins or numbered
        size = _size(sentence)
        least = _LEAST_WORDS if _ENDED.search(sentence) else _LEAST_UNENDED
        if numbered or size < least or _LEADERS.search(sentence):
            fragments.append(((start, end), size))
            continue
        spans.append((start, end))
        sections.append(section)
        words.append(size)
    if not spans:
        spans, words = [span for span, _ in fragments], [size for _, size in fragments]
        sections = [0] * len(spans)
    return _placed(spans, np.asarray(words, np.int64), np.asarray(sections, np.int64))


def _size(sentence: str) -> int:
    """Words of a sentence."""
    chinese = len(_CHINESE.findall(sentence))
    return round(len(_WORD.findall(sentence)) - (1 - _WORDS_A_CHARACTER) * chinese)


def _placed(spans: list[tuple[int, int]], words: Ints, sections: Ints) -> Units:
    if not spans:
        return Units([], words, sections, words, words)
    _, firsts, inverse, sizes = np.unique(
        sections, return_index=True, return_inverse=True, return_counts=True
    )
    places = np.arange(len(spans)) - firsts[inverse]
    return Units(spans, words, inverse, places, sizes[inverse])


def stacked(some: Sequence[Units]) -> Units:
    """The sentences of several texts as one, each text a section of its own."""
    spans = [span for found in some for span in found.spans]
    counts = [len(found) for found in some]
    words = np.concatenate([found.words for found in some]) if some else np.zeros(0, np.int64)
    return _placed(spans, words, np.repeat(np.arange(len(some)), counts))
