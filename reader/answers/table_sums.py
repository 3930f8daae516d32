"""What is reckoned over cells of a table: the total of a column, the difference of two. Pure."""

from __future__ import annotations

import re

from .cells import bare_name, measure, said, told_number, with_unit
from .table_answer import Asked, TableAnswer
from .table_extremes import ANY, same_unit
from .table_view import cell_of
from .table_words import knows_all
from .tables import Cell, Row

_TOTAL = re.compile(
    r"\b(?:in total|total|altogether|combined|sum|together|overall)\b|"
    r"合计|总共|一共|总和|之和|总计|加起来",
    re.IGNORECASE,
)
DIFFERENCE = re.compile(
    r"\b(?:difference|more|less|fewer|higher|lower|increase|decrease|rise|fall|grow|drop|change|"
    r"longer|shorter|cheaper|dearer)\w*\b|"
    r"相差|差|增加|减少|增长|下降|多多少|少多少|多了|少了|高出|低",
    re.IGNORECASE,
)
"""Words that compare two numbers."""

_SHARE = re.compile(r"%|\bper ?cent|百分", re.IGNORECASE)


def total(asked: Asked) -> TableAnswer | None:
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


def _summed(asked: Asked, column: int) -> TableAnswer | None:
    cells = [cell_of(row, column) for row in asked.rows]
    there = [cell for cell in cells if cell is not None]
    values = same_unit(there)
    shares = _SHARE.search(asked.view.name(column)) or any(_SHARE.search(c.text) for c in there)
    if values is None or len(there) < len(cells) or shares:
        return None
    text = f"{told_number(sum(values))} ({' + '.join(map(told_number, values))})"
    return TableAnswer(text, "total", tuple(asked.rows), asked.view.share_held(asked.rows))


def difference(asked: Asked) -> TableAnswer | None:
    """Between two cells of a row whose columns are named, or of a column for two rows."""
    view = asked.view
    if view.intent.kind != "difference" or not DIFFERENCE.search(view.question):
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


def _compared(asked: Asked) -> list[tuple[Row, Cell]]:
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
