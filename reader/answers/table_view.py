"""A table seen with a question: what its columns hold, and which of them is asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..terms import terms
from .cells import NO, YES, bare_name, is_summary, is_total, is_year, measure, said
from .dates import dates_in
from .intent import Intent
from .tables import Cell, Row, TextTable

_MOSTLY = 0.6
"""The share of a column's cells that make it one of numbers, of codes or of dates."""
_SHARE = re.compile(r"\bshare|percent|%|比例|占比|百分|几成", re.IGNORECASE)


@dataclass(frozen=True)
class TableView:
    """A table, the question, and what stands around the table; columns go by their place."""

    table: TextTable
    question: str
    intent: Intent
    around: str

    @cached_property
    def body(self) -> list[Row]:
        """The rows without those that are sums of others."""
        return [row for row in self.table.rows if not _sums_others(row)]

    @cached_property
    def asked(self) -> str:
        """The question's words, as `said` gives them."""
        return said(self.question)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The question's terms."""
        return frozenset(terms(self.question))

    @cached_property
    def known(self) -> frozenset[str]:
        """The terms of the whole table and of what stands around it."""
        rows = (self.table.header, *self.table.rows)
        texts = [self.around, *(cell.text for row in rows for cell in row.cells)]
        return frozenset(term for text in texts for term in terms(text))

    @property
    def columns(self) -> range:
        """The places of the columns that have a header."""
        return range(len(self.table.header.cells))

    def name(self, column: int) -> str:
        """A column's name, with its unit."""
        return self.table.header.cells[column].text

    def cells(self, column: int) -> list[str]:
        """What the rows have in a column, without empty cells."""
        found = (cell_of(row, column) for row in self.body)
        return [cell.text for cell in found if cell is not None]

    def total_row(self) -> Row | None:
        """The row that sums up the others, if the table has just one."""
        found = [r for r in self.table.rows if is_total(_label(r))]
        return found[0] if len(found) == 1 else None

    def is_numeric(self, column: int) -> bool:
        """Whether a column is of numbers."""
        return _mostly(measure(cell) is not None for cell in self.cells(column))

    def is_coded(self, column: int) -> bool:
        """Whether a column holds codes, such as "P-07", rather than words."""
        return _mostly(
            any(c.isdigit() for c in cell) and len(cell) < 12 for cell in self.cells(column)
        )

    def is_dated(self, column: int) -> bool:
        """Whether a column is of dates or years."""
        return _mostly(len(dates_in(cell)) == 1 for cell in self.cells(column))

    def numbers_rows(self, column: int) -> bool:
        """Whether a column only numbers the rows, or is of years."""
        cells = self.cells(column)
        return cells == [str(n) for n in range(1, len(cells) + 1)] or all(map(is_year, cells))

    def named_column(self, besides: Iterable[int], *, numeric: bool | None = None) -> int | None:
        """The column that is asked for, by its name; None where none is, or two are alike.

        With `numeric`, one of numbers or one of none.
        """
        scored = []
        for column in set(self.columns) - set(besides):
            other = numeric is not None and self.is_numeric(column) != numeric
            if self.name(column) and not other:
                scored.append((*self._likeness(column), column))
        scored.sort(reverse=True)
        tied = len(scored) > 1 and scored[1][:2] == scored[0][:2]
        return scored[0][2] if scored and scored[0][0] > 0 and not tied else None

    def is_named(self, column: int) -> bool:
        """Whether the question says some of a column's name."""
        return self._likeness(column)[0] > 0

    def _likeness(self, column: int) -> tuple[float, float]:
        """How many words of a column's name the question says, and which share of them."""
        bare = bare_name(self.name(column))
        words = set(terms(bare))
        whole = len(bare) > 1 and said(bare) in self.asked
        begun = sum(abbreviates(word, self.wanted) for word in words - self.wanted)
        years = sum(word[:1].isdigit() for word in words & self.wanted)
        shared = len(words & self.wanted) + 0.9 * begun + whole + years  # a year says which
        return shared, shared / max(len(words), 1)

    def number_column(self, besides: Iterable[int]) -> int | None:
        """The column of numbers that is asked for, or the only one there is."""
        besides = set(besides)
        asked = self.named_column(besides, numeric=True)
        if asked is not None:
            return asked
        columns = [
            column
            for column in self.columns
            if column not in besides and self.is_numeric(column) and not self.numbers_rows(column)
        ]
        if len(columns) > 1 and not _SHARE.search(self.question):  # shares stand beside amounts
            columns = [column for column in columns if not self._is_share(column)]
        return columns[0] if len(columns) == 1 else None

    def _is_share(self, column: int) -> bool:
        cells = [cell for cell in self.cells(column) if cell]
        return bool(cells) and all("%" in cell for cell in cells)

    def date_column(self, besides: Iterable[int]) -> int | None:
        """The column of dates or years that is asked for, or the only one there is."""
        dated = {column for column in self.columns if self.is_dated(column)} - set(besides)
        asked = self.named_column(set(self.columns) - dated)
        return asked if asked is not None else next(iter(dated)) if len(dated) == 1 else None

    def is_marked(self, column: int) -> bool:
        """Whether a column only says of each row whether something holds."""
        return {cell.lower() for cell in self.cells(column)} <= YES | NO

    def label_column(self, besides: Iterable[int]) -> int:
        """The column whose cells name the rows: as the question calls them, else the first."""
        besides = set(besides)
        other = {*besides, *(c for c in self.columns if self.is_numeric(c) or self.is_marked(c))}
        columns = [c for c in self.columns if c not in other]

        def rank(column: int) -> tuple[bool, bool, int]:
            shares = bool(set(terms(self.name(column))) & self.wanted)
            return shares, not self.is_coded(column), -column

        return max(columns, key=rank, default=0)

    def most_alike(self, rows: Sequence[Row], *, label_only: bool = False) -> Row | None:
        """The one row whose words the question has most of; None where two are alike.

        With `label_only`, of its first words; those that the question does not have count
        against it.
        """
        shared = []
        for row in rows:
            texts = [c.text for c in row.cells if c.text and not measure(c.text)]
            words = {term for text in texts[: 1 if label_only else None] for term in terms(text)}
            common = len(words & self.wanted)
            shared.append((common, common / max(len(words), 1) if label_only else 0.0, row))
        shared.sort(key=lambda one: (-one[0], -one[1]))
        if not shared or shared[0][0] == 0:
            return None
        tied = len(shared) > 1 and shared[1][:2] == shared[0][:2]
        return None if tied else shared[0][2]

    def share_held(self, rows: Iterable[Row]) -> float:
        """The share of the question's terms that these rows, the header and the lead hold."""
        wanted = set(terms(self.intent.core))
        held = set(terms(self.around))
        for row in (self.table.header, *rows):
            held.update(term for cell in row.cells for term in terms(cell.text))
        return len(wanted & held) / len(wanted) if wanted else 0.0


def cell_of(row: Row, column: int) -> Cell | None:
    """The row's cell in a column; None where it is empty or missing."""
    return row.cells[column] if column < len(row.cells) and row.cells[column].text else None


def abbreviates(word: str, others: Iterable[str]) -> bool:
    """Whether a word is short for one of the others, or the other way round."""
    return len(word) >= 3 and any(
        other.startswith(word) or word.startswith(other) for other in others if len(other) >= 3
    )


def _label(row: Row) -> str:
    return next((cell.text for cell in row.cells if re.search(r"\w", cell.text)), "")


def _sums_others(row: Row) -> bool:
    return is_total(_label(row)) or is_summary(_label(row))


def _mostly(holds: Iterable[bool]) -> bool:
    found = list(holds)
    return sum(found) > _MOSTLY * len(found)
