"""What a cell of a table holds: words to be found in a question, or a number and its unit. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ..terms import tokens
from .tables import Cell

YES = frozenset({"yes", "y", "x", "✓", "✔", "是", "有", "√", "true"})
NO = frozenset({"no", "n", "", "-", "–", "—", "否", "无", "×", "false"})
"""What cells of a column have that says of each row whether something holds."""

_UNIT = re.compile(r"[(（]([^()（）]{1,12})[)）]")
_PARTS = re.compile(r"[,;/、，；()（）&]|\band\b|和|及|与")
_MEASURE = re.compile(
    r"(?:[~≈约]|ca\.?|about)?\s*(?P<sign>[-+−]?)\s*"
    r"(?P<before>[€$£¥]|[A-Z]{3}\s)?\s*(?P<inner>[-−]?)"
    r"(?P<digits>\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"\s*(?P<after>[^\W\d]{1,12}(?:[ /][^\W\d]{1,10})?|%|‰|°[CF]|[€$£¥])?\.?"
)
_THOUSANDS_OR_NOT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_TOTAL = re.compile(
    r"\W*(?:(?:[Gg]rand |[Oo]verall )?[Tt]otals?|TOTALS?|[Ss]um|SUM|[Aa]ll|[Oo]verall|"
    r"合计|总计|共计)"
    r"(?: [a-z]+){0,2}(?:\W*\d{4})?\W*(?:[(（].*)?"
)
_SUMMARY = re.compile(
    r"\W*(?:sub-?totals?|小计|averages?|mean|median|minimum|maximum|平均值?|均值)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit, "" where it has none."""

    value: float
    unit: str


def said(text: str) -> str:
    """A text's words between spaces, so that one text is looked for in another by whole words."""
    return f" {' '.join(token.text for token in tokens(text))} " if text.strip() else ""


def said_parts(text: str) -> set[str]:
    """The words of a cell, and of each entry where it holds several, such as two names."""
    return {said(part) for part in (text, *_PARTS.split(text)) if part.strip()}


def bare_name(name: str) -> str:
    """A column's name without the unit in brackets behind it."""
    return _UNIT.sub("", name).strip()


def is_bare_number(text: str) -> bool:
    """Whether a cell is a number, a sum of money or a share and says nothing else."""
    return bool(re.fullmatch(r"[\s\d.,%€$£¥−+-]+", text))


def is_year(text: str) -> bool:
    """Whether a cell is a year and nothing else."""
    return bool(re.fullmatch(r"\s*(?:1[5-9]|20)\d\d\s*", text))


def is_total(text: str) -> bool:
    """Whether a row with this label is the sum of the rows above it."""
    return bool(_TOTAL.fullmatch(text))


def is_summary(text: str) -> bool:
    """Whether a row with this label is a subtotal, an average or the like of other rows."""
    return bool(_SUMMARY.fullmatch(text))


def measure(text: str) -> Measure | None:
    """The number that a cell is; None for a code, a range, a date or a number among words.

    "1.200" is none either: it is twelve hundred in one country, and 1.2 in another.

    >>> measure("1,200 kg"), measure("−３％"), measure("P-07"), measure("10-12")
    (Measure(value=1200.0, unit='kg'), Measure(value=-3.0, unit='%'), None, None)
    """
    found = _MEASURE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or _THOUSANDS_OR_NOT.fullmatch(found["digits"]):
        return None
    grouped = re.fullmatch(r"\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?", found["digits"])
    digits = re.sub(r"[,\s]", "", found["digits"]) if grouped else found["digits"].replace(",", ".")
    negative = (found["sign"] or found["inner"]) in {"-", "−"}
    unit = (found["before"] or found["after"] or "").strip().casefold()
    unit = unit.removesuffix("s") if len(unit) > 3 else unit
    return Measure(-float(digits) if negative else float(digits), unit)


def told_number(value: float) -> str:
    """A number as people write it, thousands apart."""
    rounded = round(value, 6)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.10g}"


def with_unit(cell: Cell, name: str) -> str:
    """The cell's words, with the unit that its column's name has in brackets."""
    unit = _UNIT.search(name)
    if unit and re.fullmatch(r"[\s\d.,−-]+", cell.text) and not is_year(unit[1]):
        return f"{cell.text} {unit[1]}"
    return cell.text
