"""How two values of metadata compare: numbers as numbers, ISO dates as dates, texts as texts.

Numbers do so also where they are written as text: "10" is more than 9. A date is all the
time that it names: 2024-03-15 equals 2024-03, and what is after 2024-03 begins in April;
one that is held counts from its beginning. Times without a zone are UTC. Of what is left,
texts compare by their characters, and nothing else compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from .records import Json

Scalar: TypeAlias = str | int | float | bool

_NUMBER = re.compile(r"[+-]?(?:\d{1,300}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?"
    r" ?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_FIRST = (1, 1, 1, 0, 0, 0)
_STEPS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of time, its end exclusive, in UTC."""

    start: datetime
    end: datetime


def compares(held: Json, sign: str, value: Scalar) -> bool:
    """Whether what is held is equal to a value ("="), before ("<", "<=") or after it."""
    if sign == "=":
        return _equals(held, value)
    pair = _alike(held, value)
    if pair is None:
        return False
    one, other = pair
    first, last = (other.start, other.end) if isinstance(other, _Stretch) else (other, None)
    at = one.start if isinstance(one, _Stretch) else one
    if sign == "<":
        return bool(at < first)
    if sign == ">=":
        return bool(at >= first)
    after = at > first if last is None else at >= last
    return bool(after) if sign == ">" else not after


def _equals(held: Json, value: Scalar) -> bool:
    if isinstance(held, bool) or isinstance(value, bool):
        return str(held).lower() == str(value).lower()
    if held == value:
        return True
    pair = _alike(held, value)
    if pair is None:
        return False
    one, other = pair
    if isinstance(one, _Stretch):
        return bool(other.start <= one.start and one.end <= other.end)
    return bool(one == other)


def _alike(held: Json, value: Scalar) -> tuple[Any, Any] | None:
    """Both as numbers, as stretches of time or as plain texts; None if they do not compare."""
    if not isinstance(held, (str, int, float)):
        return None
    for read in (_number, _stretch):
        one, other = read(held), read(value)
        if one is not None and other is not None:
            return one, other
    if isinstance(held, str) and isinstance(value, str) and is_plain(held) and is_plain(value):
        return held, value
    return None


def is_plain(value: Scalar) -> bool:
    """Whether it is a text that stands for no number, date or truth value: equal to itself."""
    if not isinstance(value, str) or value.lower() in ("true", "false"):
        return False
    return _number(value) is None and _stretch(value) is None


@lru_cache(maxsize=4096, typed=True)
def _number(value: Scalar) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return None
    try:
        return int(value)
    except ValueError:
        return float(value)


@lru_cache(maxsize=4096, typed=True)  # metadata says the same again and again
def _stretch(value: Scalar) -> _Stretch | None:
    """The time that an ISO date names, down to what it says: a year, a month, ... a second."""
    found = _DATE.fullmatch(str(value).strip()) if isinstance(value, (str, int)) else None
    if found is None:
        return None
    *parts, zone = found.groups()
    numbers = [int(part) for part in parts if part is not None]
    try:
        year, month, day, hour, minute, second = (*numbers, *_FIRST[len(numbers) :])
        start = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None  # no such day
    return _Stretch(*(_in_utc(at, zone) for at in (start, _next(start, len(numbers)))))


def _next(start: datetime, precision: int) -> datetime:
    """Where the stretch ends that has so many parts: year, month, day, hour, minute, second."""
    try:
        if precision == 1:
            return start.replace(year=start.year + 1)
        if precision == 2:
            return (start + timedelta(days=31)).replace(day=1)
        return start + _STEPS[precision - 3]
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _in_utc(at: datetime, zone: str | None) -> datetime:
    if zone is None or zone == "Z":
        return at
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    off = timedelta(hours=hours, minutes=minutes)
    try:
        return at - off if zone[0] == "+" else at + off
    except OverflowError:
        return at
