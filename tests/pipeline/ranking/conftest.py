"""Three candidates for a question of two hops: a film, its director, and a town."""

from __future__ import annotations

import numpy as np
import pytest

from memctx.pipeline.ranking.candidates import Candidates, Named
from memctx.pipeline.ranking.question import RankedQuestion
from memctx.pipeline.ranking.wording import Wording

TEXTS = (
    ("The Long Tide", "The Long Tide was directed by Ada Brook."),
    ("Ada Brook", "Ada Brook was born in 1917 in Corrie."),
    ("Harl", "Harl is a harbour town with a tide gauge."),
)
TIDE, BROOK, HARL, CORRIE = 11, 12, 13, 14


@pytest.fixture
def candidates(question: RankedQuestion) -> Candidates:
    mentioned = np.zeros((3, 4), np.float32)
    mentioned[0, [0, 1]] = mentioned[1, [1, 3]] = mentioned[2, 2] = 1
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(3, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    named = Named(
        mentioned,
        np.array([0, 1, 2]),
        np.array([1.0, 2.0, 3.0, 4.0]),
        np.zeros(4, bool),
        np.array([TIDE, BROOK, HARL, CORRIE]),
    )
    return Candidates(
        ids=np.array([1, 2, 3]),
        cosines=(vectors @ question.vector).astype(np.float64),
        lexical=np.array([6.0, 3.0, 0.0]),
        vectors=vectors,
        wordings=[Wording.of(f"{title} {text}") for title, text in TEXTS],
        titles=[Wording.of(title).stems for title, _ in TEXTS],
        named=named,
        walked=np.array([0.2, 0.1, 0.0]),
    )


@pytest.fixture
def question() -> RankedQuestion:
    return RankedQuestion(
        vector=np.eye(8, dtype=np.float32)[0],
        words=("director", "long", "tide", "born"),
        weights=np.array([0.1, 0.2, 0.3, 0.4]),
        pairs=(("long", "tide"),),
        entities={TIDE: 1.0},
        names=1,
        proper=1,
        ceiling=12.0,
        unread=False,
        compares=False,
    )
