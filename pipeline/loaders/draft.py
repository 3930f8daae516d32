"""A document under construction: blocks of text, with marks at the right offsets.

Loaders of structured formats add what they find in reading order; `finish` makes the
`Document`. Nothing here knows a format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...errors import LoadError
from ...records import Document, Heading, Json, Page, Table
from .base import Item
from .encoding import clean, plain_json

LONGEST_HEADING = 300
"""Characters past which a heading is a paragraph that someone wanted large."""


class Draft:
    """Collects blocks, which blank lines part, and the marks that lie in them."""

    def __init__(self) -> None:
        self.title = ""
        self.metadata: dict[str, Json] = {}
        self._parts: list[str] = []
        self._length = 0
        self._tight = False
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self._tables: list[Table] = []

    def block(self, text: str, *, tight: bool = False) -> int | None:
        """Add a paragraph and say where it begins, or None if it is empty.

        Two `tight` ones in a row share a list: no blank line parts them.
        """
        text = clean(text).strip()
        return self._append(text, tight=tight) if text else None

    def heading(self, text: str, level: int) -> None:
        """Add a heading on a line of its own; level 1 is the outermost."""
        title = " ".join(clean(text).split())
        if len(title) > LONGEST_HEADING:
            self.block(title)
        elif title:
            self.mark(self._append(title), level, title)

    def mark(self, start: int, level: int, title: str) -> None:
        """Note that the text already added has a heading at `start`."""
        self._headings.append(Heading(start, level, title))

    def page(self, number: int) -> None:
        """Begin a page: it starts where the next block will."""
        self._pages.append(Page(self._next(tight=False), number))
        self._tight = False

    def table(self, rows: Iterable[Sequence[str]], *, header: int = 1) -> None:
        """Add rows of cells, one a line, of which the first `header` are the header."""
        cells = ([" ".join(clean(cell).split()) for cell in row] for row in rows)
        lines = [" | ".join(row) for row in cells if any(row)]
        if not lines:
            return
        start = self._append("\n".join(lines))
        header_end = start + len("\n".join(lines[:header]))
        self._tables.append(Table(start, self._length, header_end))

    def finish(self, item: Item) -> Document:
        """The document. Raises LoadError when nothing but white space was added."""
        text = "".join(self._parts)
        refuse_empty(text)
        pages = (Page(min(page.start, len(text)), page.number) for page in self._pages)
        return Document(
            key=item.key,
            text=text,
            title=best_title(self.title, self._headings, item),
            uri=item.uri,
            headings=tuple(sorted(self._headings, key=lambda heading: heading.start)),
            pages=tuple(pages),
            tables=tuple(self._tables),
            metadata=tidy(self.metadata),
        )

    def _next(self, *, tight: bool) -> int:
        if not self._parts:
            return 0
        return self._length + (1 if tight and self._tight else 2)

    def _append(self, text: str, *, tight: bool = False) -> int:
        start = self._next(tight=tight)
        self._parts.append("\n" * (start - self._length))
        self._parts.append(text)
        self._length = start + len(text)
        self._tight = tight
        return start


def best_title(given: str, headings: Sequence[Heading], item: Item) -> str:
    """The title that the format gives, else the first level-1 heading, else the stem."""
    given = " ".join(clean(given).split())
    first = next((heading.title for heading in headings if heading.level == 1), "")
    return given or first or item.stem


def refuse_empty(text: str) -> None:
    """Raise LoadError unless `text` has something in it."""
    if not text or text.isspace():
        raise LoadError("is empty")


def tidy(metadata: dict[str, Json]) -> dict[str, Json]:
    """Metadata as clean JSON, without the fields that say nothing."""
    return {
        key: plain_json(value) for key, value in metadata.items() if value not in (None, "", [])
    }
