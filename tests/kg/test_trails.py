"""Trails over the graph, on one small enough to draw."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from memctx.kg.arrays import GraphArrays
from memctx.kg.trails import trails

# Passage 0 mentions 0 and 1, passage 1 mentions 1 and 2, passage 2 mentions 2 and 4,
# passage 3 mentions 3; entity 4 is in all others too, and passage 4 is about entity 0.
MENTIONS = np.array(
    [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]],
    np.float32,
)
GRAPH = GraphArrays(
    chunk_ids=np.arange(10, 15),
    entity_ids=np.arange(20, 25),
    mentions=csr_matrix(MENTIONS),
    subjects=np.array([-1, -1, -1, -1, 0]),
    surfaces={},
    similar=csr_matrix((5, 5), dtype=np.float32),
)


def test_a_trail_goes_over_shared_entities_from_passage_to_passage() -> None:
    assert trails(GRAPH, {0}, [0, 1, 2]) == {
        0: ((0, 0),),
        1: ((0, 0), (1, 1)),
        2: ((0, 0), (1, 1), (2, 2)),
    }


def test_what_a_document_is_about_leads_to_its_passages() -> None:
    found = trails(GRAPH, {0}, [4, 2])
    assert found[4] == ((0, 4),)
    assert found[2] == ((0, 4), (4, 2))


def test_there_is_no_trail_to_what_hangs_together_with_nothing() -> None:
    assert trails(GRAPH, {0}, [0, 3]).keys() == {0}
    assert trails(GRAPH, (), [0, 1]) == {}
    assert trails(GRAPH, {0}, []) == {}


def test_passages_that_are_not_shown_lead_nowhere() -> None:
    assert 2 not in trails(GRAPH, {0}, [0, 2])


def test_of_several_entities_the_rarest_is_told() -> None:
    assert trails(GRAPH, {2, 4}, [2])[2] == ((2, 2),)
