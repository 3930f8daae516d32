"""How strong links are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from memctx.kg.arrays import GraphArrays
from memctx.kg.weights import rarity, walkable, weighed


def arrays(mentions: list[list[int]], subjects: list[int]) -> GraphArrays:
    n, m = len(mentions), len(mentions[0])
    return GraphArrays(
        chunk_ids=np.arange(n),
        entity_ids=np.arange(m),
        mentions=csr_matrix(np.asarray(mentions, np.float32)),
        subjects=np.asarray(subjects),
        surfaces={},
        similar=csr_matrix((m, m), dtype=np.float32),
    )


def test_a_rare_entity_links_more_strongly_than_a_common_one() -> None:
    links = weighed(arrays([[1, 1], [0, 1], [0, 1]], [-1, -1, -1]))
    assert links.passages[0, 0] > links.passages[0, 1]
    assert rarity(arrays([[1, 1], [0, 1], [0, 1]], [-1] * 3)) == pytest.approx(np.log([4, 2]))


def test_more_mentions_count_more_and_ever_less() -> None:
    links = weighed(arrays([[1], [2], [3]], [-1, -1, -1])).passages.toarray().ravel()
    assert 0 < links[2] - links[1] < links[1] - links[0]


def test_what_a_document_is_about_is_linked_to_its_passages_that_do_not_say_so() -> None:
    links = weighed(arrays([[0, 1], [1, 0]], [0, -1]))
    assert links.passages[0, 0] == pytest.approx(links.passages[1, 0])
    assert (links.entities != links.passages.T).nnz == 0


def test_a_graph_to_walk_has_all_three() -> None:
    graph = arrays([[1, 1], [0, 1]], [-1, -1])
    found = walkable(graph)
    assert found.arrays is graph
    assert found.rarity.tolist() == rarity(graph).tolist()
    assert found.links.passages.shape == (2, 2)
