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
    r"|almost|nearly|if|unless)\b|否认|拒绝|可能|也许|据称|几乎|如果",
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
    its last, and agrees with it on numbers, names and denials.
    """
    wanted = terms(sentence)
    found = (
        place
        for place, source in enumerate(sources)
        if wanted and _runs_through(wanted, terms(source)) and _agree(sentence, source, source)
    )
    return next(found, None)


def _runs_through(wanted: Sequence[str], held: Sequence[str]) -> bool:
    """Whether all that is wanted stands in a stretch that holds three terms more at most."""
    starts = (place for place, term in enumerate(held) if term == wanted[0])
    return any(_in_order(wanted, held[place : place + len(wanted) + _LEFT_OUT]) for place in starts)


def _in_order(wanted: Sequence[str], held: Sequence[str]) -> bool:
    """Whether the terms wanted are among those held, in their order."""
    rest = iter(held)
    return all(term in rest for term in wanted)


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
