"""Splitting a document into chunks that an embedder can take in whole.

A chunk lies on one page. It ends, as far as its size allows, where the text itself
pauses: before a heading, between paragraphs, between sentences (English and Chinese),
rows or lines, at last between words. The text is tokenised once, so that splitting is
linear; splitters that measure every candidate anew were 10 to 40 times slower on long
lines, and a run without spaces is one unknown token to some tokenizers, which is why
characters are limited beside tokens.

Pure functions: what counts as a token is passed in.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..records import Chunk, Document
from ..sentences import sentences

TokenEnds = Callable[[str], npt.NDArray[np.int64]]

_CHARACTERS_A_TOKEN = 8  # more than any prose has; holds runs without spaces in check
_FULL_ENOUGH = 0.5  # a pause before this share of the room is passed over for a later one
_HEADING_ENOUGH = 0.2  # but a section may end sooner

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*?(?=\S)")
_BLOCK = re.compile(r"\n[^\S\n]*\n(?=[^\s])")
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"\s")
_TEXT = re.compile(r"\S")
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SplitLimits:
    """Sizes in tokens: of a chunk and of what neighbours share.

    The path of headings and the header of a table that go with it are limited in characters.
    """

    tokens: int = 220
    overlap: int = 32
    context_characters: int = 120
    header_characters: int = 300

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.tokens:
            raise ValueError(
                f"the overlap must be from 0 to below the chunk size of {self.tokens}, "
                f"got {self.overlap}"
            )


def split(document: Document, limits: SplitLimits, token_ends: TokenEnds) -> list[Chunk]:
    """The chunks of a document, in order; together they hold all that is not white space.

    Each has at most `limits.tokens` tokens, lies on one page, and
    `text[start:end] == chunk.text`.
    """
    outline = _Outline(document)
    return [
        Chunk(
            start,
            end,
            document.text[start:end],
            page=outline.page(start),
            heading=outline.headings(start)[: limits.context_characters],
            context=outline.table_header(start)[: limits.header_characters],
        )
        for start, end in spans(document, limits, token_ends)
    ]


def spans(
    document: Document, limits: SplitLimits, token_ends: TokenEnds
) -> Iterator[tuple[int, int]]:
    """Where the chunks of a document begin and end, white space at their ends left out."""
    text = document.text
    ends = None if len(text) <= limits.tokens else token_ends(text)
    pauses = _Pauses(document)
    start = _skip_space(text, 0)
    while start < len(text):
        limit = _room(text, ends, start, limits.tokens)
        page = pauses.page_end(start)
        end = page if limit >= page else pauses.best(start, limit)
        yield start, start + len(text[start:end].rstrip())
        if end >= len(text):
            return
        shared = 0 if pauses.is_mark(end) else limits.overlap
        start = _skip_space(text, _overlap_start(text, ends, start, end, shared))


class _Pauses:
    """Where a document pauses, asked one stretch at a time."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._code = document.kind == "code"
        self._pages = [page.start for page in document.pages]
        self._marks = sorted({*(heading.start for heading in document.headings), *self._pages})
        self._tables = [(table.start, table.end) for table in document.tables]
        self._fences = (
            [match.span() for match in _FENCE.finditer(document.text)]
            if document.kind == "markdown"
            else []
        )

    def is_mark(self, position: int) -> bool:
        """Whether a heading or page begins at `position`: what is above it ends there."""
        return position in self._marks

    def page_end(self, start: int) -> int:
        """Where the page that `start` is on ends."""
        following = bisect_right(self._pages, start)
        return self._pages[following] if following < len(self._pages) else len(self._text)

    def best(self, start: int, limit: int) -> int:
        """The best place in (start, limit] at which a chunk that begins at `start` may end."""
        enough = start + max(1, int((limit - start) * _FULL_ENOUGH))
        little = start + max(1, int((limit - start) * _HEADING_ENOUGH))
        mark = bisect_right(self._marks, limit) - 1
        if mark >= 0 and self._marks[mark] >= little:
            return self._marks[mark]
        by_line = self._code or _inside(self._tables, limit) or _inside(self._fences, limit)
        prose = (self._sentence, self._line)
        order = (self._line, self._sentence) if by_line else prose
        pauses: list[Callable[[int, int], int | None]] = [
            self._block,
            self._paragraph,
            *order,
            self._space,
        ]
        for pause in pauses:
            found = pause(enough, limit)
            if found is not None:
                return found
        return limit

    def _block(self, low: int, high: int) -> int | None:
        # Before a line that is not indented, and not inside a fenced block.
        return self._last(_BLOCK, low, high, whole=self._fences)

    def _paragraph(self, low: int, high: int) -> int | None:
        return self._last(_PARAGRAPH, low, high, whole=self._fences)

    def _line(self, low: int, high: int) -> int | None:
        return self._last(_LINE, low, high)

    def _space(self, low: int, high: int) -> int | None:
        return self._last(_SPACE, low, high)

    def _sentence(self, low: int, high: int) -> int | None:
        # The last sentence found is cut off by `high`, unless it ends there.
        found = [low + start for start, _ in sentences(self._text[low:high])]
        inner = [at for at in found if at > low]
        return inner[-1] if inner else None

    def _last(
        self,
        pattern: re.Pattern[str],
        low: int,
        high: int,
        *,
        whole: list[tuple[int, int]] | None = None,
    ) -> int | None:
        ends = (match.end() for match in pattern.finditer(self._text, low - 1, high + 1))
        allowed = [end for end in ends if end >= low and not _inside(whole or [], end)]
        return allowed[-1] if allowed else None


class _Outline:
    """What stands above a position: page, headings, table header."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._heading_starts = [heading.start for heading in document.headings]
        self._page_starts = [page.start for page in document.pages]
        self._paths = list(_heading_paths(document))

    def page(self, start: int) -> int | None:
        """The number of the page that `start` is on."""
        index = bisect_right(self._page_starts, start) - 1
        return self._document.pages[index].number if index >= 0 else None

    def headings(self, start: int) -> str:
        """The path of headings above `start`, outermost first."""
        index = bisect_right(self._heading_starts, start) - 1
        return self._paths[index] if index >= 0 else ""

    def table_header(self, start: int) -> str:
        """The header of the table whose later rows begin at `start`, else nothing."""
        for table in self._document.tables:
            if table.header_end <= start < table.end:
                return self._document.text[table.start : table.header_end].strip()
        return ""


def _heading_paths(document: Document) -> Iterator[str]:
    path: list[tuple[int, str]] = []
    for heading in document.headings:
        path = [item for item in path if item[0] < heading.level]
        path.append((heading.level, heading.title))
        yield " > ".join(title for _, title in path)


def _room(text: str, ends: npt.NDArray[np.int64] | None, start: int, tokens: int) -> int:
    """The furthest end that a chunk from `start` may have."""
    if ends is None:
        return len(text)
    by_characters = start + tokens * _CHARACTERS_A_TOKEN
    # Tokens that end after `start`: the first may be cut in two and still counts.
    first = int(np.searchsorted(ends, start, side="right"))
    last = first + tokens
    if last >= len(ends):
        return min(len(text), by_characters)
    return max(start + 1, min(int(ends[last - 1]), by_characters, len(text)))


def _overlap_start(
    text: str, ends: npt.NDArray[np.int64] | None, start: int, end: int, overlap: int
) -> int:
    """Where the next chunk begins: at a sentence within the last `overlap` tokens, or at `end`."""
    if ends is None or overlap == 0:
        return end
    index = int(np.searchsorted(ends, end, side="left"))
    low = max(start + 1, int(ends[max(0, index - overlap)]), end - overlap * _CHARACTERS_A_TOKEN)
    if low >= end:
        return end
    inner = [low + at for at, _ in sentences(text[low:end]) if at > 0]
    return inner[0] if inner else end


def _inside(spans: Sequence[tuple[int, int]], position: int) -> bool:
    index = bisect_right(spans, (position, math.inf)) - 1
    return index >= 0 and spans[index][0] < position < spans[index][1]


def _skip_space(text: str, start: int) -> int:
    match = _TEXT.search(text, start)
    return match.start() if match else len(text)
