"""An attempt at an answer: quoted where a document says it whole, else read, then checked.

What the question wants and what stands in the window decide who answers. A cell, a list,
steps, a reason are quoted; a name or a number is read by the reader, and must then stand in
the sentences that it cites and be of the type that was asked for. If not, it is read again
with the likeliest sentence alone; if that does not bear it either, there is none. Whether an
attempt is sure enough is not decided here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...reader.reading import Evidence, Reader, Reading, Window, WindowPassage
from ...reader.terms import inverse_frequencies, overlap, terms
from ...records import Passage
from ..ranking.trees import probability
from .bearing import bears
from .candidates import Candidate, Embed, Field, Floats, Texts, field_of
from .polarity import affirms
from .quoting import Quote, Span, quote, shown
from .unit_ranker import UnitRanker, shipped_unit_ranker
from .wording import verdict

_DECISIVE = 0.12
"""The probability of its unit from which on a table's answer needs no reader."""

_POINTS = 4.0
"""Log-odds that a unit gains by having all of the words that a reader said."""

_WORKED_OUT = frozenset({"count", "difference"})
_STATED = 0.3
"""From which probability of its sentence a number counts as stated that is mostly reckoned: small
readers give any other number instead."""

_FAR, _SURELY = 0.5, 0.8
"""Log-odds by which a unit is far likelier than another; p(passage) from which on one is surely
evidence."""

_WANTED = 0.3
"""Of the best unit's probability: units whose passages enter the window whatever their score."""

_ALONE = 3
"""Sentences that are read again when the first reading does not hold: likeliest first."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The units of a window, how likely each holds the answer, and what can be quoted."""

    field: Field
    likely: Floats
    quote: Quote | None
    texts: Texts

    @property
    def best(self) -> float:
        """The probability of the likeliest unit."""
        return float(self.likely.max(initial=0.0))

    @property
    def wanted(self) -> frozenset[int]:
        """The chunks that hold the likeliest units: they belong into the window."""
        likely = sorted(zip(self.likely, self.field.candidates, strict=True), key=lambda p: -p[0])
        near = [one for p, one in likely[:_ALONE] if p >= _WANTED * self.best]
        return frozenset(one.passage.chunk_id for one in near)

    @property
    def found(self) -> Quote | None:
        """The likeliest unit by itself."""
        return shown(self.field, self.likely)

    @property
    def quotes_alone(self) -> bool:
        """Whether what can be quoted is the answer, whoever reads."""
        if self.quote is None:
            return False
        if self.quote.how in {"cell", "rows", "count", "most", "total", "difference"}:
            return self.quote.probability >= _DECISIVE
        return False


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer's words and where they stand, before it is decided whether they are given.

    `reading` is what the reader made of it, None where it was quoted; `instead_of` is a reading
    that a quote took the place of. `unit` is the probability of the unit that is cited first.
    `sound` is whether the citation bears it.
    """

    text: str
    spans: tuple[Span, ...]
    reading: Reading | None
    unit: float
    how: str
    sound: bool = True
    instead_of: Reading | None = None


def look(
    question: str,
    passages: Sequence[Passage],
    texts: Texts,
    *,
    embed: Embed | None,
    reads_chinese: bool,
    units: UnitRanker | None = None,
) -> Looked:
    """What stands in the passages, best first, that can be an answer.

    `units` ranks it in place of what ships.
    """
    field = field_of(question, passages, texts, embed=embed, reads_chinese=reads_chinese)
    likely = (units or shipped_unit_ranker())(field)
    return Looked(field, likely, quote(field, likely, texts), texts)


def quoted(looked: Looked) -> Attempt | None:
    """The quote as an attempt."""
    if looked.field.intent.kind == "yes_no" and looked.found is not None:
        return _decided(looked.found, None, looked)
    found = looked.quote
    if found is None:
        return None
    # A sentence is no sum: what is to be reckoned is told by rows or dates, or shown as found.
    sound = found.worked_out or looked.field.intent.kind not in _WORKED_OUT or found.how == "cell"
    return Attempt(found.text, found.spans, None, found.probability, found.how, sound=sound)


def read(
    reader: Reader,
    window: Window,
    looked: Looked,
    *,
    on_text: Callable[[str], None] | None = None,
    insist: bool,
) -> Attempt:
    """What the reader says, once or, where its citation does not bear it, again.

    Raises:
        ReaderError: the reader cannot read the window.
    """
    question = looked.field.question
    reading = reader.read(question, window, on_text=on_text, insist=insist)
    if looked.field.intent.kind == "yes_no":
        return _verdict(reading, looked)
    if looked.field.intent.whole and not reading.declined:
        return _pointed_at(reading, looked)
    attempt = _of_reading(reading, window, looked)
    if attempt.sound and not reading.declined and _strays(attempt, looked):
        return _instead(attempt, looked)
    if attempt.sound or reading.declined:
        return attempt
    for place in _likeliest(looked)[: 0 if looked.field.intent.kind in _WORKED_OUT else _ALONE]:
        again = _alone(reader, looked, place, reading)
        if again is not None:
            return _instead(again, looked) if _strays(again, looked) else again
    return attempt


def _instead(attempt: Attempt, looked: Looked) -> Attempt:
    """The quote in place of what was read."""
    found = quoted(looked)
    return attempt if found is None else replace(found, instead_of=attempt.reading)


def _strays(attempt: Attempt, looked: Looked) -> bool:
    """Whether a reader answered from an unlikely place while there is a far likelier one.

    A small reader does that where it does not understand the question; then the likeliest
    sentence is the better answer. A passage that is itself surely evidence may hold the second
    half of an answer whose first half is elsewhere.
    """
    if not attempt.spans or looked.field.intent.kind in _WORKED_OUT:
        return False
    gap = _log_odds(looked.best) - _log_odds(attempt.unit)
    return gap > _FAR and attempt.spans[0].passage.score < _SURELY


def _log_odds(likely: float) -> float:
    bounded = min(max(likely, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _of_reading(reading: Reading, window: Window, looked: Looked) -> Attempt:
    """A reading with the units that hold its evidence, likeliest first, as citations."""
    spans, unit = _units_of(reading.evidence, window, looked)
    quotes = [looked.texts(s.passage.document.id)[s.start : s.end] for s in spans]
    field = looked.field
    sound = not reading.declined and bears(field.question, field.intent, reading.text, quotes)
    sound = sound and (unit >= _STATED or field.intent.kind not in _WORKED_OUT)
    return Attempt(reading.text, spans, reading, unit, "read", sound=sound)


def _pointed_at(reading: Reading, looked: Looked) -> Attempt:
    """What stands where the reader found its words: the whole sentence, list or steps.

    A small reader finds the place, and says half of what stands there.
    """
    likely = pointed(looked, reading.text)
    found = quote(looked.field, likely, looked.texts)
    if found is None:
        return Attempt("", (), reading, 0.0, "whole", sound=False)
    return Attempt(found.text, found.spans, reading, found.probability, "whole")


def pointed(looked: Looked, said: str) -> Floats:
    """The units' probabilities, once a reader has said something that stands in one of them."""
    words = frozenset(terms(said))
    bags = [frozenset(terms(one.text)) for one in looked.field.candidates]
    idf = inverse_frequencies(bags)
    held = np.array([overlap(words, bag, idf) for bag in bags])
    bounded = np.clip(looked.likely, 1e-6, 1 - 1e-6)
    return probability(np.log(bounded / (1 - bounded)) + _POINTS * held)


def _units_of(
    evidence: Sequence[Evidence], window: Window, looked: Looked
) -> tuple[tuple[Span, ...], float]:
    """Where evidence stands, in whole units, with how likely the first of them is."""
    found: list[tuple[float, tuple[Span, ...]]] = []
    for item in evidence:
        place = _place_of(item, looked)
        if place is None:
            continue
        one = looked.field.candidates[place]
        start = one.passage.start + item.start
        kept = (
            Span(one.passage, one.unit.start, one.unit.end, item.weight)
            if one.unit.kind == "row"
            else Span(one.passage, start, one.passage.start + item.end, item.weight)
        )
        header = one.unit.header
        spans = (kept,) if header is None else (kept, Span(one.passage, *header, 0.3 * item.weight))
        found.append((float(looked.likely[place]), spans))
    found.sort(key=lambda pair: -pair[0])
    flat = {
        (span.passage.document.id, span.start): span
        for _, spans in reversed(found)
        for span in reversed(spans)
        if span.weight > 0
    }
    return tuple(reversed(flat.values())), found[0][0] if found else 0.0


def _place_of(item: Evidence, looked: Looked) -> int | None:
    """The likeliest unit of a passage that evidence overlaps."""
    best: int | None = None
    for place, one in enumerate(looked.field.candidates):
        if one.passage.chunk_id != item.chunk_id or one.unit.kind == "list":
            continue
        start, end = one.passage.start + item.start, one.passage.start + item.end
        meets = one.unit.start < end and start < one.unit.end
        if meets and (best is None or looked.likely[place] > looked.likely[best]):
            best = place
    return best


def _likeliest(looked: Looked) -> list[int]:
    """Units that can be read by themselves, likeliest first."""
    order = sorted(range(len(looked.likely)), key=lambda place: -looked.likely[place])
    return [place for place in order if looked.field.candidates[place].unit.kind != "heading"]


def _alone(reader: Reader, looked: Looked, place: int, before: Reading) -> Attempt | None:
    """What the reader makes of one unit by itself, if that bears it."""
    one, field = looked.field.candidates[place], looked.field
    window = Window((_as_passage(one, looked),), passing=True)
    reading = reader.read(field.question, window, insist=True)
    if reading.declined or not bears(field.question, field.intent, reading.text, [one.text]):
        return None
    spans = [Span(one.passage, one.unit.start, one.unit.end)]
    if one.unit.header is not None:
        spans.append(Span(one.passage, *one.unit.header, 0.3))
    kept = replace(
        reading, evidence=(), other=None, first_token_ms=before.first_token_ms,
        load_ms=before.load_ms, attention=before.attention,
        cached_tokens=before.cached_tokens, prompt_tokens=before.prompt_tokens,
    )  # fmt: skip
    return Attempt(reading.text, tuple(spans), kept, float(looked.likely[place]), "alone")


def _as_passage(one: Candidate, looked: Looked) -> WindowPassage:
    """A unit as a passage of its own, a row below its header, a list below what introduces it."""
    above = one.unit.header or (one.unit.lead if one.unit.kind in {"list", "item"} else None)
    text = looked.texts(one.passage.document.id)
    return WindowPassage(
        chunk_id=one.passage.chunk_id,
        title=one.passage.document.title,
        heading=one.passage.heading,
        text=one.text,
        score=one.passage.score,
        context=text[slice(*above)] if above else "",
    )


def _verdict(reading: Reading, looked: Looked) -> Attempt:
    """Yes or no by the sentence that decides: the likeliest, once the reader has pointed."""
    likely = looked.likely if reading.declined else pointed(looked, reading.text)
    found = shown(looked.field, likely)
    if found is None:
        return Attempt("", (), reading, 0.0, "verdict", sound=False)
    return _decided(found, reading, looked)


def _decided(found: Quote, reading: Reading | None, looked: Looked) -> Attempt:
    question = looked.field.question
    text = verdict(question, affirms(question, found.text), found.text)
    return Attempt(text, found.spans, reading, found.probability, "verdict")
