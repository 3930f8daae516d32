"""Bounds in a question put to a table: "more than 100", "before 1950", "100以上". Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .cells import is_year, measure
from .dates import dates_in
from .table_view import TableView, cell_of
from .tables import Row

_NUMBER = r"\s*[^\d\s]{0,3}\s*(?P<n>\d[\d,]*(?:\.\d+)?)"
_NO = r"(?<!not )(?<!no )(?<!n't )"
_NUMERIC = (
    (">=", r"(?:\b(?:at least|not? (?:less|fewer|lower) than)\b|>=|≥|不少于|不低于|不小于|至少)"),
    ("<=", r"(?:\b(?:at most|up to|not? (?:more|higher|greater) than)\b|<=|≤|至多|最多)"),
    ("<=", r"不(?:超过|高于|大于|多于)"),
    (
        ">",
        rf"{_NO}\b(?:over|(?:more|greater|higher|larger|longer) than|above|exceed(?:s|ed|ing)?)\b",
    ),
    (">", r"(?:>(?!=)|(?<!不)(?:超过|高于|大于|多于))"),
    ("<", rf"{_NO}\b(?:under|(?:less|fewer|lower|smaller|shorter) than|below)\b"),
    ("<", r"(?:<(?!=)|(?<!不)(?:低于|小于|少于|不足))"),
)
_BEFORE_NUMBER = tuple((how, re.compile(p + _NUMBER, re.IGNORECASE)) for how, p in _NUMERIC)
_BEHIND_NUMBER = (
    (">=", re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)\s*[^\d\s，,。？?]{0,4}以上")),
    ("<=", re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)\s*[^\d\s，,。？?]{0,4}以下")),
)
_BETWEEN = re.compile(
    r"\bbetween (?P<a>[^\d\s]?\d[\d,.]*)\D{0,12} and (?P<b>[^\d\s]?\d[\d,.]*)|"
    r"(?P<c>\d[\d,.]*)\D{0,4}(?:到|至|和)(?P<d>\d[\d,.]*)\D{0,4}之间",
    re.IGNORECASE,
)
_DATED = (
    (">", re.compile(r"\b(?:after|later than)\s+(?:the )?(?P<when>\w[\w ,.-]*)", re.IGNORECASE)),
    (">=", re.compile(r"\bsince\s+(?:the )?(?P<when>\w[\w ,.-]*)", re.IGNORECASE)),
    ("<", re.compile(r"\b(?:before|earlier than)\s+(?:the )?(?P<when>\w[\w ,.-]*)", re.IGNORECASE)),
    ("<=", re.compile(r"\buntil\s+(?:the )?(?P<when>\w[\w ,.-]*)", re.IGNORECASE)),
    (">", re.compile(r"(?P<when>\d[\d年月日-]*)(?:之后|以后|后)")),
    (">=", re.compile(r"(?P<when>\d[\d年月日-]*)以来")),
    ("<", re.compile(r"(?P<when>\d[\d年月日-]*)(?:之前|以前|前)")),
)
_COMPARED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound for a column of numbers or, with `dated`, of dates.

    `how` is <, <=, > or >=; `said` is how the question writes `limit`, which is None where
    it writes none that can be read.
    """

    how: str
    limit: tuple[float, ...] | None
    said: str
    dated: bool = False

    def holds(self, text: str) -> bool:
        """Whether a cell keeps within it."""
        value = when_of(text) if self.dated else _value(text)
        if value is None or self.limit is None:
            return False
        if len(value) > len(self.limit):  # to the year only
            value = value[:1]
        elif len(value) < len(self.limit) and value == self.limit[:1]:
            return False  # some day of that year: before or after, it does not say
        return bool(_COMPARED[self.how](value, self.limit))


def bounds_of(question: str) -> tuple[Bound, ...]:
    """The bounds that a question sets, none twice.

    >>> [(b.how, b.said) for b in bounds_of("Which sites had at least 100 mm?")]
    [('>=', '100')]
    """
    found: dict[tuple[str, str], Bound] = {}
    for how, pattern in (*_BEFORE_NUMBER, *_BEHIND_NUMBER):
        for match in pattern.finditer(question):
            found[how, match["n"]] = Bound(how, _value(match["n"]), match["n"])
    for match in _BETWEEN.finditer(question):
        low, high = match["a"] or match["c"], match["b"] or match["d"]
        low, high = low.rstrip(".,"), high.rstrip(".,")
        found[">=", low] = Bound(">=", _value(low), low)
        found["<=", high] = Bound("<=", _value(high), high)
    for how, pattern in _DATED:
        for match in pattern.finditer(question):
            if match["when"][0].isdigit() or dates_in(match["when"]):
                dates = dates_in(match["when"])
                text = dates[0].said if dates else match["when"]
                found[how, text] = Bound(how, when_of(text), text, dated=True)
    return tuple(found.values())


def within(
    view: TableView, rows: Sequence[Row], bounds: Sequence[Bound], besides: Iterable[int]
) -> list[Row] | None:
    """The rows that keep within all bounds; None where no column can be told for one of them."""
    besides = set(besides)
    kept = list(rows)
    for bound in bounds:
        bound = _as_dated(view, bound, besides)
        column = view.date_column(besides) if bound.dated else view.number_column(besides)
        if column is None or bound.limit is None:
            return None
        cells = [(row, cell_of(row, column)) for row in kept]
        kept = [row for row, cell in cells if cell is not None and bound.holds(cell.text)]
    return kept


def _as_dated(view: TableView, bound: Bound, besides: set[int]) -> Bound:
    """A number such as 1950 is a year where only a column of years or dates is left."""
    if bound.dated or not is_year(bound.said) or view.number_column(besides) is not None:
        return bound
    return Bound(bound.how, when_of(bound.said), bound.said, dated=True)


def _value(text: str) -> tuple[float, ...] | None:
    found = measure(text)
    return None if found is None else (found.value,)


def when_of(text: str) -> tuple[float, ...] | None:
    """The one date of a cell as numbers that compare: its year, and its day if it has one."""
    dates = dates_in(text)
    if len(dates) != 1:
        return None
    day = dates[0].day
    return (dates[0].year,) if day is None else (dates[0].year, day.toordinal())
