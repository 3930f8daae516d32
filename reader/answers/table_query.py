"""Questions put to a table: a cell, the rows that meet a condition, how many, the most, a total.

What a question names decides: cells whose words it says are conditions on their rows, a
column whose name it says is what it asks for. Everything that a question singles out, such
as a year, must be found in the table or around it; else the table has no answer. Nothing is
guessed: where two cells would do, none is given. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..terms import terms, tokens
from .intent import Intent
from .tables import Cell, Row, TextTable

How = Literal["cell", "rows", "count", "most", "total", "difference"]

_MOST = re.compile(
    r"\b(?:highest|largest|biggest|most|greatest|longest|maximum|best|latest|newest|tallest|heaviest|"
    r"dearest|busiest|wettest|warmest)\b|\bmost \w+|最(?:高|大|多|长|晚|新|贵|重|好|强)",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:lowest|smallest|least|fewest|shortest|minimum|cheapest|earliest|oldest|lightest|driest|"
    r"coldest)\b|最(?:低|小|少|短|早|便宜|轻)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:\b(?:over|more than|above|at least|exceed(?:s|ed|ing)?|greater than|higher than|from)\b|>=?|超过|"
    r"高于|大于|多于|不少于|不低于|至少)\s*[^\d\s]{0,3}\s*(?P<n>\d[\d,.]*)(?P<end>以上)?",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:\b(?:under|less than|below|at most|fewer than|lower than|up to)\b|<=?|低于|小于|少于|不足|不超过|"
    r"至多)\s*[^\d\s]{0,3}\s*(?P<n>\d[\d,.]*)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:in total|total|altogether|combined|sum|together|overall)\b|合计|总共|一共|总和|之和|总计|加起来",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:difference|more|less|fewer|higher|lower|increase|decrease|rise|fall|grow|drop|change|longer|"
    r"shorter|cheaper|dearer)\w*\b|相差|差|增加|减少|增长|下降|多多少|少多少|多了|少了|高出|低",
    re.IGNORECASE,
)
_NAME_LIKE = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){1,3}")
_YES = {"yes", "y", "x", "✓", "✔", "是", "有", "√", "true"}
_NO = {"no", "n", "", "-", "–", "—", "否", "无", "×", "false"}
_TOTAL_ROW = re.compile(r"^\W*(?:total|sum|all|overall|合计|总计|小计|共计)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[-−]?\d[\d,  ]*(?:\.\d+)?")
_UNIT = re.compile(r"[(（]([^()（）]{1,12})[)）]")


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


def ask_table(
    table: TextTable, question: str, intent: Intent, *, around: str = ""
) -> TableAnswer | None:
    """The table's answer to a question, or None; `around` is its title, heading and lead."""
    return _Query(table, question, intent, around).answer()


@dataclass(slots=True)
class _Query:
    table: TextTable
    question: str
    intent: Intent
    around: str

    def answer(self) -> TableAnswer | None:
        conditions = self._conditions()
        if not self._singled_out_is_there():
            return None
        rows = [row for row in self._body() if _meets(row, conditions)]
        named = {column for column, _ in conditions}
        for attempt in (self._difference, self._total, self._extreme, self._several, self._cell):
            found = attempt(rows, named, bool(conditions))
            if found is not None:
                return found
        return None

    # --- what the question names ---------------------------------------------------

    def _body(self) -> list[Row]:
        return [
            row
            for row in self.table.rows
            if not (row.cells and _TOTAL_ROW.match(row.cells[0].text))
        ]

    def _conditions(self) -> list[tuple[int, str]]:
        """For each column the longest cell that the question says: (column, words)."""
        asked = _said(self.question)
        best: dict[int, str] = {}
        for row in self.table.rows:
            if row.cells and _TOTAL_ROW.match(row.cells[0].text):
                continue
            for column, cell in enumerate(row.cells):
                words = _said(cell.text)
                if _bare_number(cell.text) and not _year(cell.text):
                    continue
                if (
                    words
                    and words in asked
                    and len(words) > len(best.get(column, ""))
                    and len(words) > 3
                ):
                    best[column] = words
        best = _without_parts(best)
        for column, words in self._distinctive().items():
            best.setdefault(column, words)
        best |= self._marked(set(best))
        return list(best.items()) or self._by_part()

    def _distinctive(self) -> dict[int, str]:
        """Names of which the question says a part that no other cell of the column has."""
        asked = {token.text for token in tokens(self.question)}
        found: dict[int, str] = {}
        for column in range(len(self.table.header.cells)):
            values = {
                c.text
                for row in self._body()
                if column < len(row.cells)
                for c in (row.cells[column],)
            }
            bags = {value: {t.text for t in tokens(value)} for value in values if value}
            for value, words in bags.items():
                others: set[str] = set().union(*(bag for v, bag in bags.items() if v != value))
                telling = {w for w in words - others if len(w) > 3 and not w[0].isdigit()}
                if _NAME_LIKE.fullmatch(value) and telling & asked and len(bags) > 1:
                    found[column] = _said(value)
        return found

    def _marked(self, besides: set[int]) -> dict[int, str]:
        """A column of yes and no that the question names: those rows that have a yes."""
        column = self._column(besides)
        if column is None:
            return {}
        cells = {row.cells[column].text.lower() for row in self._body() if column < len(row.cells)}
        yes = cells & _YES
        return {column: _said(yes.pop())} if yes and cells <= _YES | _NO else {}

    def _by_part(self) -> list[tuple[int, str]]:
        """The one row whose label shares the most with the question, if it is one."""
        row = self._most_alike(self._body(), at_least=0.5, label_only=True)
        if row is None:
            return []
        column = next(i for i, cell in enumerate(row.cells) if cell.text)
        return [(column, _said(row.cells[column].text))]

    def _most_alike(self, rows: Sequence[Row], *, at_least: float, label_only: bool) -> Row | None:
        """The one row whose words the question has most of; None where two are alike."""
        wanted = set(terms(self.question))
        shared = []
        for row in rows:
            texts = [cell.text for cell in row.cells if cell.text and not _bare_number(cell.text)]
            words = {term for text in texts[: 1 if label_only else None] for term in terms(text)}
            shared.append((len(words & wanted), len(words & wanted) / max(len(words), 1), row))
        shared.sort(key=lambda one: (-one[0], -one[1]))
        if not shared or shared[0][0] == 0 or shared[0][1] < at_least:
            return None
        tied = len(shared) > 1 and shared[1][:2] == shared[0][:2]
        return None if tied else shared[0][2]

    def _singled_out_is_there(self) -> bool:
        """Whether every number, and every word in capitals, of the question is there or around."""
        whole = [
            self.around,
            *(c.text for row in (self.table.header, *self.table.rows) for c in row.cells),
        ]
        there = {token.text for text in whole for token in tokens(text)}
        there |= {part for token in there for part in re.findall(r"\d+|[a-z]+", token)}
        bounds = [
            found["n"] for pattern in (_OVER, _UNDER) for found in pattern.finditer(self.question)
        ]
        known = {token.text for bound in bounds for token in tokens(bound)}
        return all(t in there or t in known for t in _singled_out(self.question))

    def _named(self, rows: Iterable[Row]) -> float:
        wanted = set(terms(self.intent.core))
        held = set(terms(self.around))
        for row in (self.table.header, *rows):
            held.update(term for cell in row.cells for term in terms(cell.text))
        return len(wanted & held) / len(wanted) if wanted else 0.0

    def _column(self, besides: set[int], *, numeric: bool | None = None) -> int | None:
        """The column that is asked for, by its name; None where none is, or two are alike.

        With `numeric`, one of numbers or one of none.
        """
        wanted = set(terms(self.question))
        asked = _said(self.question)
        scored = []
        for column, cell in enumerate(self.table.header.cells):
            other = numeric is not None and self._numeric(column) != numeric
            if column in besides or not cell.text or other:
                continue
            words = set(terms(_bare(cell.text)))
            whole = _said(_bare(cell.text)) in asked if len(_bare(cell.text)) > 1 else False
            begun = sum(_abbreviates(word, wanted) for word in words - wanted)
            years = sum(word[:1].isdigit() for word in words & wanted)
            shared = len(words & wanted) + 0.9 * begun + whole + years  # a year says which
            scored.append((shared, shared / max(len(words), 1), column))
        scored.sort(reverse=True)
        if not scored or scored[0][0] <= 0:
            return None
        if len(scored) > 1 and scored[1][:2] == scored[0][:2]:
            return None
        return scored[0][2]

    def _label_column(self, named: set[int]) -> int:
        """The column whose cells name the rows: as the question calls them, else the first."""
        wanted = set(terms(self.question))
        columns = [
            i
            for i in range(len(self.table.header.cells))
            if i not in named and not self._numeric(i)
        ]

        def rank(column: int) -> tuple[bool, bool, int]:
            shares = bool(set(terms(self.table.header.cells[column].text)) & wanted)
            return shares, not self._coded(column), -column

        return max(columns, key=rank, default=0)

    def _coded(self, column: int) -> bool:
        """Whether a column holds codes, such as "P-07", rather than words."""
        cells = [row.cells[column].text for row in self._body() if column < len(row.cells)]
        return sum(any(c.isdigit() for c in cell) and len(cell) < 12 for cell in cells) > 0.6 * len(
            cells
        )

    # --- the kinds of question -------------------------------------------------------

    def _cell(self, rows: Sequence[Row], named: set[int], bound: bool) -> TableAnswer | None:
        if not bound or self.intent.kind == "difference":
            return None
        if len(rows) > 1:
            alike = self._most_alike(rows, at_least=0.0, label_only=False)
            rows = [alike] if alike is not None else []
        if len(rows) != 1:
            return None
        column = self._column(named)
        if column is None and len(self.table.header.cells) == 2:
            column = next(iter({0, 1} - named), None)
        if column is None and self.intent.kind == "number":
            column = self._number_column(named)
        if column is None or column >= len(rows[0].cells) or not rows[0].cells[column].text:
            return None
        text = _with_unit(rows[0].cells[column], self.table.header.cells[column].text)
        return TableAnswer(text, "cell", tuple(rows), self._named(rows))

    def _several(self, rows: Sequence[Row], named: set[int], bound: bool) -> TableAnswer | None:
        """Rows that meet the conditions, named or counted."""
        kept, bounded = self._within_bounds(rows, named)
        if self.intent.kind not in {"count", "list", "open", "number", "person"} or not kept:
            return None
        counting = self.intent.counts and (bounded or self._column(named, numeric=True) is None)
        counts_all = self.intent.kind == "count" and self._counts_all(named)
        if not (bound or bounded or counts_all) or (
            not counting and self.intent.kind != "list" and len(kept) < 2
        ):
            return None
        label = self._label_column(named)
        if named and label in named:
            return None
        names = [
            row.cells[label].text
            for row in kept
            if label < len(row.cells) and row.cells[label].text
        ]
        if not names or (self.intent.kind in {"number", "count"} and not counting):
            return None
        listed = "; ".join(dict.fromkeys(names))
        text = f"{len(kept)} ({listed})" if counting else listed
        return TableAnswer(text, "count" if counting else "rows", tuple(kept), self._named(kept))

    def _counts_all(self, named: set[int]) -> bool:
        """Whether all rows are asked for: the question calls them as their column does."""
        name = self.table.header.cells[self._label_column(named)].text
        return bool(name) and _said(name).strip() in _said(self.question) and (
            self._named(self._body()) >= 0.5)  # fmt: skip

    def _within_bounds(self, rows: Sequence[Row], named: set[int]) -> tuple[list[Row], bool]:
        over, under = _OVER.search(self.question), _UNDER.search(self.question)
        if not over and not under:
            return list(rows), False
        column = self._number_column(named)
        if column is None:
            return [], False
        low = _number(over["n"]) if over else None
        high = _number(under["n"]) if under else None
        kept = []
        for row in rows:
            value = _number(row.cells[column].text) if column < len(row.cells) else None
            if value is None:
                continue
            if (low is None or value > low) and (high is None or value < high):
                kept.append(row)
        return kept, True

    def _number_column(self, named: set[int]) -> int | None:
        """The column of numbers that is asked for, or the only one there is."""
        asked = self._column(named, numeric=True)
        if asked is not None:
            return asked
        columns = [i for i in range(len(self.table.header.cells))
                   if i not in named and self._numeric(i) and not self._numbers_rows(i)]  # fmt: skip
        return columns[0] if len(columns) == 1 else None

    def _numbers_rows(self, column: int) -> bool:
        """Whether a column only numbers the rows, or is of years."""
        cells = [row.cells[column].text for row in self._body() if column < len(row.cells)]
        return cells == [str(n) for n in range(1, len(cells) + 1)] or all(map(_year, cells))

    def _numeric(self, column: int) -> bool:
        cells = [row.cells[column].text for row in self._body() if column < len(row.cells)]
        filled = [cell for cell in cells if cell]
        return bool(filled) and sum(_number(cell) is not None for cell in filled) > 0.6 * len(
            filled
        )

    def _extreme(self, rows: Sequence[Row], named: set[int], bound: bool) -> TableAnswer | None:
        most, least = _MOST.search(self.question), _LEAST.search(self.question)
        if bool(most) == bool(least) or len(rows) < 2:
            return None
        column = self._number_column(named)
        if column is None:
            return None
        valued = [(v, row) for row in rows if column < len(row.cells)
                  if (v := _number(row.cells[column].text)) is not None]  # fmt: skip
        if len(valued) < 2:
            return None
        chosen = max(valued, key=lambda one: one[0] if most else -one[0])
        if sum(value == chosen[0] for value, _ in valued) > 1:
            return None
        label = self._label_column({*named, column})
        name = chosen[1].cells[label].text
        cell = _with_unit(chosen[1].cells[column], self.table.header.cells[column].text)
        text = cell if self.intent.kind == "number" else f"{name} ({cell})"
        return TableAnswer(text, "most", (chosen[1],), self._named(rows))

    def _total(self, rows: Sequence[Row], named: set[int], bound: bool) -> TableAnswer | None:
        if not _TOTAL.search(self.question) or len(rows) < 2:
            return None
        column = self._number_column(named)
        if column is None:
            return None
        for row in self.table.rows:  # the table may say it itself
            if (
                row.cells
                and _TOTAL_ROW.match(row.cells[0].text)
                and not bound
                and column < len(row.cells)
            ):
                cell = row.cells[column]
                return TableAnswer(_with_unit(cell, self.table.header.cells[column].text), "total",
                                   (row,), self._named(rows))  # fmt: skip
        values = [
            _number(row.cells[column].text) if column < len(row.cells) else None for row in rows
        ]
        if any(value is None for value in values):
            return None
        known = [value for value in values if value is not None]
        text = f"{_told(sum(known))} ({' + '.join(map(_told, known))})"
        return TableAnswer(text, "total", tuple(rows), self._named(rows))

    def _difference(self, rows: Sequence[Row], named: set[int], bound: bool) -> TableAnswer | None:
        """Between two cells of a row whose columns are named, or of a column for two rows."""
        if self.intent.kind != "difference" or not _DIFFERENCE.search(self.question):
            return None
        asked = _said(self.question)
        columns = [i for i, cell in enumerate(self.table.header.cells)
                   if len(_bare(cell.text)) > 1 and _said(_bare(cell.text)) in asked and self._numeric(i)]  # fmt: skip
        pairs: list[tuple[Row, Cell]] = []
        if len(columns) == 2 and len(rows) == 1:
            pairs = [(rows[0], rows[0].cells[i]) for i in columns if i < len(rows[0].cells)]
        else:
            there = [row for row in self._body() if row.cells and len(_said(row.cells[0].text)) > 2
                     and _said(row.cells[0].text) in asked]  # fmt: skip
            column = self._number_column({0})
            if len(there) == 2 and column is not None:
                pairs = [(row, row.cells[column]) for row in there if column < len(row.cells)]
        values = [_number(cell.text) for _, cell in pairs]
        if len(values) != 2 or values[0] is None or values[1] is None:
            return None
        high, low = max(values[0], values[1]), min(values[0], values[1])
        text = f"{_told(high - low)} ({_told(high)} − {_told(low)})"
        bearing = tuple(dict.fromkeys(row for row, _ in pairs))
        return TableAnswer(text, "difference", bearing, self._named(bearing))


def _meets(row: Row, conditions: Sequence[tuple[int, str]]) -> bool:
    return all(c < len(row.cells) and words in _said(row.cells[c].text) for c, words in conditions)


def _said(text: str) -> str:
    """A text's words between spaces, so that one text is looked for in another by whole words."""
    return f" {' '.join(token.text for token in tokens(text))} " if text.strip() else ""


def _bare(name: str) -> str:
    """A column's name without the unit in brackets behind it."""
    return _UNIT.sub("", name).strip()


def _without_parts(found: dict[int, str]) -> dict[int, str]:
    """Conditions that are no part of another one."""
    return {
        column: words
        for column, words in found.items()
        if not any(words in other and words != other for other in found.values())
    }


def _singled_out(question: str) -> set[str]:
    """The numbers of a question, and its words in capitals and with digits, as tokens have them."""
    return {token.text for token in tokens(question)
            if token.text[0].isdigit() or (len(token.text) > 1 and question[token.start : token.end].isupper()
                                           and question[token.start].isascii())}  # fmt: skip


def _abbreviates(word: str, wanted: set[str]) -> bool:
    """Whether a header's word is short for one of the question's, or the other way round."""
    return len(word) >= 3 and any(
        w.startswith(word) or word.startswith(w) for w in wanted if len(w) >= 3
    )


def _bare_number(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\d.,%€$£¥−+-]+", text))


def _year(text: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:1[5-9]|20)\d\d\s*", text))


def _number(text: str) -> float | None:
    """The number that a cell holds; None where it holds none or several."""
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return None
    bare = re.sub(r"[,\s ]", "", found[0]).replace("−", "-")
    try:
        return float(bare)
    except ValueError:
        return None


def _told(value: float) -> str:
    rounded = round(value, 6)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.10g}"


def _with_unit(cell: Cell, header: str) -> str:
    """The cell's words, with the unit that its column's name has in brackets."""
    unit = _UNIT.search(header)
    if unit and re.fullmatch(r"[\s\d.,−-]+", cell.text) and not _year(unit[1]):
        return f"{cell.text} {unit[1]}"
    return cell.text
