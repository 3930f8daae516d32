"""What a candidate says for itself: its features, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidates, Floats, ranks, scaled
from .question import RankedQuestion
from .wording import little

FEATURES = (
    *("cosine", "cosine_below_best", "bm25_of_ceiling", "bm25_of_best"),
    *("cosine_rank", "bm25_rank", "about_named", "about_weight", "names", "rarest_name"),
    *("words", "words_below_best", "words_in_title", "title_in_words", "pairs", "length"),
    *("question_names", "question_entities", "compares", "unread", "question_words", "proper"),
)
"""Columns of `own_features`, in order."""


def shared_words(candidates: Candidates, question: RankedQuestion) -> NDArray[np.float32]:
    """Which of the question's words each candidate has, (n, w), as 0 and 1."""
    return _holds([wording.stems for wording in candidates.wordings], question.words)


def shared_pairs(candidates: Candidates, question: RankedQuestion) -> NDArray[np.float32]:
    """Which of the question's neighbouring words each candidate has, (n, p), as 0 and 1."""
    return _holds([wording.pairs for wording in candidates.wordings], question.pairs)


def asked(candidates: Candidates, question: RankedQuestion) -> Floats:
    """How surely the question means each of the candidates' entities, (c,) in [0, 1]."""
    ids = candidates.named.ids
    means = np.zeros(len(ids))
    for entity, weight in question.entities.items():
        means[ids == entity] = weight
    return means


def own_features(candidates: Candidates, question: RankedQuestion) -> Floats:
    """The features of each candidate by itself, (n, len(FEATURES))."""
    named, weights = candidates.named, question.weights
    covered = shared_words(candidates, question) @ weights
    in_title = _holds(candidates.titles, question.words)
    means = asked(candidates, question)
    about = np.where(named.about >= 0, means[named.about], 0.0)
    worth = means * named.rarity
    mentioned = named.mentioned * worth
    columns = (
        candidates.cosines,
        candidates.cosines - candidates.cosines.max(initial=-1.0),
        candidates.lexical / question.ceiling,
        scaled(candidates.lexical),
        ranks(candidates.cosines),
        ranks(candidates.lexical),
        about > 0,
        about,
        mentioned.sum(axis=1) / max(float(worth.sum()), 1e-9),
        mentioned.max(axis=1),
        covered,
        covered - covered.max(initial=0.0),
        in_title @ weights,
        in_title.sum(axis=1) / np.array([_size(title) for title in candidates.titles]),
        shared_pairs(candidates, question).mean(axis=1) if question.pairs else 0.0,
        np.log1p([wording.length for wording in candidates.wordings]),
        question.names,
        len(question.entities),
        question.compares,
        question.unread,
        len(question.words),
        question.proper,
    )
    count = len(candidates)
    return np.column_stack([np.broadcast_to(np.asarray(c, np.float64), count) for c in columns])


def _holds(sets: Sequence[frozenset[Any]], wanted: Sequence[Any]) -> NDArray[np.float32]:
    found = [[one in each for one in wanted] for each in sets]
    return np.array(found, np.float32).reshape(len(sets), len(wanted))


def _size(title: frozenset[str]) -> int:
    return max(1, len(title - little()))
