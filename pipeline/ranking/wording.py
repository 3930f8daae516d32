"""What ranking sees of a text: the stems that the word index would keep, and their pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ...memory.words import index_words

_LITTLE = (
    "a an the of and for in on at to is are was were be been by with from as that which who whom "
    "whose what when where why how did do does it its this these those he she his her their they "
    "have has had or not no than then also both more most same between during after before into "
    "out up over first"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """The distinct stems of a text, how many there are in all, and its neighbouring pairs."""

    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    length: int

    @classmethod
    def of(cls, text: str) -> Wording:
        """The wording of a text, English or Chinese."""
        found = index_words(text)
        return cls(frozenset(found), frozenset(pairwise(found)), len(found))


@cache
def little() -> frozenset[str]:
    """The stems of English's little words."""
    return frozenset(index_words(_LITTLE))


def telling(words: list[str]) -> tuple[str, ...]:
    """Those that are not little words, each once; all, if there are no others."""
    distinct = dict.fromkeys(words)
    return tuple(word for word in distinct if word not in little()) or tuple(distinct)


def telling_pairs(words: list[str]) -> tuple[tuple[str, str], ...]:
    """Neighbours of which neither is a little word, each pair once."""
    return tuple(pair for pair in dict.fromkeys(pairwise(words)) if not little().intersection(pair))
