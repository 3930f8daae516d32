"""The ranker that ships: it knows of second hops, and reads only its own version."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from memctx.pipeline.ranking.candidates import Candidates, Named
from memctx.pipeline.ranking.pairs import Seeds
from memctx.pipeline.ranking.question import RankedQuestion
from memctx.pipeline.ranking.ranker import load_ranker, read_ranker

FILM, DIRECTOR, TOWN = range(3)


def test_what_a_likely_passage_names_is_likelier_evidence(
    candidates: Candidates, question: RankedQuestion
) -> None:
    ranker = load_ranker()
    seeds = Seeds(np.array([FILM]), np.array([0.9]), np.zeros((0, 8), np.float32))
    linked = ranker.judge(candidates, question, seeds)
    unlinked = replace(candidates, named=Named.of(None, candidates.ids.tolist()))
    alone = ranker.judge(unlinked, question, seeds)
    assert np.all((linked > 0) & (linked < 1))
    assert linked[DIRECTOR] > linked[TOWN]
    assert linked[DIRECTOR] > alone[DIRECTOR]


def test_a_ranker_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        read_ranker({"format": 0})
