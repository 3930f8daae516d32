"""Explaining a search: the way over the graph from the question to each passage.

Reads a result and the graph as they are; nothing is searched for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..kg.trails import Trail, trails
from ..records import AsDict, DocumentRef, Fact, Passage, Signals
from .graph_reports import EntityRef
from .graph_search import linked, rows_of
from .graph_view import GraphView

_MEANT = 3  # entities shown where a name has many


@dataclass(frozen=True, slots=True)
class NameFound(AsDict):
    """`start:end` of a question is a name in the graph; `entities` are what it may mean."""

    text: str
    start: int
    end: int
    entities: tuple[EntityRef, ...]


@dataclass(frozen=True, slots=True)
class Step(AsDict):
    """Over an entity to a passage that mentions it, or whose document is about it."""

    entity: EntityRef
    document: DocumentRef
    chunk_id: int


@dataclass(frozen=True, slots=True)
class Way(AsDict):
    """How a passage was come to.

    `steps` lead from a name of the question to the passage; there are none where words
    and vectors alone found it. `facts` are those of the result that it states.
    """

    document: DocumentRef
    chunk_id: int
    start: int
    end: int
    score: float
    signals: Signals
    steps: tuple[Step, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Explanation(AsDict):
    """A question, the names found in it, and the way to each passage, in their order."""

    question: str
    names: tuple[NameFound, ...]
    ways: tuple[Way, ...]


def explain(
    view: GraphView,
    question: str,
    passages: Sequence[Passage],
    facts: Sequence[Fact],
    *,
    names: bool = True,
) -> Explanation:
    """The ways to `passages` that a search for `question` found, with its `facts`.

    Without `names`, or where no passage has the graph's signal, no way leads from the
    question over the graph, and none is shown.
    """
    if not names or all(passage.signals.graph is None for passage in passages):
        return Explanation(question, (), tuple(_way(passage, (), facts) for passage in passages))
    arrays = view.arrays
    found = linked(question, arrays)
    starts = {column for name in found for column in name.columns}
    rows = rows_of(arrays, [passage.chunk_id for passage in passages])
    led = trails(arrays, starts, list(rows.values()))
    refs = _refs(view, starts | {column for trail in led.values() for column, _ in trail})
    by_row = {rows[p.chunk_id]: p for p in passages if p.chunk_id in rows}
    known = tuple(
        NameFound(name.text, name.start, name.end, tuple(refs[c] for c in name.columns[:_MEANT]))
        for name in found
    )
    ways = tuple(
        _way(passage, _steps(led.get(rows.get(passage.chunk_id, -1), ()), refs, by_row), facts)
        for passage in passages
    )
    return Explanation(question, known, ways)


def _refs(view: GraphView, columns: Iterable[int]) -> dict[int, EntityRef]:
    ids = {int(view.arrays.entity_ids[column]): column for column in columns}
    return {ids[ref.id]: ref for ref in view.refs(list(ids))}


def _steps(
    trail: Trail, refs: dict[int, EntityRef], by_row: dict[int, Passage]
) -> tuple[Step, ...]:
    return tuple(
        Step(refs[column], by_row[row].document, by_row[row].chunk_id) for column, row in trail
    )


def _way(passage: Passage, steps: tuple[Step, ...], facts: Sequence[Fact]) -> Way:
    return Way(
        document=passage.document,
        chunk_id=passage.chunk_id,
        start=passage.start,
        end=passage.end,
        score=passage.score,
        signals=passage.signals,
        steps=steps,
        facts=tuple(fact for fact in facts if fact.chunk_id == passage.chunk_id),
    )
