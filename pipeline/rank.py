"""Orders of passages, made anew: by a cross-encoder, and one passage of each document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..memory.rows import ChunkRow

RERANK_SHARE = 0.5  # of a score, where a cross-encoder read the passage


def reranked(
    ranked: Sequence[tuple[int, float]], read: Mapping[int, float], share: float = RERANK_SHARE
) -> list[tuple[int, float]]:
    """The candidates anew, with a `share` of a cross-encoder's logits for those it `read`.

    What was read stays ahead of what was not: those were further down already. The scores
    stay where they are, so that the best one says as much as before: only whose they are
    changes.
    """
    order = [chunk for chunk, _ in ranked if chunk in read]
    if not order:
        return list(ranked)
    scores = [score for chunk, score in ranked if chunk in read]
    rest = [(chunk, score) for chunk, score in ranked if chunk not in read]
    logits = np.asarray([read[chunk] for chunk in order])
    mixed = (1 - share) * _spread(np.asarray(scores)) + share * _spread(logits)
    again = [order[place] for place in np.lexsort((np.asarray(order), -mixed))]
    return [*zip(again, sorted(scores, reverse=True), strict=True), *rest]


def first_of_each_document(
    ranked: Sequence[tuple[ChunkRow, float]],
) -> list[tuple[ChunkRow, float]]:
    """The best passage of each document, in the same order."""
    best: dict[int, tuple[ChunkRow, float]] = {}
    for row, score in ranked:
        best.setdefault(row.document.id, (row, score))
    return list(best.values())


def _scaled(values: np.ndarray) -> np.ndarray:
    top = values.max(initial=0.0)
    return values / top if top > 0 else values


def _spread(values: np.ndarray) -> np.ndarray:
    """Scaled so that the least is 0 and the greatest 1."""
    return _scaled(values - values.min())
