"""Whether what was written stands in its sources: by its words, its numbers, its meaning.

A check that errs towards doubt: most of a sentence's terms must be in the sentences that it
is held against, all of its numbers and names, one of these must be near it, and both or
neither deny something. Of a model that invents more, a sentence is believed only where it
shortens a source. No model of entailment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...reader.terms import numbers, terms

Vectors = NDArray[np.float32]

_SHARE = 0.6  # of a sentence's terms
_NEAR = 0.5  # cosine to the nearest source
_SOURCES = 2  # that a sentence cites at most
_ALSO = 0.15  # a second source adds at least so much of the terms
_LEFT_OUT = 3  # terms that one who shortens leaves out between the first and the last kept

_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<=[^\s.!?:“\"'‘] )[A-Z][^\W\d_]+")
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b|[不没未无非]",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:den(?:y|ie[sd])|refus\w+|fail\w*|avoid\w*|might|may|could|would|alleg\w+|claim\w*"
    r"|almost|nearly|if|unless|appear(?:s|ed)?|seem(?:s|ed)?|reportedly|suspect\w*)\b"
    r"|否认|拒绝|可能|也许|据称|据报|似乎|涉嫌|几乎|如果",
    re.IGNORECASE,
)
"""What makes a statement less than one: a sentence must not leave it out."""


def sources_of(
    sentence: str, vector: Vectors, sources: Sequence[str], vectors: Vectors
) -> list[int]:
    """The sources that support a sentence, best first; none where it is not supported.

    `vector` (d,) and `vectors` (n, d) are unit vectors of the sentence and the sources.
    """
    wanted = set(terms(sentence))
    if not wanted or not len(sources):
        return []
    held = [wanted & set(terms(source)) for source in sources]
    cosines = vectors @ vector
    shares = np.asarray([len(found) / len(wanted) for found in held])
    order = np.argsort(-(shares + cosines), kind="stable")
    chosen, said = [int(order[0])], set(held[order[0]])
    for place in order[1:].tolist():
        if len(chosen) == _SOURCES:
            break
        if len(held[place] - said) / len(wanted) >= _ALSO:
            chosen.append(place)
            said |= held[place]
    near = max(cosines[place] for place in chosen) >= _NEAR
    held_enough = len(said) / len(wanted) >= _SHARE
    known = " ".join(sources[place] for place in chosen)
    return chosen if near and held_enough and _agree(sentence, known, sources[chosen[0]]) else []


def shortened(sentence: str, sources: Sequence[str]) -> int | None:
    """The number of the first source that a sentence shortens; None where it shortens none.

    It says the source's terms in their order, leaves out three at most between its first and
    its last, none of them a name, and agrees with it on numbers, names and denials.
    """
    wanted = terms(sentence)
    found = (
        place
        for place, source in enumerate(sources)
        if wanted and _runs_through(wanted, source) and _agree(sentence, source, source)
    )
    return next(found, None)


def _runs_through(wanted: Sequence[str], source: str) -> bool:
    """Whether all that is wanted stands in a stretch that holds three terms more at most.

    A name among these would say it of somebody else.
    """
    held = terms(source)
    names = {term for name in _NAME.findall(source) for term in terms(name)}
    for place, term in enumerate(held):
        if term == wanted[0]:
            left = _left_out(wanted, held[place : place + len(wanted) + _LEFT_OUT])
            if left is not None and names.isdisjoint(left):
                return True
    return False


def _left_out(wanted: Sequence[str], held: Sequence[str]) -> list[str] | None:
    """What stands between the terms wanted; None where they are not held in their order."""
    left: list[str] = []
    rest = iter(held)
    for term in wanted:
        for found in rest:
            if found == term:
                break
            left.append(found)
        else:
            return None
    return left


def _agree(sentence: str, known: str, best: str) -> bool:
    """Whether the numbers and names of a sentence are known, and it denies what its source does."""
    words = {word.lower() for word in _WORD.findall(known)}
    named = all(name.lower() in words for name in _NAME.findall(sentence))
    denies = _DENIAL.search(sentence) is not None
    alike = _DENIAL.search(known) is not None if denies else _DENIAL.search(best) is None
    doubted = _doubts(best) <= _doubts(sentence)
    return named and alike and doubted and numbers(sentence) <= numbers(known)


def _doubts(text: str) -> frozenset[str]:
    return frozenset(found.lower() for found in _DOUBT.findall(text))
