"""Word documents (docx): paragraphs, headings and tables in document order.

python-docx opens the package; the body is walked here, because content controls, text
boxes and footnotes hold text that its own iteration passes over. Headers, footers,
comments, tables of contents and deleted text are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...records import Document
from .archive import open_package
from .base import Item, Loader, require
from .draft import Draft
from .encoding import plain_json

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_PARAGRAPH, _TABLE, _ROW, _CELL = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
_TEXT_BOX, _FALLBACK = f"{_W}txbxContent", f"{_MC}Fallback"
_TEXT = frozenset([f"{_W}t", f"{_M}t"])
_GLYPHS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_TEXT = frozenset([f"{_W}pPr", f"{_W}rPr", f"{_W}del", f"{_W}moveFrom", _TEXT_BOX, _FALLBACK])

_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.I)
_CONTENTS = -1
_FOOTNOTES = "/relationships/footnotes"


def load_docx(item: Item) -> Iterator[Document]:
    """One document. Footnotes follow its last paragraph."""
    word = require("docx").Document(open_package(item))
    about = word.core_properties
    draft = Draft()
    draft.title = about.title or ""
    draft.metadata = {
        "author": about.author,
        "subject": about.subject,
        "keywords": about.keywords,
        "date": plain_json(about.modified or about.created),
    }
    body = _Body(draft, {style.style_id: _level(style) for style in word.styles})
    body.add(word.element.body)
    for notes in _footnotes(word):
        body.add(notes)
    yield draft.finish(item)


def _level(style: Any) -> int:
    """The heading level of a style or of one that it is based on.

    0 is body text, and a negative one the lines of a table of contents.
    """
    for _ in range(10):
        if (style.name or "").lower().startswith("toc "):
            return _CONTENTS
        if (style.name or "").lower() == "title":
            return 1
        if found := _HEADING_STYLE.fullmatch(style.name or ""):
            return int(found[1])
        if (outline := _outline_level(style.element)) is not None:
            return outline
        style = getattr(style, "base_style", None)
        if style is None:
            break
    return 0


def _outline_level(element: Any) -> int | None:
    """The level that a style's or paragraph's own properties set; 0 for body text."""
    found = element.find(f"{_W}pPr/{_W}outlineLvl")
    return (int(found.get(f"{_W}val")) + 1) % 10 if found is not None else None


def _footnotes(word: Any) -> Iterator[Any]:
    for relation in word.part.rels.values():
        if relation.reltype.endswith(_FOOTNOTES):
            yield require("docx.oxml").parse_xml(relation.target_part.blob)


class _Body:
    """Gives the blocks of a stretch of WordprocessingML to a draft."""

    def __init__(self, draft: Draft, levels: dict[str, int]) -> None:
        self._draft = draft
        self._levels = levels

    def add(self, parent: Any) -> None:
        """Add every block below `parent`, through whatever wraps it."""
        for child in parent:
            if child.tag == _PARAGRAPH:
                self._paragraph(child)
            elif child.tag == _TABLE:
                self._table(child)
            elif child.tag not in _NOT_TEXT:
                self.add(child)

    def _paragraph(self, paragraph: Any) -> None:
        text = "".join(_pieces(paragraph))
        level = self._level(paragraph)
        if level > 0:
            self._draft.heading(text, level)
        elif level != _CONTENTS:
            listed = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
            self._draft.block(text, tight=listed)
        for box in paragraph.iter(_TEXT_BOX):
            own = next(box.iterancestors(_PARAGRAPH)) is paragraph
            if own and next(box.iterancestors(_FALLBACK), None) is None:
                self.add(box)

    def _level(self, paragraph: Any) -> int:
        level = _outline_level(paragraph)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if level is None and style is not None:
            level = self._levels.get(style.get(f"{_W}val"), 0)
        return level or 0

    def _table(self, table: Any) -> None:
        cells = [list(_within(row, _CELL)) for row in _within(table, _ROW)]
        if max(map(len, cells), default=0) > 1:
            self._draft.table([[_cell_text(cell) for cell in row] for row in cells])
            return
        for row in cells:  # a table of one column only frames what it holds
            for cell in row:
                self.add(cell)


def _pieces(element: Any) -> Iterator[str]:
    """The text of a paragraph, run by run."""
    for child in element:
        if child.tag in _TEXT:
            yield child.text or ""
        elif child.tag in _GLYPHS:
            yield _GLYPHS[child.tag]
        elif child.tag not in _NOT_TEXT:
            yield from _pieces(child)


def _cell_text(cell: Any) -> str:
    return " ".join("".join(_pieces(paragraph)) for paragraph in cell.iter(_PARAGRAPH))


def _within(parent: Any, tag: str) -> Iterator[Any]:
    """The elements of a table's own grid, not those of tables inside its cells."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in {_TABLE, _ROW, _CELL}:
            yield from _within(child, tag)


FORMATS: dict[str, Loader] = {".docx": load_docx}
