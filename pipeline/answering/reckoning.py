"""Sums that a question asks for over two places of a text: years between, days between, more than.

A question such as "how many years after its opening was the dome replaced" names two events.
Each is looked for among the likeliest sentences that hold a date; the answer shows both, so
that it can be checked. Where one is not found with most of its words, nothing is reckoned.
"""

from __future__ import annotations

import re

import numpy as np

from ...reader.answers.cells import told_number
from ...reader.answers.dates import When, dates_in
from ...reader.terms import inverse_frequencies, overlap, terms
from .candidates import Candidate, Field, Floats
from .quoting import Quote, Span

_ENOUGH = 0.5
"""The share of an event's words that its sentence, with what stands around it, must have."""

_LOOKED_AT, _FEW = 25, 3
_AMOUNT = re.compile(
    r"(?P<sign>[£€$¥])\s?(?P<a>\d[\d,]*(?:\.\d+)?)|"
    r"(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>%|[a-zA-Z]+|[元万吨米人天年]+)"
)
_MAIN_CLAUSE = r"(?:,| (?=was|were|did|is|are|has|had|do|does|came|\w+ed\b)) ?"
_TWO = (
    re.compile(r"\bbetween (?P<a>.+?) and (?P<b>.+)", re.I),
    re.compile(r"\bfrom (?P<a>.+?) (?:to|until|till) (?P<b>.+)", re.I),
    re.compile(rf"\b(?:after|since) (?P<a>.+?){_MAIN_CLAUSE}(?P<b>.+)", re.I),
    re.compile(rf"\bbefore (?P<b>.+?){_MAIN_CLAUSE}(?P<a>.+)", re.I),
    re.compile(r"(?P<b>.+) (?:after|since) (?P<a>.+)", re.I),
    re.compile(r"(?P<a>.+) before (?P<b>.+)", re.I),
    re.compile(
        r"从(?P<a>.+?)到(?P<b>.+?)(?:相隔|隔|用|花|一共|共|有|是|过|之间|，|多|$)",
    ),
    re.compile(r"(?P<a>.+?)(?:与|和|跟|距)(?P<b>.+?)(?:之间)?(?:相隔|相差|隔了?|有多|差)"),
    re.compile(
        r"(?P<a>.+?)(?:之?后|以后)?(?:多少|几)(?:年|天|个月)(?:后|之后|才|以后)(?P<b>.+)",
    ),
)
_UNIT = (
    ("year", re.compile(r"\byears?\b|年", re.I)),
    ("month", re.compile(r"\bmonths?\b|个月", re.I)),
    ("week", re.compile(r"\bweeks?\b|周|星期", re.I)),
    ("day", re.compile(r"\bdays?\b|天|日", re.I)),
)

_Dated = tuple[Candidate, float, When]
"""A sentence that dates an event, its probability and the date."""


def reckoned(field: Field, likely: Floats) -> Quote | None:
    """The stretch of time or the difference that is asked for; None where it cannot be told."""
    if field.intent.kind != "difference":
        return None
    return _between_events(field, likely) or _between_amounts(field, likely)


def _between_events(field: Field, likely: Floats) -> Quote | None:
    unit = next((name for name, pattern in _UNIT if pattern.search(field.question)), None)
    core = field.intent.core.rstrip("?？。. ")
    for pattern in _TWO:
        found = pattern.search(core)
        if unit and found and terms(found["a"]) and terms(found["b"]):
            first = _when_of(field, likely, found["a"])
            second = _when_of(field, likely, found["b"])
            if first and second and first[2].said != second[2].said:
                return _told(first, second, unit)
            if both := _both_in_one(field, likely):
                return _told(*both, unit)
    return None


def _both_in_one(field: Field, likely: Floats) -> tuple[_Dated, _Dated] | None:
    """The two dates of one of the likeliest sentences, if it has just two."""
    for place in np.argsort(-likely, kind="stable")[:_FEW].tolist():
        one = field.candidates[place]
        dates = list(dict.fromkeys(dates_in(one.text)))
        if one.unit.kind == "sentence" and len(dates) == 2 and dates[0].year != dates[1].year:
            dates.sort(key=lambda when: when.year)
            sure = float(likely[place])
            return (one, sure, dates[0]), (one, sure, dates[1])
    return None


def _when_of(field: Field, likely: Floats, event: str) -> _Dated | None:
    """The sentence that dates an event, with its probability and the date."""
    said = dates_in(event)
    wanted = frozenset(terms(event))
    bags = [frozenset(terms(f"{one.text} {one.around}")) for one in field.candidates]
    idf = inverse_frequencies(bags)
    best: tuple[float, int, When] | None = None
    for place in np.argsort(-likely, kind="stable")[:_LOOKED_AT].tolist():
        one = field.candidates[place]
        dates = dates_in(one.text)
        if one.unit.kind in {"heading", "list"} or len({d.year for d in dates}) != 1:
            continue
        score = overlap(wanted, bags[place], idf) + 0.2 * float(likely[place])
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = (score, place, dates[0])
    if best is None or said:
        return None
    return field.candidates[best[1]], float(likely[best[1]]), best[2]


def _told(first: _Dated, second: _Dated, unit: str) -> Quote | None:
    a, b = first[2], second[2]
    count = _count(a, b, unit)
    if count is None or count == 0:
        return None
    spans = tuple(Span(c.passage, c.unit.start, c.unit.end) for c, _, _ in (first, second))
    text = f"{count} ({a.said} → {b.said})"
    return Quote(text, spans, min(first[1], second[1]), "difference", worked_out=True)


def _count(a: When, b: When, unit: str) -> int | None:
    """How many whole units lie between two dates; to the year where only years are known."""
    if a.day is None or b.day is None:
        return abs(b.year - a.year) if unit == "year" else None
    early, late = sorted((a.day, b.day))
    months = 12 * (late.year - early.year) + late.month - early.month - (late.day < early.day)
    days = (late - early).days
    # Years are told as people count them, by the calendar; both dates stand beside.
    years = late.year - early.year
    return {"year": years, "month": months, "week": days // 7, "day": days}[unit]


def _between_amounts(field: Field, likely: Floats) -> Quote | None:
    """The difference of the only two amounts of one unit that the likeliest sentence has."""
    if not len(likely):
        return None
    one = field.candidates[int(likely.argmax())]
    amounts: dict[str, list[float]] = {}
    for match in _AMOUNT.finditer(one.text):
        unit = match["sign"] or match["unit"]
        amounts.setdefault(unit, []).append(float((match["a"] or match["b"]).replace(",", "")))
    pairs = [values for values in amounts.values() if len(values) == 2]
    if one.unit.kind != "sentence" or len(pairs) != 1 or pairs[0][0] == pairs[0][1]:
        return None
    high, low = max(pairs[0]), min(pairs[0])
    text = f"{told_number(high - low)} ({told_number(high)} − {told_number(low)})"
    span = Span(one.passage, one.unit.start, one.unit.end)
    return Quote(text, (span,), float(likely.max()), "difference", worked_out=True)
