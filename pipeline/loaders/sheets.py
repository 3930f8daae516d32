"""Spreadsheets (xlsx, csv, tsv): every row a line, every sheet a page with one table.

Cells hold the values that were last computed; formulas are not evaluated here.
"""

from __future__ import annotations

import csv
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, time
from statistics import median_low
from typing import Any

from ...records import Document
from .archive import open_package
from .base import Item, Loader, require
from .draft import Draft
from .encoding import plain_json
from .text import read_text

_DELIMITERS = ",;\t|"
_LOOK_AT = 65_536


def load_xlsx(item: Item) -> Iterator[Document]:
    """One document, its sheets marked as pages, each under its name."""
    excel = require("openpyxl")
    package = open_package(item)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions
        with closing(excel.load_workbook(package, read_only=True, data_only=True)) as book:
            draft = _read(book)
    yield draft.finish(item)


def _read(book: Any) -> Draft:
    about = book.properties
    draft = Draft()
    draft.title = about.title or ""
    draft.metadata = {
        "author": about.creator,
        "subject": about.subject,
        "keywords": about.keywords,
        "date": plain_json(about.modified or about.created),
        "sheets": list(book.sheetnames),
    }
    for number, sheet in enumerate(book.worksheets, 1):
        draft.page(number)
        sheet.reset_dimensions()  # some writers state a size that is wrong
        rows = list(_rows(sheet.iter_rows(values_only=True)))
        if rows:
            draft.heading(sheet.title, 2)
            draft.table(rows)
    return draft


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[str]]:
    """Rows of text, without the empty cells at their ends; empty rows are left out."""
    for row in rows:
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield cells


def _shown(value: Any) -> str:
    """A cell much as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)


def load_csv(item: Item) -> Iterator[Document]:
    """One document of one table, whose first row is its header."""
    decoded = read_text(item)
    # Python's limit for one field, 128 KB, belongs to the process: raise it, never lower it.
    csv.field_size_limit(max(csv.field_size_limit(), min(item.limits.file_bytes, sys.maxsize)))
    draft = Draft()
    draft.metadata |= decoded.notes
    lines = (line[0] for line in re.finditer(r"[^\n]*\n|[^\n]+", decoded.text))
    draft.table(csv.reader(lines, delimiter=_delimiter(item, decoded.text)))
    yield draft.finish(item)


def _delimiter(item: Item, text: str) -> str:
    """The character that parts most cells, among those that the header has at all."""
    if item.name.lower().endswith(".tsv"):
        return "\t"
    lines = [line for line in text[:_LOOK_AT].split("\n")[:20] if line]
    return max(
        _DELIMITERS,
        key=lambda mark: (mark in lines[0], median_low(line.count(mark) for line in lines)),
    )


FORMATS: dict[str, Loader] = {
    ".xlsx": load_xlsx,
    ".xlsm": load_xlsx,
    ".csv": load_csv,
    ".tsv": load_csv,
}
