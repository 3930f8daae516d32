"""Markdown: the raw text, with its headings and tables found by markdown-it.

The parser runs over an outline of the text in which paragraph lines are cut down to
their first letter: its cost lies in characters, and block structure does not. Front
matter gives metadata. Inline markup is taken out of headings' titles only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from ...records import Document, Heading, Json, Table
from .base import Item, Loader, require
from .draft import LONGEST_HEADING, best_title, tidy
from .text import read_text

# A heading of either kind, or the second line of a table: without any of them there is
# nothing to find.
_MARKED = re.compile(
    r"^ {0,3}#{1,6}(?:[ \t]|$)|^ {0,3}(?:=+|-+)[ \t]*$|^[ \t]*[|:-][-|: \t]*-", re.M
)
# A line that opens with a letter can only be paragraph text, a heading's text, part of
# a block that runs on, or (with "|" or ">" in it) a table's row or the end of HTML.
_PROSE_LINE = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?[^\W\d_])[^|>\n]+$", re.M)
_FRONT_MATTER = re.compile(r"---[ \t]*\n([\w-]+:.*\n(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"([\w-]+):[ \t]+(.+)")
_SIMPLE_MARKUP = re.compile(r"(\*\*|`)([^\s*_`\[<&\\](?:[^*_`\[<&\\]*[^\s*_`\[<&\\])?)\1")
_INLINE_MARKUP = re.compile(r"[*_`\[<&\\]")


def load_markdown(item: Item) -> Iterator[Document]:
    """One document that keeps its Markdown as written."""
    decoded = read_text(item)
    text = decoded.text
    body, fields = front_matter(text)
    headings, tables = structure(text, body) if _MARKED.search(text, body) else ((), ())
    yield Document(
        item.key,
        text,
        title=best_title(str(fields.pop("title", "")), headings, item),
        uri=item.uri,
        kind="markdown",
        headings=headings,
        tables=tables,
        metadata=tidy(fields) | decoded.notes,
    )


def front_matter(text: str) -> tuple[int, dict[str, Json]]:
    """Where the body begins, and the plain `name: value` fields that stand before it."""
    found = _FRONT_MATTER.match(text) if text.startswith("---") else None
    if found is None:
        return 0, {}
    fields = (_FIELD.fullmatch(line.rstrip()) for line in found[1].split("\n"))
    return found.end(), {field[1]: field[2].strip("\"'") for field in fields if field}


def structure(text: str, body: int = 0) -> tuple[tuple[Heading, ...], tuple[Table, ...]]:
    """Headings and tables of the outermost level, as offsets into `text`."""
    outline = _PROSE_LINE.sub(r"\1", text[body:])
    tokens: list[Any] = []
    _parser().block.parse(outline, _parser(), {}, tokens)
    lines = text[body:].split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=body))
    headings, tables = [], []
    for token, inner in pairwise(tokens):
        if token.level or not token.map:
            continue
        if token.type == "heading_open":
            raw = _raw_title(token, inner, lines)
            if len(raw) <= LONGEST_HEADING:
                start, level = starts[token.map[0]], int(token.tag[1])
                headings.append(Heading(start, level, _words(raw)))
        elif token.type == "table_open":
            tables.append(_table(token.map, inner.map, starts, len(text)))
    return tuple(headings), tuple(tables)


def _raw_title(token: Any, inline: Any, lines: Sequence[str]) -> str:
    """A heading's text. The outline may have cut the lines of an underlined one."""
    if token.markup not in {"=", "-"}:
        return str(inline.content)
    return " ".join(line.strip() for line in lines[token.map[0] : token.map[1] - 1])


def _words(raw: str) -> str:
    """A heading's text without its inline markup."""
    if not _INLINE_MARKUP.search(plain := _SIMPLE_MARKUP.sub(r"\2", raw)):
        return plain
    pieces = _parser().parseInline(raw)[0].children or ()
    return "".join(" " if piece.type.endswith("break") else piece.content for piece in pieces)


def _table(rows: Sequence[int], header: Sequence[int], starts: list[int], end: int) -> Table:
    """The marks of a table on lines `rows` whose header, ruler included, is `header`."""
    last = min(starts[rows[1]] - 1, end)
    ruler = min(starts[header[1] + 1] - 1, last) if header[1] < rows[1] else last
    return Table(starts[rows[0]], last, ruler)


@lru_cache(maxsize=1)
def _parser() -> Any:
    return require("markdown_it").MarkdownIt("commonmark").enable("table")


FORMATS: dict[str, Loader] = dict.fromkeys((".md", ".markdown", ".mdx", ".mkd"), load_markdown)
