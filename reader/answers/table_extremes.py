"""The most and the least of a table's rows: which way a question's superlative points. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .cells import measure
from .table_bounds import when_of
from .table_view import TableView, cell_of
from .tables import Cell, Row

_MOST = r"highest|largest|biggest|(?<!at )most|greatest|maximum"
_LEAST = r"lowest|smallest|(?<!at )least|fewest|minimum"
_GENERIC = (
    (True, re.compile(rf"\b(?:{_MOST})\b|最(?:高|大|多)(?!\d)", re.IGNORECASE)),
    (False, re.compile(rf"\b(?:{_LEAST})\b|最(?:低|小|少)(?!\d)", re.IGNORECASE)),
)
_DATED = (
    (True, re.compile(r"\b(?:latest|newest|most recent)\b|最(?:晚|新|近)", re.IGNORECASE)),
    (False, re.compile(r"\b(?:earliest|oldest)\b|最(?:早|老)", re.IGNORECASE)),
)
_LENGTH = r"length|long|duration|time|days|km|长|时|期"
_MEASURED = tuple(
    (most, re.compile(words, re.IGNORECASE), re.compile(names, re.IGNORECASE))
    for most, words, names in (
        (True, r"\boldest\b|年龄最大", r"\bage\b|年龄"),
        (False, r"\byoungest\b|年龄最小", r"\bage\b|年龄"),
        (True, r"\btallest\b", r"height|tall|高"),
        (True, r"\blongest\b|最长", _LENGTH),
        (False, r"\bshortest\b|最短", _LENGTH),
        (True, r"\bheaviest\b|最重", r"weight|mass|\bkg\b|重"),
        (False, r"\blightest\b|最轻", r"weight|mass|\bkg\b|重"),
        (True, r"\b(?:dearest|most expensive|costliest)\b|最贵", r"price|cost|fee|rate|价|费|元"),
        (False, r"\b(?:cheapest|least expensive)\b|最便宜", r"price|cost|fee|rate|价|费|元"),
        (True, r"\bwettest\b", r"rain|precipitation|雨|降水"),
        (False, r"\bdriest\b", r"rain|precipitation|雨|降水"),
        (True, r"\b(?:warmest|hottest)\b", r"temperature|°|温"),
        (False, r"\bcoldest\b", r"temperature|°|温"),
        (True, r"\bbusiest\b", r"visitor|passenger|traffic|guest|人次|客"),
        (True, r"\bbest\b|最好", r"score|point|rating|mark|分"),
    )
)
_HOW = tuple(
    (re.compile(rf"\bhow (?:{words})\b", re.IGNORECASE), re.compile(names, re.IGNORECASE))
    for words, names in (
        ("long", _LENGTH),
        ("tall|high", r"height"),
        ("heavy", r"weight|mass|\bkg\b"),
        ("old", r"\bage\b"),
        ("expensive", r"price|cost|fee|rate"),
    )
)
_RANKED = re.compile(
    r"\b(?:second|third|fourth|fifth|\d+(?:nd|rd|th)|next|top|two|three|four|five|\d+)[ -]"
    rf"(?:most|least|\w+est|{_MOST}|{_LEAST}|\d)\b|第[二三四五六七八九十\d]|前[二两三四五六七八九十\d]",
    re.IGNORECASE,
)
ANY = re.compile(
    "|".join(
        words.pattern
        for words in (*(one[1] for one in (*_DATED, *_GENERIC)), *(one[1] for one in _MEASURED))
    ),
    re.IGNORECASE,
)
"""A superlative of any kind."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """The row that has the most or the least, and the cell that says so."""

    row: Row
    cell: Cell
    column: int


def extreme(view: TableView, rows: Sequence[Row], besides: Iterable[int]) -> Extreme | None:
    """The row that a superlative singles out; None where it is not one row, or not clear."""
    besides = set(besides)
    found = None if _RANKED.search(view.question) else _direction(view, besides)
    if found is None:
        return None
    most, column, dated = found
    filled = [
        (row, cell)
        for row in rows
        if (cell := cell_of(row, column)) is not None and re.search(r"\w", cell.text)
    ]
    values = _dates(filled) if dated else _numbers(filled)
    if values is None or len(values) < 2:
        return None
    best = max(values) if most else min(values)
    if values.count(best) > 1:
        return None
    row, cell = filled[values.index(best)]
    return Extreme(row, cell, column)


def asked_by_adjective(view: TableView) -> int | None:
    """The column of numbers that "how long" or "how old" asks for, if it is just one."""
    for words, names in _HOW:
        fits = [c for c in view.columns if names.search(view.name(c)) and view.is_numeric(c)]
        if words.search(view.question) and len(fits) == 1:
            return fits[0]
    return None


def same_unit(cells: Iterable[Cell]) -> list[float] | None:
    """The numbers of cells; None where one is none, or they are of different units."""
    found = [measure(cell.text) for cell in cells]
    known = [one for one in found if one is not None]
    if len(known) < len(found) or len({one.unit for one in known}) > 1:
        return None
    return [one.value for one in known]


def _direction(view: TableView, besides: set[int]) -> tuple[bool, int, bool] | None:
    """Whether the most is asked for, of which column, and whether that is one of dates."""
    measured = [one for one in _MEASURED if one[1].search(view.question)]
    for most, _, names in measured:
        fits = [c for c in view.columns if names.search(view.name(c)) and view.is_numeric(c)]
        if len(fits) == 1:
            return most, fits[0], False
    dated = {most for most, words in _DATED if words.search(view.question)}
    if dated:
        when = view.date_column(besides)
        return (dated.pop(), when, True) if when is not None and len(dated) == 1 else None
    generic = {most for most, words in _GENERIC if words.search(view.question)}
    column = view.number_column(besides)
    if measured or len(generic) != 1 or column is None:
        return None  # the heaviest is not told by how high they are
    return generic.pop(), column, False


def _numbers(filled: Sequence[tuple[Row, Cell]]) -> list[tuple[float, ...]] | None:
    values = same_unit(cell for _, cell in filled)
    return None if values is None else [(value,) for value in values]


def _dates(filled: Sequence[tuple[Row, Cell]]) -> list[tuple[float, ...]] | None:
    """Dates that compare; None where one cell has none, or a year stands beside days."""
    found = [when_of(cell.text) for _, cell in filled]
    known = [one for one in found if one is not None]
    alike = len({len(one) for one in known}) == 1
    return known if alike and len(known) == len(found) else None
