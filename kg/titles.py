"""Titles that read like sentences, found before the parse so that it leaves them whole.

"Seven Miles from Alcatraz is a 1942 film" parses wrongly word by word: the title
is a name, whatever its words. Two places give one away: quotation marks, and the
start of a text up to its first "is a".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .extraction import MentionKind
from .lexicon import words as lexicon

_QUOTED = re.compile(r"[\"“„«]\s*([^\"“”„«»\n]{1,90}?)\s*[\"”»]|``\s*([^`'\n]{1,90}?)\s*''")
_LEAD = re.compile(
    r"[\"“]?([A-Z0-9][^()\"“”\n]{2,80}?)[\"”]?\s*(?:\((?:[^()\n]|\([^()\n]*\))*\)\s*){0,2},?\s+"
    r"(?:(?:also|formerly|originally|better)\s(?:called|known|titled)\s[^,\n]{2,60},\s)?"
    r"(?:is|was)\s+(?:a|an|the|one)\b"
)
_NICKNAMED = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]+\s){1,3}[\"“][^\"“”\s][^\"“”\n]{1,24}[\"”](?:\s[^\W\d_a-z][\w.'’-]+){1,3}"
)
_LITTLE = lexicon(
    "a an and as at but by for from i in into is it its me my no nor not of off on or our "
    "out over s t than the their to up upon vs with you your - – & 's ' ,"
)
_MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Title:
    """A name at `start:end` that is to be read as one word."""

    start: int
    end: int
    kind: MentionKind


def titles(text: str) -> list[Title]:
    """Names to be left whole, in the order of the text, none inside another."""
    found = [Title(*_span(quoted), "work") for quoted in _QUOTED.finditer(text) if _fits(quoted)]
    found += [Title(*nicknamed.span(), "person") for nicknamed in _NICKNAMED.finditer(text)]
    lead = _LEAD.match(text)
    if lead and _reads_like_a_sentence(lead.group(1)):
        found.append(Title(*lead.span(1), "work"))
    kept: list[Title] = []
    for title in sorted(found, key=lambda title: (title.start, -title.end)):
        if not kept or title.start >= kept[-1].end:
            kept.append(title)
    return kept


def _fits(quoted: re.Match[str]) -> bool:
    return _is_title(_inner(quoted))


def _inner(found: re.Match[str]) -> str:
    return (found.group(1) or found.group(2) or "").strip(" ,")


def _span(found: re.Match[str]) -> tuple[int, int]:
    group = 1 if found.group(1) is not None else 2
    inner = _inner(found)
    start = found.start(group) + found.group(group).index(inner)
    return start, start + len(inner)


def _is_title(inner: str) -> bool:
    """Whether quoted words are a title and not speech: the words that count begin high."""
    words = inner.split()
    if not 0 < len(words) <= _MOST_WORDS or not (words[0][0].isupper() or words[0][0].isdigit()):
        return False
    counted = [word for word in words if word.casefold() not in _LITTLE]
    high = sum(1 for word in counted if not word[0].islower())
    return high * 3 >= len(counted) * 2 and inner[-1] != "."


def _reads_like_a_sentence(title: str) -> bool:
    """Whether a leading name holds words that a parser would take for grammar."""
    words = title.rstrip(" ,").split()
    if not 1 < len(words) <= _MOST_WORDS or "," in title:
        return False
    little = [word for word in words[1:] if word.casefold() in _LITTLE]
    rest = [word for word in words if word.casefold() not in _LITTLE]
    all_high = all(not word[0].islower() for word in rest) and bool(rest)
    return all_high and (bool(little) or ":" in title or title[-1] in "!?")
