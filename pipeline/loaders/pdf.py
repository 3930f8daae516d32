"""PDF: the text layer page by page, through pdfium.

Lines that a page's width broke are joined again, so that sentences stay whole. No
layout is analysed beyond that, and no characters are recognised in images. pdfium is
not thread-safe: a lock lets one document at a time through.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ...errors import LoadError
from ...records import Document, Json
from .base import Item, Loader, require
from .draft import Draft
from .encoding import clean

_PDFIUM = threading.Lock()
_WRONG_PASSWORD = 4

# Ligatures and Kangxi radicals look like the letters and characters they stand for, and
# would keep a search for those from finding them.
_LOOKALIKES = re.compile("[\ufb00-\ufb06\u2f00-\u2fd5]")
_BROKEN_WORD = re.compile("[\x02\ufffe]\n?")  # what pdfium puts for a hyphen at a line's end
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_WIDE = re.compile("[\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]")
_ENDS_SENTENCE = re.compile("[.!?:;。！？：；…][\"'”’」』)）]*$")
_BEGINS_ENTRY = re.compile(r"[•·▪◦*–—-]\s|[(（]?[\dA-Za-z]{1,3}[.)、）]|第\S{1,3}[章节条款]")
_NARROWEST = 40
"""Columns below which a line is no line of prose, a Chinese character taking two."""


def load_pdf(item: Item) -> Iterator[Document]:
    """One document, its pages marked."""
    pdfium = require("pypdfium2")
    data = item.read()
    with _PDFIUM:
        try:
            pdf = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise LoadError(_why(error)) from error
        with closing(pdf):
            draft = _read(pdf, pdfium.PdfiumError)
    yield draft.finish(item)


def _why(error: Any) -> str:
    if error.err_code == _WRONG_PASSWORD:
        return "is encrypted; save a copy without password"
    return f"is not a readable PDF: {str(error).rstrip('.')}"


def _read(pdf: Any, failure: type[Exception]) -> Draft:
    draft = Draft()
    draft.title, draft.metadata = _about(pdf)
    bookmarks = _bookmarks(pdf)
    bare = []
    for number in range(1, len(pdf) + 1):
        draft.page(number)
        try:
            text = reflow(_page_text(pdf, number - 1))
        except failure:
            text = ""
        start = draft.block(text)
        if start is None:
            bare.append(number)
            continue
        for level, title in bookmarks.get(number, ()):
            if (found := _line_of(title, text)) is not None:
                draft.mark(start + found, level, title)
    if len(bare) == len(pdf):
        raise LoadError("has no text layer; run OCR first")
    draft.metadata["pages_without_text"] = bare
    return draft


def _page_text(pdf: Any, index: int) -> str:
    with closing(pdf[index]) as page, closing(page.get_textpage()) as layer:
        return str(layer.get_text_bounded())


def _about(pdf: Any) -> tuple[str, dict[str, Json]]:
    """The title and what else the document's information says."""
    info = pdf.get_metadata_dict()
    title = info.get("Title", "").removeprefix("Microsoft Word - ")
    created = re.match(r"D:(\d{4})(\d\d)(\d\d)", info.get("CreationDate", ""))
    metadata: dict[str, Json] = {
        "author": info.get("Author"),
        "subject": info.get("Subject"),
        "keywords": info.get("Keywords"),
        "date": "-".join(created.groups()) if created else None,
        "page_count": len(pdf),
    }
    return "" if title.lower().startswith("untitled") else title, metadata


def _bookmarks(pdf: Any) -> dict[int, list[tuple[int, str]]]:
    """Level and title of the outline's entries, by the number of the page they lead to."""
    found: dict[int, list[tuple[int, str]]] = {}
    for bookmark in pdf.get_toc():
        target = bookmark.get_dest()
        index = target.get_index() if target is not None else None
        title = " ".join(clean(bookmark.get_title() or "").split())
        if index is not None and title:
            found.setdefault(index + 1, []).append((bookmark.level + 1, title))
    return found


def _line_of(title: str, text: str) -> int | None:
    """Where a line of `text` begins with `title`."""
    found = re.search("^" + re.escape(title), text, re.M)
    return found.start() if found else None


def reflow(text: str) -> str:
    """A page's text with the lines of a paragraph joined.

    A line runs on when it is about as wide as the page's widest, does not end a
    sentence, and the next does not begin an entry of a list.
    """
    text = _BROKEN_WORD.sub("", text.replace("\r\n", "\n"))
    text = _LOOKALIKES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    lines = [line.strip() for line in _CONTROLS.sub("", text).split("\n")]
    full = max(_NARROWEST, 0.75 * max(map(_columns, lines)))
    joined: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        runs_on = _columns(before) >= full and not _ENDS_SENTENCE.search(before)
        if runs_on and line and not _BEGINS_ENTRY.match(line):
            tight = _WIDE.match(before[-1]) and _WIDE.match(line)
            joined.append("" if tight else " ")
        else:
            joined.append("\n")
        joined.append(line)
    return "".join(joined).strip()


def _columns(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


FORMATS: dict[str, Loader] = {".pdf": load_pdf}
