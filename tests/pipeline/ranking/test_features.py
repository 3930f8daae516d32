"""Features of candidates and of pairs, against the plain reading of their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.ranking import own, pairs
from memctx.pipeline.ranking.candidates import Candidates, Named, ranks
from memctx.pipeline.ranking.pairs import Seeds
from memctx.pipeline.ranking.question import RankedQuestion


def column(table: np.ndarray, name: str) -> np.ndarray:
    return np.asarray(table[:, own.FEATURES.index(name)])


def test_own_features_say_what_a_candidate_shares_with_the_question(
    candidates: Candidates, question: RankedQuestion
) -> None:
    table = own.own_features(candidates, question)
    assert table.shape == (3, len(own.FEATURES))
    assert column(table, "words") == pytest.approx([0.5, 0.4, 0.3])
    assert column(table, "words_in_title") == pytest.approx([0.5, 0.0, 0.0])
    assert column(table, "pairs") == pytest.approx([1, 0, 0])
    assert column(table, "bm25_of_ceiling") == pytest.approx([0.5, 0.25, 0.0])
    assert column(table, "bm25_rank") == pytest.approx([1, 1 / 2, 1 / 3])
    assert column(table, "about_named") == pytest.approx([1, 0, 0])
    assert column(table, "names") == pytest.approx([1, 0, 0])


def test_pair_features_say_what_a_seed_leads_to(
    candidates: Candidates, question: RankedQuestion
) -> None:
    seeds = Seeds(np.array([0, 1]), np.array([0.9, 0.4]), np.zeros((0, 8), np.float32))
    table = pairs.pair_features(candidates, question, seeds)
    assert table.shape == (2, 3, len(pairs.FEATURES))

    def of(name: str) -> list[list[float]]:
        found: list[list[float]] = table[:, :, pairs.FEATURES.index(name)].tolist()
        return found

    assert of("forward") == [[0, 1, 0], [0, 0, 0]]  # the film's text names its director
    assert of("backward") == [[0, 0, 0], [1, 0, 0]]
    assert of("same_subject") == [[1, 0, 0], [0, 1, 0]]
    assert of("forward_rarity")[0] == [0, 2, 0]
    assert of("shared")[0] == pytest.approx([2, 2, 0])  # Brook; the film itself is asked about
    assert of("new_words")[0] == pytest.approx([0, 0.4, 0])
    assert of("words_together")[0] == pytest.approx([0.5, 0.9, 0.5])
    assert of("hop_cosine") == [[-1] * 3] * 2


def test_a_seed_s_question_gives_cosines_and_ranks(
    candidates: Candidates, question: RankedQuestion
) -> None:
    ours = candidates
    seeds = Seeds(np.array([0, 1]), np.array([0.9, 0.4]), ours.vectors[2:3])
    table = pairs.pair_features(ours, question, seeds)
    hops = table[:, :, pairs.FEATURES.index("hop_cosine")]
    assert hops[0] == pytest.approx(ours.vectors @ ours.vectors[2], abs=1e-6)
    assert hops[1].tolist() == [-1, -1, -1]
    assert table[0, 2, pairs.FEATURES.index("hop_rank")] == 1


def test_without_a_graph_no_pair_is_linked() -> None:
    named = Named.of(None, [1, 2, 3])
    assert named.mentioned.sum() == 0
    assert named.about.tolist() == [-1, -1, -1]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9))
def test_ranks_count_what_is_greater(values: list[float]) -> None:
    found = ranks(np.array(values))
    for place, value in enumerate(values):
        ahead = sum(v > value for v in values) + sum(v == value for v in values[:place])
        assert found[place] == pytest.approx(1 / (1 + ahead))
