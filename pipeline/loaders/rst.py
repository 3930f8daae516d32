"""reStructuredText: the raw text, with its section titles found by docutils.

Like the Markdown loader this one parses an outline: indented blocks and the rest of
paragraph lines say nothing about sections, and they are what docutils is slow on.
Nothing is included, executed or fetched, and docutils says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any

from ...records import Document, Heading, Json
from .base import Item, Loader, require
from .draft import LONGEST_HEADING, best_title, tidy
from .text import read_text

_ADORNED = re.compile(r"^([!-/:-@\[-`{-~])\1*[ \t]*$", re.M)
# A flush line that opens with a letter and is no section's title, for the next line is
# no adornment; a final "::" makes what follows literal, so it stays.
_PROSE_LINE = re.compile(r"^([^\W\d_])[^\n]*?(::)?[ \t]*$(?!\n[!-/:-@\[-`{-~])", re.M)
_INDENTED_LINE = re.compile(r"^([ \t]+)\S.*$(?!\n[!-/:-@\[-`{-~])", re.M)
_LINE_ENDS_OF_DOCUTILS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


def load_rst(item: Item) -> Iterator[Document]:
    """One document that keeps its markup as written."""
    decoded = read_text(item)
    headings, fields = structure(decoded.text) if _ADORNED.search(decoded.text) else ((), {})
    yield Document(
        item.key,
        decoded.text,
        title=best_title("", headings, item),
        uri=item.uri,
        headings=headings,
        metadata=tidy(fields) | decoded.notes,
    )


def structure(text: str) -> tuple[tuple[Heading, ...], dict[str, Json]]:
    """Section titles as offsets into `text`, and the fields (author, date) at its top."""
    outline = _PROSE_LINE.sub(r"\1\2", _LINE_ENDS_OF_DOCUTILS.sub(" ", text))
    # Field bodies may be indented, so only what follows the first title is cut.
    tree = parse(_INDENTED_LINE.sub(r"\1x", outline))
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    headings = []
    for section in tree.findall(require("docutils.nodes").section):
        title = section[0]
        first = title.line - 2  # docutils counts from 1, and gives the underline
        found = lines[first].strip()
        if found != title.rawsource.strip() or len(found) > LONGEST_HEADING:
            continue
        if first and _ADORNED.fullmatch(lines[first - 1]) and lines[first - 1] == lines[first + 1]:
            first -= 1
        headings.append(Heading(starts[first], _level(section), title.astext()))
    return tuple(headings), _fields(tree)


def _level(section: Any) -> int:
    level, parent = 1, section.parent
    while parent.tagname == "section":
        level, parent = level + 1, parent.parent
    return level


def _fields(tree: Any) -> dict[str, Json]:
    """The field list that opens the document or follows its title."""
    opening = [*tree.children[:2]]
    if opening and opening[0].tagname == "section":
        opening = opening[0].children[1:3]
    fields = next((node for node in opening if node.tagname == "field_list"), ())
    return {field[0].astext().lower(): field[1].astext() for field in fields}


def parse(source: str) -> Any:
    """The document tree, without any of docutils' transforms."""
    tree = require("docutils.utils").new_document("document", _settings())
    require("docutils.parsers.rst").Parser().parse(source, tree)
    return tree


@lru_cache(maxsize=1)
def _settings() -> Any:
    settings = require("docutils.frontend").get_default_settings(
        require("docutils.parsers.rst").Parser
    )
    settings.report_level = settings.halt_level = 5
    settings.warning_stream = False
    settings.file_insertion_enabled = settings.raw_enabled = False
    settings.syntax_highlight = "none"
    return settings


FORMATS: dict[str, Loader] = dict.fromkeys((".rst", ".rest"), load_rst)
