"""Other languages: capitalised spans and quoted titles as names, and no facts.

Needs no weights. In scripts without capitals it finds only what stands in
quotation marks; that is honest, and better than guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .codes import without_codes
from .extraction import Alias, Extraction, Mention
from .names import is_acronym_of

_LITTLE = re.compile(
    r"de|del|della|di|da|do|dos|das|du|des|la|le|les|el|los|las|van|von|der|den|zu|zur|y|of|al|bin"
)
_ARTICLES = re.compile(r"la|le|les|el|los|las|der|den")
_QUOTED = re.compile(r"[“„«\"]\s*([^“”„«»\"\n]{2,60}?)\s*[”“»\"]")
_OPENS = re.compile(r"(?:^|[.!?…:\n]\s+|[“„«\"(]\s*)$")
_BRACKET = re.compile(r"\s*\(([^()\s]{2,10})\)")


class OtherExtractor:
    """Mentions and acronyms of texts in any language with capitals."""

    @property
    def fingerprint(self) -> str:
        """Names the rules."""
        return "other/2"

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text."""
        return [_extraction(without_codes(text)) for text in texts]


def _extraction(text: str) -> Extraction:
    mentions = _titles(text)
    taken = [(mention.start, mention.end) for mention in mentions]
    for span in _capitalised(text):
        if not any(start < span.end and span.start < end for start, end in taken):
            mentions.append(span)
    mentions.sort(key=lambda mention: mention.start)
    aliases = []
    for mention in mentions:
        bracket = _BRACKET.match(text, mention.end)
        if bracket is not None and is_acronym_of(bracket.group(1), mention.text):
            aliases.append(Alias(mention.text, bracket.group(1), "acronym"))
    return Extraction(tuple(mentions), tuple(dict.fromkeys(aliases)))


def _titles(text: str) -> list[Mention]:
    return [
        Mention(found.start(1), found.end(1), found.group(1), "work")
        for found in _QUOTED.finditer(text)
        if found.group(1)[0].isupper() and len(found.group(1).split()) <= 8
    ]


def _capitalised(text: str) -> list[Mention]:
    """Runs of capitalised words; one word alone at a sentence's start is no evidence."""
    found: list[Mention] = []
    start = end = -1
    for word in re.finditer(r"\S+", text):
        bare = word.group().strip(".,;:!?…()[]“”„«»\"'’")
        begins = word.start() + (word.group().index(bare) if bare else 0)
        joins = start >= 0 and not text[end:begins].strip()
        if bare[:1].isupper() and any(letter.isalpha() for letter in bare):
            if not joins:
                _keep(text, start, end, found)
                start = begins
            end = begins + len(bare)
        elif not (joins and _goes_on(text, start, end, bare)):
            _keep(text, start, end, found)
            start = -1
        else:
            end = begins + len(bare)
    _keep(text, start, end, found)
    return found


def _goes_on(text: str, start: int, end: int, word: str) -> bool:
    """Whether a name may hold this small word here: not an article after an opening word."""
    opens = " " not in text[start:end] and _opens(text, start)
    return _LITTLE.fullmatch(word) is not None and not (opens and _ARTICLES.fullmatch(word))


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    return start == 0 or _OPENS.search(text[max(0, start - 4) : start]) is not None


def _keep(text: str, start: int, end: int, found: list[Mention]) -> None:
    if start < 0:
        return
    words = text[start:end].split()
    while words and _LITTLE.fullmatch(words[-1]):
        end = start + text[start:end].rindex(words.pop())
        end = start + len(text[start:end].rstrip())
    if words and not (_opens(text, start) and len(words) == 1 and not words[0].isupper()):
        found.append(Mention(start, end, text[start:end], "name"))
