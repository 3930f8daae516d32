"""From sentences with vectors to those that make up a summary. Pure; no store, no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .entities import Entities
from .features import Asked, Material, features
from .phrases import phrases
from .scorer import Scorer
from .selection import select, shortlist
from .trimming import cut

_JOINT = 1  # tokens between two sentences, at most
SHORTLIST = 12  # words that are looked at, for each token of the budget


@dataclass(frozen=True, slots=True)
class Pick:
    """A sentence taken: its number, and how many of its characters; `weight` is its share.

    All of them, but where not one sentence fits the budget.
    """

    sentence: int
    length: int
    weight: float


def extract(
    material: Material,
    asked: Asked | None,
    budget: int,
    count: Callable[[str], int],
    scorer: Scorer,
    entities: Entities | None = None,
) -> list[Pick]:
    """The sentences of a summary of at most `budget` tokens, in the order of the text.

    `count` says how many tokens a text takes. `entities`, of the same sentences, are covered
    beside the phrases. Weights add up to 1.
    """
    from scipy.sparse import hstack

    if not len(material.units):
        return []
    values = scorer.worth(features(material, asked))
    near = shortlist(values, material.units.words, SHORTLIST * budget)
    costs = np.asarray([count(material.texts[place]) + _JOINT for place in near], np.int64)
    said = phrases(material, asked, near, values)
    holds, chances = said.holds, scorer.chances(said.rows)
    if entities is not None:
        holds = hstack([holds, entities.holds[near]], format="csr")
        chances = np.concatenate([chances, entities.worth])
    chosen = select(values[near], costs, budget + _JOINT, holds, chances)
    taken = sorted(near[chosen].tolist())
    if not taken:
        best = int(values.argmax())
        length = cut(material.texts[best], budget, count)
        return [Pick(best, length, 1.0)] if length else []
    shares = np.maximum(values[taken], 1e-3)
    return [
        Pick(sentence, len(material.texts[sentence]), float(share))
        for sentence, share in zip(taken, shares / shares.sum(), strict=True)
    ]
