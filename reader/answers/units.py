"""What of a document can be an answer: sentences, rows, entries, whole lists, fields.

A passage is cut from its document by size; a list goes on past its end, and a row's header
stands above its beginning. So units are found in the document's own text, around a passage.
Pure functions of a text; all places are offsets into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ...sentences import CJK, sentences
from .tables import is_row, is_ruler, table_at

UnitKind = Literal["sentence", "row", "item", "list", "field", "heading"]
UNIT_KINDS: tuple[UnitKind, ...] = ("sentence", "row", "item", "list", "field", "heading")

_ITEM = re.compile(
    r"[ \t>]*(?:[-*+•·●▪◦‣–—][ \t]+|\[[ xX]\][ \t]|"
    r"[(（]?\d{1,3}(?:\.\d{1,2})*[.)）、．][ \t]*(?=\D)|"
    r"[(（][a-z一二三四五六七八九十]{1,3}[)）]|[a-z][.)][ \t]|(?:Step|STEP|步骤)[ \t]*\d{1,2}\b|"
    r"第[一二三四五六七八九十]{1,3}步|[①-⑳])"
)
_FIELD = re.compile(r"[ \t>*_-]*(?P<name>[^:：|\n]{1,40}?)[*_]*[:：][*_]*[ \t]*(?P<value>\S.*)")
_CLOCK = re.compile(r".*\d$")
_ENDED = re.compile(r"[.!?。！？；;…][\"'”’」』)）]*$")
_SPACED_HEADING = 80
_LONGEST_LIST, _MOST_ITEMS = 6000, 60
_LONGEST_FIELD, _LONGEST_ENTRY = 300, 200
_COLONS = (":", "：")
_IS_CJK = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch `start:end` that can be an answer.

    `header` is where the header of a row stands; `lead` the line that introduces an entry or
    a list, such as its heading or "Present were:".
    """

    kind: UnitKind
    start: int
    end: int
    header: tuple[int, int] | None = None
    lead: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str  # blank, row, item, field, heading or prose
    start: int
    end: int


def units_of(text: str, start: int, end: int) -> list[Unit]:
    """The units of `text[start:end]`, in order; lists reach as far as they go.

    Headings are units, too: so that it is known what they are, no answers.
    """
    lines = list(_lines(text, start, end))
    units: list[Unit] = []
    place = 0
    while place < len(lines):
        kind = lines[place].kind
        last = place
        while last + 1 < len(lines) and lines[last + 1].kind == kind:
            last += 1
        units.extend(_of_run(text, lines[place : last + 1]))
        place = last + 1
    return units


def _of_run(text: str, run: list[_Line]) -> Iterator[Unit]:
    """The units of neighbouring lines of one kind."""
    kind, start, end = run[0].kind, run[0].start, run[-1].end
    if kind == "row":
        yield from _rows(text, run)
    elif kind == "item":
        yield from _items(text, run)
    elif kind == "heading":
        yield from (Unit("heading", line.start, line.end) for line in run)
    elif kind == "field":
        yield from (Unit("field", line.start, line.end) for line in run)
    elif kind == "prose":
        spans = [(start + first, start + last) for first, last in sentences(text[start:end])]
        yield from _unmarked_list(text, run, {first for first, _ in spans})
        yield from (Unit("sentence", first, last) for first, last in spans)


def _unmarked_list(text: str, run: list[_Line], starts: set[int]) -> Iterator[Unit]:
    """Lines without bullets as one list: below a colon, or several short ones in a row.

    Each must begin a sentence: lines of wrapped prose do not.
    """
    introduced = text[run[0].start : run[0].end].rstrip()[-1:] in _COLONS
    entries = run[1:] if introduced else run
    if not entries or any(line.start not in starts for line in entries):
        return
    lead = (run[0].start, run[0].end) if introduced else _lead(text, run[0].start)
    led = lead is not None and text[slice(*lead)].rstrip()[-1:] in _COLONS
    short = all(line.end - line.start <= _LONGEST_ENTRY for line in entries)
    if len(entries) >= (2 if led else 3) and short:
        yield Unit("list", entries[0].start, entries[-1].end, lead=lead)


def _rows(text: str, run: list[_Line]) -> Iterator[Unit]:
    table = table_at(text, run[0].start)
    if table is None:
        yield from (Unit("sentence", line.start, line.end) for line in run)
        return
    header = (table.header.start, table.header.end)
    inside = range(run[0].start, run[-1].end + 1)
    for row in table.rows:
        if row.start in inside:
            yield Unit("row", row.start, row.end, header=header, lead=_lead(text, header[0]))


def _items(text: str, run: list[_Line]) -> Iterator[Unit]:
    first, last = _list_around(text, run[0].start, run[-1].end)
    lead = _lead(text, first)
    if last - first <= _LONGEST_LIST and text.count("\n", first, last) > 0:
        yield Unit("list", first, last, lead=lead)
    yield from (Unit("item", start, end, lead=lead) for start, end in _entries(text, run))


def _entries(text: str, run: list[_Line]) -> Iterator[tuple[int, int]]:
    """Each entry with the lines that it goes on over."""
    start = run[0].start
    for line in run[1:]:
        if _ITEM.match(text, line.start, line.end):
            yield start, len(text[: line.start].rstrip())
            start = line.start
    yield start, run[-1].end


def _list_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole list that holds some of its lines."""
    for _ in range(_MOST_ITEMS):
        before = _previous(text, start)
        if before is None or not _in_list(text, before):
            break
        start = before[0]
    while start < end and not _ITEM.match(text, start):
        start = min(end, text.find("\n", start) + 1 or end)
    for _ in range(_MOST_ITEMS):
        after = _next(text, end)
        if after is None or not _in_list(text, after):
            break
        end = after[1]
    return start, start + len(text[start:end].rstrip())


def _in_list(text: str, line: tuple[int, int]) -> bool:
    """Whether a line is an entry, or is indented as the rest of one."""
    return bool(_ITEM.match(text, *line)) or text[line[0] : line[0] + 2] in {"  ", "\t"}


def _lead(text: str, start: int) -> tuple[int, int] | None:
    """The line that introduces what begins at `start`."""
    found = _previous(text, start)
    if found is None or is_row(text[slice(*found)]) or _ITEM.match(text, *found):
        return None
    return found


def _previous(text: str, start: int) -> tuple[int, int] | None:
    """The last line before `start` that is not blank, over at most one blank one."""
    end = start - 1
    for _ in range(2):
        if end < 0:
            return None
        begin = text.rfind("\n", 0, end) + 1
        if text[begin:end].strip():
            return begin, end
        end = begin - 1
    return None


def _next(text: str, end: int) -> tuple[int, int] | None:
    """The first line after `end` that is not blank, over at most one blank one."""
    start = text.find("\n", end) + 1
    for _ in range(2):
        if start <= 0 or start >= len(text):
            return None
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        if text[start:stop].strip():
            return start, stop
        start = stop + 1
    return None


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    """The lines of a stretch with what each of them is; hard-wrapped ones as one run."""
    before, place = "blank", start
    while place < end:
        stop = text.find("\n", place, end)
        stop = end if stop < 0 else stop
        kind = _kind(text, place, stop, before)
        lead = len(text[place:stop]) - len(text[place:stop].lstrip())
        yield _Line(
            kind, place + (0 if kind == "item" else lead), place + len(text[place:stop].rstrip())
        )
        before, place = kind, stop + 1


def _kind(text: str, start: int, end: int, before: str) -> str:
    line = text[start:end]
    bare = line.strip()
    if not bare:
        return "blank"
    if _ITEM.match(line):
        return "item"
    if is_ruler(line) or is_row(line):
        return "row"
    if before == "item" and not bare.startswith("#") and line[:2].isspace():
        return "item"  # an entry goes on, indented
    if bare.startswith("#") or _is_heading(text, bare, end, before):
        return "heading"
    return "field" if _is_field(bare) else "prose"


def _is_field(bare: str) -> bool:
    """A name and its value; "10:30" is neither."""
    field = _FIELD.fullmatch(bare) if len(bare) <= _LONGEST_FIELD else None
    if field is None:
        return False
    return not _CLOCK.match(field["name"]) and len(field["name"].split()) <= 5


def _is_heading(text: str, bare: str, end: int, before: str) -> bool:
    """A short line by itself that ends like no sentence."""
    if len(bare) > _SPACED_HEADING or _ENDED.search(bare) or bare[-1] in ",，:：":
        return False
    if before not in {"blank", "heading"} or re.search(r"[:：]", bare):
        return False
    following = text.find("\n", end + 1)
    under = text[end + 1 : len(text) if following < 0 else following].strip()
    short = len(bare.split()) <= 8 and (not _IS_CJK.search(bare) or len(bare) <= 25)
    return short and (not under or _only_rule(under))


def _only_rule(line: str) -> bool:
    return len(set(line)) == 1 and line[0] in "=-~^*#"
