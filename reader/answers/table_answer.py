"""What a question leaves of a table, and what the table answers. Records only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .table_conditions import Conditions
from .table_view import TableView
from .table_words import without
from .tables import Row

How = Literal["cell", "rows", "count", "most", "total", "difference"]


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
class Asked:
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
