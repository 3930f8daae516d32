"""The graph's part in a search."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from memctx.kg.arrays import GraphArrays
from memctx.kg.link import KnownName
from memctx.kg.walk import walk
from memctx.kg.weights import rarity, weighed
from memctx.pipeline.graph_search import linked, most_visited, restart, rows_of, visits


@pytest.fixture
def film() -> GraphArrays:
    """Passage 10 is about a film and names its director; 11 is about her; 12 is neither."""
    mentions = csr_matrix(np.asarray([[1, 1, 0], [0, 2, 0], [0, 0, 1]], np.float32))
    return GraphArrays(
        chunk_ids=np.asarray([10, 11, 12]),
        entity_ids=np.asarray([1, 2, 3]),
        mentions=mentions,
        subjects=np.asarray([0, 1, -1]),
        surfaces={"long tide": (0,), "ada brook": (1,), "harl": (2,)},
        similar=csr_matrix((3, 3), dtype=np.float32),
    )


def test_a_walk_from_a_name_reaches_the_passage_two_hops_away(film: GraphArrays) -> None:
    names = linked("When was the director of The Long Tide born?", film)
    shares = visits(weighed(film), restart(names, {}, rarity(film)))
    assert shares[0] > shares[1] > 0 == shares[2]
    assert most_visited(film, shares, 5, None) == [10, 11]
    assert most_visited(film, shares, 1, None) == [10]
    assert most_visited(film, shares, 5, np.asarray([11, 12])) == [11]


def test_names_take_most_of_the_restart_and_passages_the_rest(film: GraphArrays) -> None:
    names = (KnownName("Harl", 0, 4, (2,), True),)
    start = restart(names, {0: 3.0, 1: 1.0}, rarity(film))
    assert start is not None
    passages, entities = sum(start.passages.values()), sum(start.entities.values())
    assert passages / (passages + entities) == pytest.approx(0.05)
    assert start.passages[0] == pytest.approx(3 * start.passages[1])


def test_without_names_a_walk_starts_from_passages_and_else_not_at_all(film: GraphArrays) -> None:
    start = restart((), {0: 3.0}, rarity(film))
    assert start is not None
    assert not start.entities
    assert restart((), {0: 0.0}, rarity(film)) is None
    assert visits(weighed(film), None).tolist() == [0.0, 0.0, 0.0]


def test_pushes_give_nearly_the_exact_shares(film: GraphArrays) -> None:
    start = restart(linked("Ada Brook", film), {}, rarity(film))
    assert start is not None
    exact = walk(weighed(film), start, tolerance=1e-9).passages
    assert visits(weighed(film), start) == pytest.approx(exact, abs=1e-4)


def test_only_passages_that_were_read_have_rows(film: GraphArrays) -> None:
    assert rows_of(film, [12, 7, 10, 99]) == {12: 2, 10: 0}
