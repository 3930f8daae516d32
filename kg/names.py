"""What makes two spellings one name: normal forms, acronyms, tokens.

Pure functions of strings, for English and Chinese alike. `resolve` decides with
them what to merge; they decide nothing themselves.
"""

from __future__ import annotations

import re
import unicodedata

from .lexicon import words as lexicon

_ARTICLES = frozenset({"the", "a", "an"})
_POSSESSIVE = re.compile(r"['’]s?$")
_PUNCTUATION = re.compile(r"[^\w\s&+]+", re.UNICODE)
_SPACES = re.compile(r"\s+")
_BRACKETED = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_LITTLE = lexicon("of the and for in on at to a an de la le du des und & von van")
_SUFFIXES = lexicon("inc incorporated ltd limited co company corp corporation plc llc gmbh ag sa")
_MARKS = re.compile(r"[《》〈〉「」『』“”\"'‘’·•]")


def normal(name: str) -> str:
    """The form under which names are compared.

    NFKC, case folded, without a leading article, a trailing possessive, brackets
    at the end, punctuation and doubled spaces. Accents stay. A name that is all
    punctuation ("!!!") keeps it.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    bare, _ = split_bracket(plain)
    folded = _POSSESSIVE.sub("", (bare or plain).casefold().strip())
    words = _SPACES.sub(" ", _PUNCTUATION.sub(" ", _MARKS.sub("", folded))).strip()
    return _without_article(words) or plain.casefold()


def _without_article(name: str) -> str:
    """A name without its article; "A. A. Milne", of which "a a milne" is left, has none."""
    first, _, rest = name.partition(" ")
    following = rest.partition(" ")[0].casefold()
    leads = first.casefold() in _ARTICLES and following not in _ARTICLES
    return rest if leads and len(following) > 1 else name


def split_bracket(name: str) -> tuple[str, str]:
    """A name and what a bracket at its end says: ("Mercury", "planet") of "Mercury (planet)"."""
    found = _BRACKETED.search(name)
    if not found or not name[: found.start()].strip():
        return name.strip(), ""
    return name[: found.start()].strip(), found.group(1).strip()


def tokens(name: str) -> frozenset[str]:
    """The words of a name's normal form that tell it from others."""
    words = normal(name).split()
    telling = frozenset(word for word in words if word not in _LITTLE and word not in _SUFFIXES)
    return telling or frozenset(words)


def initials(name: str) -> str:
    """First letters of the words that begin high, else of those that count: "who", of the WHO."""
    words = [word for word in re.split(r"[\s\-–/]+", unicodedata.normalize("NFKC", name)) if word]
    high = [word[0] for word in words if word[0].isupper() or word[0].isdigit()]
    chosen = (
        high if len(high) > 1 else [word[0] for word in words if word.casefold() not in _LITTLE]
    )
    return "".join(chosen).casefold()


def is_acronym_of(short: str, long: str) -> bool:
    """Whether `short` is made of the initials of `long`, little words left out or in."""
    letters = re.sub(r"[.\s]", "", unicodedata.normalize("NFKC", short))
    if not 2 <= len(letters) <= 10 or not letters.isalnum() or " " not in long.strip():
        return False
    if sum(1 for letter in letters if letter.isupper()) * 2 < len(letters):
        return False
    folded, long = letters.casefold(), _without_article(long.strip())
    every = "".join(word[0] for word in re.split(r"[\s\-–/]+", long) if word).casefold()
    return folded in (initials(long), every)


def looks_like_acronym(name: str) -> bool:
    """Whether a name alone reads as an acronym: "WHO", "U.N."."""
    letters = name.replace(".", "")
    return 2 <= len(letters) <= 8 and letters.isalpha() and letters.isascii() and letters.isupper()


_TELLING_APART = lexicon("jr sr junior senior elder younger i ii iii iv v vi vii viii ix x")


def tell_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether what two names do not share sets them apart: numbers, Jr., the Elder."""
    return any(word in _TELLING_APART or any(map(str.isdigit, word)) for word in one ^ other)
