"""PowerPoint presentations (pptx): a page for each slide, with tables and notes.

Charts and pictures are left out. Text comes in the order in which the shapes lie on
the slide's stack, its title first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...records import Document
from .archive import open_package
from .base import Item, Loader, require
from .draft import Draft
from .encoding import plain_json


def load_pptx(item: Item) -> Iterator[Document]:
    """One document, its slides marked as pages."""
    deck = require("pptx").Presentation(open_package(item))
    about = deck.core_properties
    draft = Draft()
    draft.title = about.title or ""
    draft.metadata = {
        "author": about.author,
        "subject": about.subject,
        "keywords": about.keywords,
        "date": plain_json(about.modified or about.created),
        "page_count": len(deck.slides),
    }
    for number, slide in enumerate(deck.slides, 1):
        draft.page(number)
        _slide(draft, slide)
    yield draft.finish(item)


def _slide(draft: Draft, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None:
        draft.heading(_text(title.text_frame), 1)
    shapes = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
    for shape in _flat(shapes):
        if getattr(shape, "has_table", False):
            draft.table([cell.text for cell in row.cells] for row in shape.table.rows)
        elif shape.has_text_frame:
            draft.block(_text(shape.text_frame))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        draft.block(_text(notes))


def _text(frame: Any) -> str:
    """A frame's paragraphs, one a line; a break within one is a line break too."""
    return "\n".join(paragraph.text.replace("\v", "\n") for paragraph in frame.paragraphs)


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """Shapes with groups opened up."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


FORMATS: dict[str, Loader] = {".pptx": load_pptx}
