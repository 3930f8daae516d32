"""A question as ranking sees it: words with their weights, names, and its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...memory.words import WordCounts, index_words
from .wording import telling, telling_pairs

_COMPARES = re.compile(
    r"\b(both|same|older|younger|earlier|later|which (film|of)|who (was|is) (born|older|younger)"
    r"|or)\b|哪个|哪一个|还是|都",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """What a question asks by.

    `words` are its telling stems and `weights` (w,) how much each tells, with sum 1;
    `pairs` are neighbouring stems. `entities` maps entity ids of the graph to how surely the
    question means them, in (0, 1]; `names` counts its names, `proper` those with a capital.
    `ceiling` is the BM25 score that a perfect passage could have. `vector` (d,) is unit.
    `unread` is whether the embedder does not read the question's language: then
    cosines tell little.
    """

    vector: NDArray[np.float32]
    words: tuple[str, ...]
    weights: NDArray[np.float64]
    pairs: tuple[tuple[str, str], ...]
    entities: Mapping[int, float]
    names: int
    proper: int
    ceiling: float
    unread: bool
    compares: bool


@dataclass(frozen=True, slots=True)
class NamedEntities:
    """What the question's names mean in the graph; nothing, where there is no graph."""

    entities: Mapping[int, float]
    names: int
    proper: int


def ranked_question(
    question: str,
    vector: NDArray[np.float32],
    counts: WordCounts,
    named: NamedEntities,
    *,
    unread: bool = False,
) -> RankedQuestion:
    """Puts together what ranking needs of a question; `counts` are of the whole memory."""
    found = index_words(question)
    words = telling(found)
    rarity = np.array([np.log1p(counts.total / (1 + counts.of.get(word, 0))) for word in words])
    return RankedQuestion(
        vector=vector,
        words=words,
        weights=rarity / max(float(rarity.sum()), 1e-9),
        pairs=telling_pairs(found),
        entities=named.entities,
        names=named.names,
        proper=named.proper,
        ceiling=counts.ceiling or 1.0,
        unread=unread,
        compares=bool(_COMPARES.search(question)),
    )
