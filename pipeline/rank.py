"""Ranking: from the signals of candidates to one order. Functions over ids and scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..memory.analysis import han_share
from ..memory.rows import ChunkRow
from ..records import Signals

_DENSE_SHARE = 0.6  # of a score, the rest is lexical; best on half of four question sets
_DENSE_SHARE_UNREAD = 0.1  # in a language that the embedder does not read
GRAPH_SHARE = 0.5  # of a score, where a walk took part
_GRAPH_SHARE_UNREAD = 0.1  # above this a walk from one name drowns the words of the question
RERANK_SHARE = 0.5  # of a score, where a cross-encoder read the passage


def unread(question: str, *, reads_chinese: bool) -> bool:
    """Whether the question is in a language that the embedder does not read.

    English embedders place Chinese text by little more than its punctuation.
    """
    return not reads_chinese and han_share(question) > 0.2


def dense_share(*, unread: bool) -> float:
    """How much of a text's score the cosine is, in [0, 1]."""
    return _DENSE_SHARE_UNREAD if unread else _DENSE_SHARE


def walk_share(*, unread: bool) -> float:
    """How much of a score the walk is, in [0, 1].

    Where nothing is embedded well, there is no second hop for a walk to bear out, and a
    question mostly names the one thing that it is about: all passages of that are near.
    """
    return _GRAPH_SHARE_UNREAD if unread else GRAPH_SHARE


def rank(
    signals: Mapping[int, Signals], share: float, *, graph_share: float = GRAPH_SHARE
) -> list[tuple[int, float]]:
    """Candidates and their scores in [0, 1], best first: a convex combination.

    Each signal is first scaled to [0, 1] over the candidates, the lexical one and the
    walk's from zero and the cosine from its least (Bruch et al. 2023, arXiv 2210.11934). Of
    the walk's share the root counts: its largest are many times its median. A signal
    that no candidate has does not count.
    """
    ids = sorted(signals)
    dense = _values(signals[i].dense for i in ids)
    lexical = _values(signals[i].lexical for i in ids)
    walked = np.sqrt(_values(signals[i].graph for i in ids))
    floor = dense.min(initial=1.0)
    text = share * _scaled(dense - floor) + (1 - share) * _scaled(lexical)
    graph_share = graph_share if walked.any() else 0.0
    scores = (1 - graph_share) * text + graph_share * _scaled(walked)
    return _ordered(ids, scores)


def reranked(
    ranked: Sequence[tuple[int, float]], read: Mapping[int, float], share: float = RERANK_SHARE
) -> list[tuple[int, float]]:
    """The candidates anew, with a `share` of a cross-encoder's logits for those it `read`.

    What was read stays ahead of what was not: those were further down already.
    """
    order = [chunk for chunk, _ in ranked if chunk in read]
    if not order:
        return list(ranked)
    before = dict(ranked)
    rest = [(chunk, score) for chunk, score in ranked if chunk not in read]
    floor = max((score for _, score in rest), default=0.0)
    logits = np.asarray([read[chunk] for chunk in order])
    mixed = (1 - share) * _spread(np.asarray([before[chunk] for chunk in order]))
    mixed += share * _spread(logits)
    # Scores stay in [0, 1] and in order, so that they can be told from those below.
    scores = floor + (1 - floor) * mixed
    return [*_ordered(order, scores), *rest]


def first_of_each_document(
    ranked: Sequence[tuple[ChunkRow, float]],
) -> list[tuple[ChunkRow, float]]:
    """The best passage of each document, in the same order."""
    best: dict[int, tuple[ChunkRow, float]] = {}
    for row, score in ranked:
        best.setdefault(row.document.id, (row, score))
    return list(best.values())


def _ordered(ids: Sequence[int], scores: np.ndarray) -> list[tuple[int, float]]:
    order = sorted(range(len(ids)), key=lambda index: (-scores[index], ids[index]))
    return [(ids[index], round(float(scores[index]), 6)) for index in order]


def _values(given: Iterable[float | None]) -> np.ndarray:
    return np.array([value or 0.0 for value in given])


def _scaled(values: np.ndarray) -> np.ndarray:
    top = values.max(initial=0.0)
    return values / top if top > 0 else values


def _spread(values: np.ndarray) -> np.ndarray:
    """Scaled so that the least is 0 and the greatest 1."""
    return _scaled(values - values.min())
