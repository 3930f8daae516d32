"""Answers that stand in the documents as they are: a cell, a list, steps, a sentence.

What the question wants decides how much is quoted. A row is asked as a table, a list is
given whole, a reason is its sentence; of a section on what is asked, its first sentences.
Nothing is written here, so nothing can be made up; whether it is the right place is told by
the unit's probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...reader.answers.table_query import TableAnswer, ask_table
from ...reader.answers.tables import table_at
from ...reader.answers.types import suits
from ...reader.terms import terms
from ...records import Citation, Passage
from .candidates import Candidate, Field, Floats, Texts

_LONGEST = 900
"""Characters of a quoted answer."""

_NEAR_BEST = 0.5
"""Of the best unit's probability: others that belong to an answer of several points."""

_TABLES = 3
"""Tables that a question is put to, likeliest first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `start:end` of the document that a passage of the window is from."""

    passage: Passage
    start: int
    end: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Quote:
    """An answer in a document's own words, and where they stand, the main place first.

    `probability` is that of its unit. `how` is a `TableAnswer`'s, or the unit's kind.
    `worked_out` is whether it was counted or reckoned rather than copied.
    """

    text: str
    spans: tuple[Span, ...]
    probability: float
    how: str
    worked_out: bool = False


def quote(field: Field, likely: Floats, text_of: Texts) -> Quote | None:
    """The best quoted answer; None where the window has no unit. `likely` is of each unit."""
    if not field.candidates:
        return None
    from .reckoning import reckoned

    found = from_tables(field, likely, text_of) or reckoned(field, likely)
    if found is not None:
        return found
    best = _best(field, likely)
    return None if best is None else _whole(field, likely, best, text_of)


def shown(field: Field, likely: Floats) -> Quote | None:
    """The likeliest unit by itself, as what was found where there is no answer."""
    best = _best(field, likely)
    if best is None:
        return None
    one = field.candidates[best]
    return Quote(one.text, _spans(one), float(likely[best]), one.unit.kind)


def from_tables(field: Field, likely: Floats, text_of: Texts) -> Quote | None:
    """What the likeliest tables say, if one of them has an answer."""
    order = np.argsort(-likely, kind="stable").tolist()
    tried: set[tuple[int, int]] = set()
    found: list[tuple[float, Quote]] = []
    for place in order:
        one = field.candidates[place]
        if one.unit.kind != "row" or one.unit.header is None or len(tried) >= _TABLES:
            continue
        at = (one.passage.document.id, one.unit.header[0])
        if at in tried:
            continue
        tried.add(at)
        table = table_at(text_of(one.passage.document.id), one.unit.start)
        said = table and ask_table(table, field.question, field.intent, around=one.around)
        if said and likely[place] >= 0.2 * likely[order[0]]:
            found.append((said.named + float(likely[place]), _of_table(field, likely, one, said)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _of_table(field: Field, likely: Floats, one: Candidate, said: TableAnswer) -> Quote:
    spans = [Span(one.passage, row.start, row.end) for row in said.rows[:20]]
    if one.unit.header is not None:
        spans.append(Span(one.passage, *one.unit.header, weight=0.3))
    rows = {row.start for row in said.rows}
    sure = [p for c, p in zip(field.candidates, likely, strict=True)
            if c.unit.kind == "row" and c.unit.start in rows
            and c.passage.document.id == one.passage.document.id]  # fmt: skip
    return Quote(said.text, tuple(spans), float(max(sure, default=0.0)), said.how,
                 worked_out=said.how in {"count", "total", "difference", "most"})  # fmt: skip


def _best(field: Field, likely: Floats) -> int | None:
    """The likeliest unit that is no heading; entries of a list that is wanted whole give way."""
    wanted = field.intent.kind in {"list", "steps"}
    best: int | None = None
    for place in np.argsort(-likely, kind="stable").tolist():
        kind = field.candidates[place].unit.kind
        if kind != "heading":
            best = place
            break
    if best is None or not wanted or field.candidates[best].unit.kind not in {"item", "sentence"}:
        return best
    return _list_of(field, best)


def _list_of(field: Field, place: int) -> int:
    """The list that an entry is of, or that a sentence introduces; else the unit itself."""
    one = field.candidates[place]
    for other, candidate in enumerate(field.candidates):
        if (
            candidate.unit.kind != "list"
            or candidate.passage.document.id != one.passage.document.id
        ):
            continue
        holds = candidate.unit.start <= one.unit.start and one.unit.end <= candidate.unit.end
        introduced = candidate.unit.lead is not None and one.unit.end == candidate.unit.lead[1]
        if holds or introduced:
            return other
    return place


def _whole(field: Field, likely: Floats, best: int, text_of: Texts) -> Quote:
    """The unit, and of several points those beside it."""
    one = field.candidates[best]
    text = text_of(one.passage.document.id)
    if one.unit.kind == "row":
        return _row(one, likely[best], text)
    places = [best]
    if field.intent.kind in {"content", "reason"} and one.unit.kind in {
        "sentence",
        "field",
        "item",
    }:
        places = _beside(field, likely, best)
    units = [field.candidates[place] for place in places]
    said = "\n".join(unit.text for unit in units) if one.unit.kind in {"item", "field"} else (
        " ".join(unit.text for unit in units))  # fmt: skip
    spans = tuple(span for unit in units for span in _spans(unit))
    return Quote(said, spans, float(likely[best]), one.unit.kind)


def _row(one: Candidate, probability: float, text: str) -> Quote:
    table = table_at(text, one.unit.start)
    row = next((r for r in table.rows if r.start == one.unit.start), None) if table else None
    said = table.told(row) if table and row else one.text
    return Quote(said, _spans(one), float(probability), "row")


def _beside(field: Field, likely: Floats, best: int) -> list[int]:
    """The unit and its likely neighbours of the same passage, in their order."""
    one = field.candidates[best]
    kept = [best]
    length = len(one.text)
    near = sorted(range(len(likely)), key=lambda place: -likely[place])
    for place in near:
        other = field.candidates[place]
        same = other.passage.chunk_id == one.passage.chunk_id and other.unit.kind == one.unit.kind
        likely_too = likely[place] >= _NEAR_BEST * likely[best]
        if place != best and same and likely_too and length + len(other.text) <= _LONGEST:
            kept.append(place)
            length += len(other.text)
    return sorted(kept)


def _spans(one: Candidate) -> tuple[Span, ...]:
    """A unit's place, and that of a row's header or of what introduces a list."""
    spans = [Span(one.passage, one.unit.start, one.unit.end)]
    if one.unit.header is not None:
        spans.append(Span(one.passage, *one.unit.header, weight=0.3))
    return tuple(spans)


def distinct(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in their order, none within another of the same document."""
    kept: list[Span] = []
    for span in spans:
        same = (one for one in kept if one.passage.document.id == span.passage.document.id)
        if not any(one.start <= span.start and span.end <= one.end for one in same):
            kept.append(span)
    return tuple(kept)


def citations(spans: Sequence[Span], text_of: Texts) -> tuple[Citation, ...]:
    """Spans as citations, whose weights add up to 1."""
    total = sum(span.weight for span in spans)
    return tuple(
        Citation(
            document=span.passage.document,
            chunk_id=span.passage.chunk_id,
            start=span.start,
            end=span.end,
            quote=text_of(span.passage.document.id)[span.start : span.end],
            weight=round(span.weight / total, 4),
        )
        for span in spans
    )


def names_more(field: Field, one: Candidate) -> bool:
    """Whether a unit can be the answer by its type: it suits, and says more than was asked."""
    return suits(one.text, field.intent.kind) and bool(
        set(terms(one.text)) - set(terms(field.question))
    )
