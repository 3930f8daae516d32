"""Where sentences begin and end, in English and Chinese.

`sentences(text)` is a pure function of the text: it knows the two scripts'
terminators, closing quotes, abbreviations, initials, decimals, bullets and
hard-wrapped lines, and nothing of tokens, documents or models. The splitter
cuts where it says, readers cite what it says, summaries pick from what it says.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese characters and Japanese kana, to stand inside a regular expression's brackets."""

_CLOSERS = "\"'”’」』)\\]}）】〕"
_OPENERS = "\"'“‘「『(\\[（【《¿¡*_"

_STOP = re.compile(
    rf"(?P<wide>[。｡！？；]++)[。｡！？；!?.…]*+[{_CLOSERS}]*+(?![》〉])"
    rf"|(?P<mark>[!?]+|\.+|…+)[!?.…]*[{_CLOSERS}]*"
)
"""A run of terminators with the quotes and brackets that it closes.

A Chinese terminator always ends a sentence, except just inside a title mark
(《为什么？》); the others need a look at their neighbours.
"""

_NEXT = re.compile(rf"(?P<space>\s*)[{_OPENERS}]*(?P<first>\w?)")
_IS_CJK = re.compile(f"[{CJK}]")
_LAST_WORD = re.compile(r"[\w.\-’']*\Z")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_LIST_NUMBER = re.compile(r"\s*[(（]?(?:\d{1,3}|[a-zA-Z])")
_DIGIT_NEXT = re.compile(r"\s*\d")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NEVER_LAST = _words(
    "mr mrs ms mx messrs dr prof st gen col lt sgt capt cmdr adm maj rev fr hon gov sen rep pres "
    "supt e.g i.e viz cf vs v approx ca resp incl esp mt ft dept univ assn eds trans"
)
"""Abbreviations that something always follows: never the end of a sentence."""

_BEFORE_NUMBER = _words("no nos vol vols fig figs eq eqs sec ch chap art pt pp p op")
"""Abbreviations when a number follows, words otherwise ("he said no.")."""

_MAYBE_LAST = _words(
    "etc al inc ltd co corp bros jr sr ph.d llc plc est ing dipl dipl.-ing dott avv arq mag mgr "
    "doc lic cand insp mme mlle frl"
)
_MAYBE_LAST_DATES = _words(
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun"
)
"""Abbreviations that may close a sentence: they do when an opening word follows."""

_SHORT_TITLE = re.compile(r"\s*(?!(?:Yes|No|Oh|Ah)\b)[A-Z][a-z]{1,2}")
"""A sentence of one short word, before a name: some title that no list holds."""

_OPENING_WORD = re.compile(
    r"\W*(?:The|This|That|These|Those|It|Its|He|She|They|We|You|His|Her|Their|Our|My|In|On|At|By|"
    r"For|From|With|After|Before|During|Since|When|While|Where|As|If|Although|Though|Because|But|"
    r"And|Or|So|Yet|However|Then|There|Here|Today|Now|Later|Some|Many|Most|One|Two|Each|Both|"
    r"What|Who|Why|How|An?)\b"
)

_OWN_LINE = re.compile(
    r"[ \t]*(?:[-*+•·‣◦▪–—][ \t]|\d{1,3}[.)、][ \t]?(?!\d)|[(（]\d{1,3}[)）]|#{1,6}[ \t]|[|>]|$)"
)
"""Lines that never continue the one before: bullets, headings, table rows, blank ones."""

_WIDE = re.compile(rf"[{CJK}！-～、。「」『』《》]")
_WRAP_COLUMNS = range(40, 121)
"""Widths at which a line is taken for hard-wrapped prose that goes on below."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans `text[start:end]` of the sentences, in order, end exclusive.

    Spans do not overlap, begin and end on something other than white space, and
    together hold every character of `text` that is not white space. Time and
    space grow linearly with the text.
    """
    return [span for block in _blocks(text) for span in _within_block(text, *block)]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that no sentence crosses: paragraphs, bullets, headings, table rows."""
    start = line_start = 0
    lines = text.split("\n")
    for line, following in itertools.pairwise(lines):
        line_start += len(line) + 1
        if not _goes_on(line, following):
            yield start, line_start - 1
            start = line_start
    yield start, len(text)


def _goes_on(line: str, following: str) -> bool:
    """Whether a line looks hard-wrapped, so that its sentence may end in the next one."""
    if len(line) > max(_WRAP_COLUMNS) or _OWN_LINE.match(following):
        return False
    bare = line.strip()
    if bare.startswith("#") or bare.endswith("|") or "\t" in bare:
        return False
    return len(bare) + len(_WIDE.findall(bare)) in _WRAP_COLUMNS


def _within_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    block = text[start:end]
    cursor = 0
    for stop in _STOP.finditer(block):
        if stop["wide"] or _ends_sentence(block, cursor, stop):
            yield from _trimmed(block, cursor, stop.end(), start)
            cursor = stop.end()
    yield from _trimmed(block, cursor, len(block), start)


def _trimmed(block: str, start: int, end: int, offset: int) -> Iterator[tuple[int, int]]:
    piece = block[start:end]
    bare = piece.strip()
    if bare:
        start += len(piece) - len(piece.lstrip())
        yield offset + start, offset + start + len(bare)


def _ends_sentence(block: str, begin: int, stop: re.Match[str]) -> bool:
    """Whether the western mark `stop` ends the sentence that began at `begin`."""
    if stop.end() == len(block):
        return True
    if not _may_open(block, stop):
        return False
    if stop.group() != ".":
        return True
    if _LIST_NUMBER.fullmatch(block, begin, stop.start()):
        return False
    if _abbreviates(_word_before(block, begin, stop.start()), block, stop.end()):
        return False
    titled = _SHORT_TITLE.fullmatch(block, begin, stop.start())
    return titled is None or _OPENING_WORD.match(block, stop.end()) is not None


def _may_open(block: str, stop: re.Match[str]) -> bool:
    """Whether what follows can begin a sentence: a capital, a digit, a Chinese character.

    Western text needs a space in between; Chinese text with western marks does not,
    but there an ellipsis is a pause.
    """
    following = _NEXT.match(block, stop.end())
    if following is None or not (first := following["first"]):
        return False
    if following["space"]:
        return not first.islower() and first != "_"
    if stop.group().startswith(("…", "..")):
        return False
    return bool(_IS_CJK.match(first) and _IS_CJK.match(block[stop.start() - 1 : stop.start()]))


def _word_before(block: str, begin: int, end: int) -> str:
    """The word that ends at `end`, at most 24 characters of it."""
    found = _LAST_WORD.search(block[max(begin, end - 24) : end])
    return found.group().strip(".-’'") if found else ""


def _abbreviates(word: str, block: str, after: int) -> bool:
    """Whether the full stop behind `word` belongs to an abbreviation."""
    lower = word.lower()
    if lower in _BEFORE_NUMBER and _DIGIT_NEXT.match(block, after):
        return True
    if lower in _NEVER_LAST:
        return True
    may_end = (
        lower in _MAYBE_LAST or word in _MAYBE_LAST_DATES or _ACRONYM.fullmatch(word) is not None
    )
    return may_end and _OPENING_WORD.match(block, after) is None
