"""Which rows of a table a question's words single out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...sentences import CJK
from ..terms import terms, tokens
from .cells import YES, is_bare_number, is_year, said, said_parts
from .table_view import TableView, cell_of
from .table_words import knows_all, names_in, without
from .tables import Row

Conditions = Mapping[int, tuple[str, ...]]
"""For each column that is bound the words, as `said` gives them, of which a cell has one."""

_NAME_LIKE = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){1,3}")
_CHINESE = re.compile(f"[{CJK}]")
_CHINESE_NAME = re.compile(f"[{CJK}]{{2,4}}")


def conditions_of(view: TableView, *, besides: Iterable[str] = ()) -> Conditions:
    """What a question says of the rows it is about; empty where it says nothing.

    `besides` are numbers of the question that bound a column, and so name no cell.
    """
    found = _said_whole(view, {said(number) for number in besides})
    spoken_for = {word for words in found.values() for one in words for word in one.split()}
    for column, words in _said_by_one_name(view, spoken_for).items():
        found.setdefault(column, words)
    found |= _marked(view, set(found))
    return found or _said_in_part(view)


def meets(row: Row, conditions: Conditions) -> bool:
    """Whether a row has one of the words in each column that is bound."""
    return all(
        (cell := cell_of(row, column)) is not None and bool(said_parts(cell.text) & set(words))
        for column, words in conditions.items()
    )


def _said_whole(view: TableView, besides: set[str]) -> dict[int, tuple[str, ...]]:
    """Cells that the question says, the longest first, so that none is a part of another."""
    cells = [
        (words, column, part)
        for column in view.columns
        for text in set(view.cells(column))
        for part in {text, *_people(text)}
        if len(words := said(part)) > 3 and (not is_bare_number(part) or is_year(part))
    ]
    left = view.asked
    found: dict[int, list[str]] = {}
    taken: set[str] = set()
    for words, column, text in sorted(cells, key=lambda one: (-len(one[0]), one)):
        if words in besides or not _means_it(view.question, text):
            continue
        if words in left or words in taken:
            taken.add(words)
            left = left.replace(words, " , ")
            if words not in found.setdefault(column, []):
                found[column].append(words)
    return {column: tuple(words) for column, words in found.items()}


def _people(text: str) -> list[str]:
    """The entries of a cell that lists several names."""
    parts = [part.strip() for part in re.split(r"[,;、，；]", text)]
    return [part for part in parts if _NAME_LIKE.fullmatch(part) or _CHINESE_NAME.fullmatch(part)]


def _means_it(question: str, text: str) -> bool:
    """Whether "it" in a question can be the department "IT": only if it is written so."""
    return bool(terms(text)) or bool(_CHINESE.search(text)) or text in question


def _said_by_one_name(view: TableView, besides: set[str]) -> dict[int, tuple[str, ...]]:
    """Names of which the question says a part that no other cell of the column has.

    `besides` are words that the question says for another cell's sake.
    """
    asked = {token.text for token in tokens(view.question)} - besides
    runs = [{token.text for token in tokens(name)} for name in names_in(view.intent.core)]
    found: dict[int, tuple[str, ...]] = {}
    for column in view.columns:
        bags = {value: {t.text for t in tokens(value)} for value in set(view.cells(column))}
        for value, words in bags.items():
            others: set[str] = set().union(*(bag for v, bag in bags.items() if v != value))
            telling = {w for w in words - others if len(w) > 3 and not w[0].isdigit()} & asked
            another = any(run & telling and not run <= words for run in runs)
            if _NAME_LIKE.fullmatch(value) and telling and len(bags) > 1 and not another:
                found[column] = (said(value),)
    return found


def _marked(view: TableView, besides: set[int]) -> dict[int, tuple[str, ...]]:
    """A column of yes and no that the question names: those rows that have a yes."""
    column = view.named_column(besides)
    if column is None:
        return {}
    yes = {cell.lower() for cell in view.cells(column)} & YES
    words = tuple(sorted(said(cell) for cell in yes if said(cell).strip()))
    return {column: words} if words and view.is_marked(column) else {}


def _said_in_part(view: TableView) -> dict[int, tuple[str, ...]]:
    """The one row whose label shares the most with the question, if it is one.

    A label of which a word is missing is meant only if the question says nothing else that
    the table does not know: the harbour bridge is no harbour tunnel.
    """
    row = view.most_alike(view.body, label_only=True)
    if row is None:
        return {}
    column = next(i for i, cell in enumerate(row.cells) if cell.text)
    label = set(terms(row.cells[column].text))
    shared = len(label & view.wanted) / len(label) if label else 0.0
    rest = without(view.intent.core, [said(row.cells[column].text)])
    if shared < 0.5 or (shared < 1 and not knows_all(view, column, rest)):
        return {}
    return {column: (said(row.cells[column].text),)}
