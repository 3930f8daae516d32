"""What brackets and "also known as" say of the name before them.

Works on the text and the mentions found in it. "Ada Lovelace (born 10 December
1815 in London)" gives a birth and a birthplace, "World Health Organization (WHO)"
an acronym, ", also known as" another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .extraction import AliasReason, Mention, MentionKind
from .names import is_acronym_of
from .parse import VALUES

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:(?:c(?:a|irca)?\.?\s*)?(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}(?:\s+\d{{1,2}},?)?)?\s*\d{{3,4}})"
)
_NAME = rf"(?:the\s+)?(?!{_MONTH}\s)([\"“]?[^\W\d_a-z][^()\[\];:,\n]{{0,58}}?[\"”]?)"
_BRACKETS = re.compile(r"\(([^()\n]{2,160})\)")
_BORN = re.compile(rf"\bborn\s*(?:on\s+)?({_DATE})")
_BORN_IN = re.compile(
    r"^[^()]*?\bborn\b[^();]*?\s(?:in|at)\s+([^\W\d_a-z][^;,()–]*?)\s*(?:[;,–]|$|- )"
)
_LIFE = re.compile(rf"({_DATE})[^();]{{0,60}}?\s*(?:–|—|-|−|to)\s*({_DATE})")
_KNOWN = re.compile(
    r"\b(?:(?:also|better|commonly|popularly|formerly|sometimes|often|widely|originally|"
    r"previously|professionally)\s+(?:known|called|referred\s+to|written|spelled|named)(?:\s+as)?|"
    r"known\s+as|nicknamed|a\.?k\.?a\.?|stage\s+name|alias|abbreviated(?:\s+as)?|or\s+simply|"
    r"real\s+name|birth\s+name|born|née|formerly|or)\s+"
    + _NAME
    + r"(?=\s*(?:[();,]|or\b|$|is\b|was\b))"
)
_MORE = re.compile(r"\s*,?\s*or\s+" + _NAME + r"(?=\s*(?:[();,]|$))")
_GLOSS = re.compile(
    r"^[A-Z][a-z]+(?:\s[A-Z][a-z]+)?\s*:?\s*[\"“]?([^\"”;,()]{1,60}?)[\"”]?\s*(?:[;,]|$)"
)
_AFTER = 60
"""How far behind a name, in characters, its ", also known as" may begin."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Something said of `subject` in passing; `why` is set where it is another name."""

    subject: Mention
    relation: str
    object: Mention
    why: AliasReason | None = None


def asides(text: str, mentions: Sequence[Mention]) -> list[Aside]:
    """All asides of a text, each with the longest mention that ends right before it."""
    ending: dict[int, Mention] = {}
    for mention in mentions:
        if mention.kind not in VALUES:
            known = ending.get(mention.end)
            if known is None or mention.start < known.start:
                ending[mention.end] = mention
    found: list[Aside] = []
    for bracket in _BRACKETS.finditer(text):
        subject = ending.get(_end_before(text, bracket.start()))
        if subject is not None:
            found += _bracket(subject, bracket)
    found += _after_commas(text, ending)
    return list(dict.fromkeys(found))


def _end_before(text: str, position: int) -> int:
    """Where the word before a position ends, over spaces and closing quotes."""
    while position > 0 and (text[position - 1].isspace() or text[position - 1] in "\"”'"):
        position -= 1
    return position


def _bracket(subject: Mention, bracket: re.Match[str]) -> Iterator[Aside]:
    inner, offset = bracket.group(1), bracket.start(1)
    whole = inner.strip()
    if is_acronym_of(whole, subject.text):
        at = offset + inner.index(whole)
        said = Mention(at, at + len(whole), whole, subject.kind)
        yield Aside(subject, "also known as", said, "acronym")
        return
    if subject.kind == "term":
        return
    yield from _life(subject, inner, offset)
    yield from _names_in(subject, inner, offset)


def _life(subject: Mention, inner: str, offset: int) -> Iterator[Aside]:
    born = _BORN.search(inner)
    if born:
        yield Aside(subject, "born", _said(born, 1, offset, "date"))
    place = _BORN_IN.search(inner)
    if place:
        yield Aside(subject, "born in", _said(place, 1, offset, "place"))
    life = None if born and "–" not in inner else _LIFE.search(inner)
    if life and _is_life(subject):
        if not born:
            yield Aside(subject, "born", _said(life, 1, offset, "date"))
        yield Aside(subject, "died", _said(life, 2, offset, "date"))


def _is_life(subject: Mention) -> bool:
    return subject.kind in ("person", "name", "organisation")


def _names_in(subject: Mention, inner: str, offset: int) -> Iterator[Aside]:
    for known in _KNOWN.finditer(inner):
        yield from _known(subject, known, inner, offset)


def _after_commas(text: str, ending: dict[int, Mention]) -> Iterator[Aside]:
    """ "X, also known as Y,": the name that ends before the comma."""
    for known in _KNOWN.finditer(text):
        opener = known.group().split(None, 1)[0].lower()
        if opener in ("or", "born", "formerly", "alias") or _in_brackets(text, known.start()):
            continue
        subject = ending.get(_before_comma(text, known.start()))
        if subject is not None and subject.kind != "term":
            yield from _known(subject, known, text, 0)


def _before_comma(text: str, position: int) -> int:
    """Where the name before ", " ends, over a bracket that follows it."""
    position = len(text[:position].rstrip(" ,"))
    while position and text[position - 1] == ")":
        opened = text.rfind("(", 0, position)
        position = len(text[: max(opened, 0)].rstrip(" ,"))
    return _end_before(text, position)


def _in_brackets(text: str, position: int) -> bool:
    return text.rfind("(", 0, position) > text.rfind(")", 0, position)


def _known(subject: Mention, known: re.Match[str], text: str, offset: int) -> Iterator[Aside]:
    why = _why(known.group().lower())
    yield Aside(subject, _said_as(why), _said(known, 1, offset, subject.kind), why)
    position = known.end()
    while more := _MORE.match(text, position):
        yield Aside(subject, _said_as(why), _said(more, 1, offset, subject.kind), why)
        position = more.end()


def _said_as(why: AliasReason) -> str:
    spoken = {"birth name": "born as", "former name": "formerly known as"}
    return spoken.get(why, "also known as")


def _why(words: str) -> AliasReason:
    if words.startswith(("born", "née", "real", "birth")):
        return "birth name"
    if words.startswith(("former", "previous", "original")):
        return "former name"
    return "also known as"


def _said(found: re.Match[str], group: int, offset: int, kind: MentionKind) -> Mention:
    raw = found.group(group)
    trimmed = raw.strip(" \"“”'")
    start = offset + found.start(group) + raw.index(trimmed)
    return Mention(start, start + len(trimmed), trimmed, kind)
