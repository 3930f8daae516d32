"""Whether what was written stands in its sources: by its words, its numbers, its meaning.

A check that errs towards doubt: most of a sentence's terms must be in the sentences that it
is held against, all of its numbers, and one of these must be near it. No model of entailment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...reader.terms import numbers, terms

Vectors = NDArray[np.float32]

_SHARE = 0.6  # of a sentence's terms
_NEAR = 0.5  # cosine to the nearest source
_SOURCES = 2  # that a sentence cites at most
_ALSO = 0.15  # a second source adds at least so much of the terms


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
    known = frozenset[str]().union(*(numbers(sources[place]) for place in chosen))
    near = max(cosines[place] for place in chosen) >= _NEAR
    supported = len(said) / len(wanted) >= _SHARE and numbers(sentence) <= known
    return chosen if near and supported else []
