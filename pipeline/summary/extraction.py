"""From sentences with vectors to those that make up a summary. Pure; no store, no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..ranking.trees import Trees
from .features import Asked, Material, features
from .scorer import score
from .selection import Ints, select
from .trimming import cut

_JOINT = 1  # tokens between two sentences, at most


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
    trees: Trees,
) -> list[Pick]:
    """The sentences of a summary of at most `budget` tokens, in the order of the text.

    `count` says how many tokens a text takes. Weights add up to 1.
    """
    if not len(material.units):
        return []
    values = score(features(material, asked), trees)
    costs = costs_of(material.texts, count)
    taken = sorted(select(values, costs, budget + _JOINT, (material.terms, material.pairs)))
    if not taken:
        best = int(values.argmax())
        length = cut(material.texts[best], budget, count)
        return [Pick(best, length, 1.0)] if length else []
    shares = np.maximum(values[taken], 1e-3)
    return [
        Pick(sentence, len(material.texts[sentence]), float(share))
        for sentence, share in zip(taken, shares / shares.sum(), strict=True)
    ]


def costs_of(texts: Sequence[str], count: Callable[[str], int]) -> Ints:
    """The tokens that each sentence takes within a summary, (n,)."""
    return np.asarray([count(text) + _JOINT for text in texts], np.int64)
