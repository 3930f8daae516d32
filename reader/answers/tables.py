"""Tables as they stand in a text: rows a line each, cells with their offsets.

Loaders write rows as cells between bars, Markdown does so itself, and plain text parts its
columns by tabs or several spaces. Given one row's place, the whole table is found around it.
Pure functions of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BARS = re.compile(r"\s*\|\s*")
_GAPS = re.compile(r"\t+| {2,}")
_RULER = re.compile(r"[\s|:+=─-]*[-=─]{2,}[\s|:+=─-]*")
_FURTHEST = 20_000
"""Characters on either side that belong to one table at the most."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words, and where they stand; empty ones have `start == end`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of cells at `start:end` of the text."""

    start: int
    end: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A header and the rows below it."""

    header: Row
    rows: tuple[Row, ...]

    def named(self, row: Row) -> list[tuple[str, Cell]]:
        """The row's filled cells, each with its column's name; "" where that has none."""
        names = [cell.text for cell in self.header.cells]
        names += [""] * (len(row.cells) - len(names))
        return [(name, cell) for name, cell in zip(names, row.cells, strict=False) if cell.text]

    def told(self, row: Row) -> str:
        """The row in words, each cell behind its column's name."""
        return "; ".join(f"{name}: {cell.text}" if name else cell.text
                         for name, cell in self.named(row))  # fmt: skip


def is_row(line: str) -> bool:
    """Whether a line is a row of a table, or the ruler below its header.

    >>> is_row("Harbour | 120 | 135"), is_row("Harbour was first.")
    (True, False)
    """
    bare = line.strip()
    if not bare or len(bare) > _FURTHEST:
        return False
    if bare.startswith("|") and bare.count("|") > 1:
        return True
    return " | " in bare or "\t" in bare or len(_GAPS.split(bare)) > 2


def is_ruler(line: str) -> bool:
    """Whether a line only parts a header from its rows."""
    return bool(_RULER.fullmatch(line)) and len(line.strip()) > 1


def table_at(text: str, position: int) -> TextTable | None:
    """The table whose row or header stands at `position`; None where there is none."""
    start, end = _line(text, position)
    if not is_row(text[start:end]):
        return None
    barred = "|" in text[start:end]
    while start > 0 and position - start < _FURTHEST:
        before = _line(text, start - 1)
        if not _alike(text[slice(*before)], barred):
            break
        start = before[0]
    while end < len(text) and end - position < _FURTHEST:
        after = _line(text, end + 1)
        if not _alike(text[slice(*after)], barred):
            break
        end = after[1]
    return _parsed(text, start, end, barred)


def _parsed(text: str, start: int, end: int, barred: bool) -> TextTable | None:
    rows, place = [], start
    for line in text[start:end].split("\n"):
        if line.strip() and not is_ruler(line):
            rows.append(_row(line, place, barred))
        place += len(line) + 1
    if len(rows) < 2 or max(len(row.cells) for row in rows) < 2:
        return None
    first = next((i for i, row in enumerate(rows) if _filled(row) > 1), 0)
    return TextTable(rows[first], tuple(row for i, row in enumerate(rows) if i > first))


def _filled(row: Row) -> int:
    return sum(bool(cell.text) for cell in row.cells)


def _row(line: str, place: int, barred: bool) -> Row:
    """Cells of a line that begins at `place`."""
    lead = len(line) - len(line.lstrip())
    bare = line.strip()
    if barred and bare.startswith("|"):
        lead, bare = lead + 1, bare[1:]
    if barred and bare.endswith("|"):
        bare = bare[:-1]
    cells, at = [], 0
    parts = bare.split("|") if barred else _GAPS.split(bare)
    for part in parts:
        found = bare.find(part, at) if part else at
        inner = part.strip().strip("*_`")
        begin = place + lead + found + (part.find(inner) if inner else 0)
        cells.append(Cell(inner, begin, begin + len(inner)))
        at = found + len(part)
    start = place + (len(line) - len(line.lstrip()))
    return Row(start, place + len(line.rstrip()), tuple(cells))


def _alike(line: str, barred: bool) -> bool:
    """Whether a neighbouring line belongs to the same table."""
    return (is_row(line) or is_ruler(line)) and ("|" in line or not barred or is_ruler(line))


def _line(text: str, position: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return start, len(text) if end < 0 else end
