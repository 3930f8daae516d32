"""Features of candidates and of pairs, against the plain reading of their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from memctx.kg.arrays import GraphArrays
from memctx.kg.weights import Walkable, walkable
from memctx.memory.words import ORDINARY
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


def test_beside_no_passage_a_candidate_is_what_it_is_by_itself(
    candidates: Candidates, question: RankedQuestion
) -> None:
    seeds = Seeds(np.array([0]), np.array([0.9]), candidates.vectors[:1]).filled(3, 3)
    assert seeds.places.tolist() == [0, 3, 3]
    assert seeds.held(3).tolist() == [0]
    table = pairs.pair_features(candidates, question, seeds)
    assert table.shape == (3, 3, len(pairs.FEATURES))

    def of(name: str) -> list[float]:
        found: list[float] = table[1, :, pairs.FEATURES.index(name)].tolist()
        return found

    assert of("new_words") == pytest.approx([0.5, 0.4, 0.3])
    assert of("rest_cosine") == pytest.approx(candidates.cosines, abs=1e-6)
    for name in ("forward", "backward", "shared", "same_subject", "cosine_between", "seed_words"):
        assert of(name) == [0, 0, 0]
    whole = pairs.pair_features(candidates, question, Seeds(*_first_of(seeds)))
    assert table[0] == pytest.approx(whole[0], abs=1e-6)


def _first_of(seeds: Seeds) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return seeds.places[:1], seeds.likely[:1], seeds.hops


def graph_of(entities: list[int]) -> Walkable:
    """The graph of one passage, which mentions each of these entities."""
    count = len(entities)
    return walkable(
        GraphArrays(
            chunk_ids=np.array([1]),
            entity_ids=np.array(entities, np.int64),
            mentions=csr_matrix(np.ones((1, count), np.float32)),
            subjects=np.array([-1]),
            surfaces={},
            similar=csr_matrix((count, count), dtype=np.float32),
        )
    )


def test_a_name_in_the_only_passage_is_as_rare_as_it_would_be_among_ordinary_ones() -> None:
    assert Named.of(graph_of([7]), [1]).rarity == pytest.approx([np.log1p(ORDINARY)])


def test_a_passage_without_names_mentions_nothing() -> None:
    assert Named.of(graph_of([]), [1]).mentioned.sum() == 0
