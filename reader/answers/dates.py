"""Dates as texts write them, to the day or to the year: English, ISO and Chinese. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = "january february march april may june july august september october november december"
_MONTH = {name: n for n, name in enumerate(_MONTHS.split(), 1)}
_MONTH |= {name[:3]: n for name, n in _MONTH.items()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_NAMES})\.?,? ((?:1[5-9]|20)\d\d)\b", re.I
)
_MONTH_DAY = re.compile(
    rf"\b({_NAMES})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:1[5-9]|20)\d\d)\b", re.I
)
_ISO = re.compile(
    r"\b((?:1[5-9]|20)\d\d)-(\d\d)-(\d\d)\b|((?:1[5-9]|20)\d\d)年(\d{1,2})月(\d{1,2})日"
)
_YEAR = re.compile(r"(?<![\d.,])((?:1[5-9]|20)\d\d)(?![\d,]|\.\d)")


@dataclass(frozen=True, slots=True)
class When:
    """A date as a text has it, to the day or, with `day` None, to the year."""

    year: int
    day: date | None
    said: str


def dates_in(text: str) -> list[When]:
    """The days that a text names, then the years that none of these is in.

    >>> [when.said for when in dates_in("from 3 May 1911 until 1926")]
    ['3 May 1911', '1926']
    """
    found = [*_days(text)]
    known = {when.year for when in found}
    found += [When(int(y[1]), None, y[1]) for y in _YEAR.finditer(text) if int(y[1]) not in known]
    return found


def _days(text: str) -> list[When]:
    orders: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str]]]] = (
        (_DAY_MONTH, lambda m: (m[3], str(_MONTH[m[2].lower()]), m[1])),
        (_MONTH_DAY, lambda m: (m[3], str(_MONTH[m[1].lower()]), m[2])),
        (_ISO, lambda m: (m[1] or m[4], m[2] or m[5], m[3] or m[6])),
    )
    found = []
    for pattern, parts in orders:
        for match in pattern.finditer(text):
            year, month, day = map(int, parts(match))
            try:
                found.append(When(year, date(year, month, day), match[0]))
            except ValueError:
                continue
    return found
