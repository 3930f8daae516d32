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

from .cells import said, with_unit
from .intent import Intent
from .table_answer import Asked, TableAnswer
from .table_bounds import Bound, bounds_of, within
from .table_conditions import conditions_of, meets
from .table_extremes import asked_by_adjective, extreme
from .table_sums import DIFFERENCE, difference, total
from .table_view import TableView, cell_of
from .table_words import knows_all, knows_aspect, singled_out_is_there
from .tables import Row, TextTable
from .types import suits

__all__ = ["TableAnswer", "ask_table"]

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
    asked = Asked(view, conditions, bool(bounds), kept)
    attempts = (difference, total, _most, _several, _cell)
    return next((found for attempt in attempts if (found := attempt(asked))), None)


def _is_beyond(view: TableView, bounds: Sequence[Bound]) -> bool:
    """Whether a question negates, compares rows or asks for what is not reckoned here."""
    question = view.question
    if view.intent.kind == "yes_no" and DIFFERENCE.search(question):
        return True
    if not bounds and view.intent.kind != "difference" and _THAN_A_ROW.search(question):
        return True
    for bound in bounds:  # "not more than 5" negates nothing
        question = re.sub(rf"\bnot?\b(?=.{{1,20}}{re.escape(bound.said)})", "", question)
    return any(said(found[0]) not in said(_all_of(view)) for found in _UNREAD.finditer(question))


def _all_of(view: TableView) -> str:
    return " ".join(cell.text for cell in view.table.header.cells)


def _cell(asked: Asked) -> TableAnswer | None:
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


def _only_column(asked: Asked) -> int | None:
    """The column that is meant where none is named: the other one of two, or that of numbers."""
    view = asked.view
    if len(view.columns) == 2:
        return next(iter({0, 1} - set(asked.conditions)), None)
    return view.number_column(asked.conditions) if view.intent.kind == "number" else None


def _is_meant(asked: Asked, row: Row, column: int, *, by_name: bool) -> bool:
    """Whether a cell is what the question asks for, rather than something else of its row."""
    view = asked.view
    beside = " ".join(cell.text for cell in row.cells)
    if not knows_aspect(view, column, asked.rest, beside):
        return False
    text = with_unit(row.cells[column], view.name(column))
    return by_name or (suits(text, view.intent.kind) and knows_all(view, column, asked.rest))


def _cells(asked: Asked, column: int) -> TableAnswer | None:
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


def _several(asked: Asked) -> TableAnswer | None:
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


def _listed_column(asked: Asked) -> int | None:
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


def _listed(asked: Asked, names: Sequence[str], *, counting: bool) -> TableAnswer | None:
    if counting and len(set(names)) < len(asked.rows):
        return None  # rows of one name: whether they count once, the table does not say
    listed = "; ".join(dict.fromkeys(names))
    text = f"{len(asked.rows)} ({listed})" if counting else listed
    held = asked.view.share_held(asked.rows)
    return TableAnswer(text, "count" if counting else "rows", tuple(asked.rows), held)


def _counts(asked: Asked) -> bool:
    """Whether rows are to be counted, rather than a number to be found in a column."""
    column = asked.view.named_column(asked.conditions, numeric=True)
    return asked.view.intent.counts and (asked.bounded or column is None)


def _means_all(asked: Asked) -> bool:
    """Whether all rows are asked for: the question calls them as their column does."""
    view = asked.view
    label = view.label_column(())
    name = said(view.name(label)).strip()
    return bool(name) and name in view.asked and knows_all(view, label, asked.rest)


def _most(asked: Asked) -> TableAnswer | None:
    """The row that has the most or the least of something."""
    view = asked.view
    if len(asked.rows) < 2:
        return None
    found = extreme(view, asked.rows, asked.conditions)
    if found is None or not knows_all(view, found.column, asked.rest):
        return None
    label_column = view.label_column({*asked.conditions, found.column})
    label = cell_of(found.row, label_column)
    cell = with_unit(found.cell, view.name(found.column))
    kind = view.intent.kind
    named = label is not None and view.is_named(label_column)
    if (kind == "number" and not named) or (kind == "date" and view.is_dated(found.column)):
        text = cell
    elif label is None:
        return None
    else:
        text = f"{label.text} ({cell})"
    return TableAnswer(text, "most", (found.row,), view.share_held(asked.rows))
