"""Questions put to a table: a cell, the rows that meet a condition, how many, the most, a total.

What a question names decides: cells whose words it says are conditions on their rows, a
column whose name it says is what it asks for. Everything that a question singles out, such
as a year, must be found in the table or around it; else the table has no answer. Nothing is
guessed: where two cells would do, none is given. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import bare_name, measure, said, told_number, with_unit
from .intent import Intent
from .table_bounds import Bound, bounds_of, within
from .table_conditions import Conditions, conditions_of, meets
from .table_extremes import ANY, asked_by_adjective, extreme, same_unit
from .table_view import TableView, cell_of
from .table_words import knows_all, knows_aspect, singled_out_is_there, without
from .tables import Cell, Row, TextTable
from .types import suits

How = Literal["cell", "rows", "count", "most", "total", "difference"]

_TOTAL = re.compile(
    r"\b(?:in total|total|altogether|combined|sum|together|overall)\b|"
    r"合计|总共|一共|总和|之和|总计|加起来",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:difference|more|less|fewer|higher|lower|increase|decrease|rise|fall|grow|drop|change|"
    r"longer|shorter|cheaper|dearer)\w*\b|"
    r"相差|差|增加|减少|增长|下降|多多少|少多少|多了|少了|高出|低",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|\bper ?cent|百分", re.IGNORECASE)
_UNREAD = re.compile(
    r"\b(?:not|\w+n't|except|besides|without|neither|never|average|mean|median)\b|\bother than\b|"
    r"不是|不由|不在|没有|除了|除.{1,8}外|以外|平均",
    re.IGNORECASE,
)
"""What turns a question round, or asks for a sum that is not done here."""

_PEOPLE = re.compile(
    r"\b(?:names?|who|persons?|people|members?|employees?|staff)\b|姓名|人|员|者", re.IGNORECASE
)
_THAN_A_ROW = re.compile(r"\bthan (?!\W?\d)|比.{1,12}(?:多|少|高|低|长|短|大|小|早|晚|贵|便宜)")


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What a table says: the words, the rows that bear them, and how they came about.

    `named` is the share of the question's words that the table and its surroundings hold,
    in [0, 1].
    """

    text: str
    how: How
    rows: tuple[Row, ...]
    named: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows that are left by a question's conditions and bounds."""

    view: TableView
    conditions: Conditions
    bounded: bool
    rows: Sequence[Row]

    @property
    def rest(self) -> str:
        """The question without what it says of the rows."""
        words = [words for each in self.conditions.values() for words in each]
        return without(self.view.intent.core, words)


def ask_table(
    table: TextTable, question: str, intent: Intent, *, around: str = ""
) -> TableAnswer | None:
    """The table's answer to a question, or None; `around` is its title, heading and lead."""
    view = TableView(table, unicodedata.normalize("NFKC", question), intent, around)
    bounds = () if intent.kind == "difference" else bounds_of(view.question)
    limits = [bound.said for bound in bounds]
    if not singled_out_is_there(view, limits) or _is_beyond(view, bounds):
        return None
    conditions = conditions_of(view, besides=limits)
    rows = [row for row in view.body if meets(row, conditions)]
    kept = within(view, rows, bounds, conditions)
    if kept is None:
        return None
    asked = _Asked(view, conditions, bool(bounds), kept)
    attempts = (_difference, _total, _most, _several, _cell)
    return next((found for attempt in attempts if (found := attempt(asked))), None)


def _is_beyond(view: TableView, bounds: Sequence[Bound]) -> bool:
    """Whether a question negates, compares rows or asks for what is not reckoned here."""
    question = view.question
    if not bounds and view.intent.kind != "difference" and _THAN_A_ROW.search(question):
        return True
    for bound in bounds:  # "not more than 5" negates nothing
        question = re.sub(rf"\bnot?\b(?=.{{1,20}}{re.escape(bound.said)})", "", question)
    return any(said(found[0]) not in said(_all_of(view)) for found in _UNREAD.finditer(question))


def _all_of(view: TableView) -> str:
    return " ".join(cell.text for cell in view.table.header.cells)


def _cell(asked: _Asked) -> TableAnswer | None:
    """One cell, or one of each row where the question names several rows."""
    view, conditions = asked.view, asked.conditions
    if not conditions or asked.bounded or view.intent.kind == "difference" or not asked.rows:
        return None
    named = view.named_column(conditions)
    named = asked_by_adjective(view) if named is None else named
    column = named if named is not None else _only_column(asked)
    if column is None:
        return None
    if any(len(words) > 1 for words in conditions.values()):
        return _cells(asked, column)
    row = asked.rows[0] if len(asked.rows) == 1 else view.most_alike(asked.rows)
    cell = None if row is None else cell_of(row, column)
    if row is None or cell is None or not _is_meant(asked, row, column, by_name=named is not None):
        return None
    return TableAnswer(with_unit(cell, view.name(column)), "cell", (row,), view.share_held([row]))


def _only_column(asked: _Asked) -> int | None:
    """The column that is meant where none is named: the other one of two, or that of numbers."""
    view = asked.view
    if len(view.columns) == 2:
        return next(iter({0, 1} - set(asked.conditions)), None)
    return view.number_column(asked.conditions) if view.intent.kind == "number" else None


def _is_meant(asked: _Asked, row: Row, column: int, *, by_name: bool) -> bool:
    """Whether a cell is what the question asks for, rather than something else of its row."""
    view = asked.view
    beside = " ".join(cell.text for cell in row.cells)
    if not knows_aspect(view, column, asked.rest, beside):
        return False
    text = with_unit(row.cells[column], view.name(column))
    return by_name or (suits(text, view.intent.kind) and knows_all(view, column, asked.rest))


def _cells(asked: _Asked, column: int) -> TableAnswer | None:
    """The cells of several rows that the question names, each behind its row's name."""
    view = asked.view
    label = next(c for c, words in asked.conditions.items() if len(words) > 1)
    if len(asked.rows) != len(asked.conditions[label]):
        return None
    told = []
    for row in asked.rows:
        cell = cell_of(row, column)
        if cell is None or not _is_meant(asked, row, column, by_name=True):
            return None
        told.append(f"{row.cells[label].text}: {with_unit(cell, view.name(column))}")
    return TableAnswer("; ".join(told), "cell", tuple(asked.rows), view.share_held(asked.rows))


def _several(asked: _Asked) -> TableAnswer | None:
    """Rows that meet the conditions, named or counted."""
    view, kept = asked.view, asked.rows
    kind = view.intent.kind
    counting = _counts(asked)
    if kind not in {"count", "list", "open", "number", "person"} or not kept:
        return None
    if kind in {"number", "count"} and not counting:
        return None
    limited = bool(asked.conditions) or asked.bounded
    if not limited and not (counting and _means_all(asked)):
        return None
    if not counting and kind != "list" and len(kept) < 2:
        return None
    label = _listed_column(asked)
    if label is None:
        return None
    names = [cell.text for row in kept if (cell := cell_of(row, label)) is not None]
    if not names:
        return None
    return _listed(asked, names, counting=counting)


def _listed_column(asked: _Asked) -> int | None:
    """The column whose cells name what is listed or counted.

    Where the column that names the rows is bound, another one is listed only if the question
    names it: who works in the IT department is not told by who leads it.
    """
    view = asked.view
    column = view.label_column(asked.conditions)
    if view.intent.kind == "person" and not _PEOPLE.search(view.name(column)):
        return view.named_column(asked.conditions, numeric=False)
    bound = view.label_column(()) in asked.conditions
    if column in asked.conditions or (bound and not view.is_named(column)):
        return None
    return column


def _listed(asked: _Asked, names: Sequence[str], *, counting: bool) -> TableAnswer | None:
    if counting and len(set(names)) < len(asked.rows):
        return None  # rows of one name: whether they count once, the table does not say
    listed = "; ".join(dict.fromkeys(names))
    text = f"{len(asked.rows)} ({listed})" if counting else listed
    held = asked.view.share_held(asked.rows)
    return TableAnswer(text, "count" if counting else "rows", tuple(asked.rows), held)


def _counts(asked: _Asked) -> bool:
    """Whether rows are to be counted, rather than a number to be found in a column."""
    column = asked.view.named_column(asked.conditions, numeric=True)
    return asked.view.intent.counts and (asked.bounded or column is None)


def _means_all(asked: _Asked) -> bool:
    """Whether all rows are asked for: the question calls them as their column does."""
    view = asked.view
    label = view.label_column(())
    name = said(view.name(label)).strip()
    return bool(name) and name in view.asked and knows_all(view, label, asked.rest)


def _most(asked: _Asked) -> TableAnswer | None:
    """The row that has the most or the least of something."""
    view = asked.view
    if len(asked.rows) < 2:
        return None
    found = extreme(view, asked.rows, asked.conditions)
    if found is None or not knows_all(view, found.column, asked.rest):
        return None
    label = cell_of(found.row, view.label_column({*asked.conditions, found.column}))
    cell = with_unit(found.cell, view.name(found.column))
    kind = view.intent.kind
    if kind == "number" or (kind == "date" and view.is_dated(found.column)):
        text = cell
    elif label is None:
        return None
    else:
        text = f"{label.text} ({cell})"
    return TableAnswer(text, "most", (found.row,), view.share_held(asked.rows))


def _total(asked: _Asked) -> TableAnswer | None:
    """The sum of a column: as the table has it, else reckoned."""
    view = asked.view
    if not _TOTAL.search(view.question) or ANY.search(view.question) or len(asked.rows) < 2:
        return None
    column = view.number_column(asked.conditions)
    if column is None or view.numbers_rows(column) or not knows_all(view, column, asked.rest):
        return None
    row = None if asked.conditions or asked.bounded else view.total_row()
    cell = None if row is None else cell_of(row, column)
    if row is not None and cell is not None:
        text = with_unit(cell, view.name(column))
        return TableAnswer(text, "total", (row,), view.share_held(asked.rows))
    return _summed(asked, column)


def _summed(asked: _Asked, column: int) -> TableAnswer | None:
    cells = [cell_of(row, column) for row in asked.rows]
    there = [cell for cell in cells if cell is not None]
    values = same_unit(there)
    shares = _SHARE.search(asked.view.name(column)) or any(_SHARE.search(c.text) for c in there)
    if values is None or len(there) < len(cells) or shares:
        return None
    text = f"{told_number(sum(values))} ({' + '.join(map(told_number, values))})"
    return TableAnswer(text, "total", tuple(asked.rows), asked.view.share_held(asked.rows))


def _difference(asked: _Asked) -> TableAnswer | None:
    """Between two cells of a row whose columns are named, or of a column for two rows."""
    view = asked.view
    if view.intent.kind != "difference" or not _DIFFERENCE.search(view.question):
        return None
    pairs = _compared(asked)
    values = same_unit(cell for _, cell in pairs)
    if values is None or len(values) != 2:
        return None
    if _SHARE.search(view.question) and not all(_SHARE.search(c.text) for _, c in pairs):
        return None  # a share of one number in another is no difference
    high, low = max(values), min(values)
    minus = f"({told_number(low)})" if low < 0 else told_number(low)
    text = f"{told_number(high - low)} ({told_number(high)} − {minus})"
    bearing = tuple(dict.fromkeys(row for row, _ in pairs))
    return TableAnswer(text, "difference", bearing, view.share_held(bearing))


def _compared(asked: _Asked) -> list[tuple[Row, Cell]]:
    """The two cells that a question compares, with their rows; fewer where it names fewer."""
    view, rows = asked.view, asked.rows
    columns = [
        column
        for column in view.columns
        if len(bare := bare_name(view.name(column))) > 1
        and said(bare) in view.asked
        and view.is_numeric(column)
    ]
    if len(columns) == 2 and len(rows) == 1:
        cells = [(rows[0], cell_of(rows[0], column)) for column in columns]
    else:
        column = view.number_column(asked.conditions)
        named = any(len(words) == 2 for words in asked.conditions.values())
        two = rows if named and len(rows) == 2 and column is not None else []
        cells = [(row, cell_of(row, column or 0)) for row in two]
    return [(row, cell) for row, cell in cells if cell is not None and measure(cell.text)]
