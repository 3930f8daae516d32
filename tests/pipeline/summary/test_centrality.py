from __future__ import annotations

import numpy as np

from memctx.pipeline.summary.centrality import centrality


def unit_vectors(count: int, width: int = 16, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, width)) + 0.5
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def lexrank(vectors: np.ndarray) -> np.ndarray:
    """The stationary walk over the whole graph, by solving for it."""
    links = np.where(vectors @ vectors.T > 0.1, vectors @ vectors.T, 0) + 1e-6
    steps = links / links.sum(axis=1, keepdims=True)
    count = len(vectors)
    standing = np.linalg.solve(np.eye(count) - 0.85 * steps.T, np.full(count, 0.15))
    return np.asarray(standing)


def test_up_to_the_number_of_anchors_it_is_lexrank() -> None:
    vectors = unit_vectors(60)
    np.testing.assert_allclose(centrality(vectors), lexrank(vectors), rtol=1e-3)


def test_beyond_that_it_orders_sentences_nearly_as_lexrank_does() -> None:
    vectors = unit_vectors(400)
    near, exact = centrality(vectors, anchors=100), lexrank(vectors)
    assert np.corrcoef(near, exact)[0, 1] > 0.95


def test_one_sentence_and_none_have_a_standing() -> None:
    assert centrality(unit_vectors(1)).tolist() == [1.0]
    assert len(centrality(np.zeros((0, 4), np.float32))) == 0


def test_what_many_say_is_more_central_than_what_one_says() -> None:
    vectors = np.zeros((5, 4), np.float32)
    vectors[:4, 0], vectors[4, 1] = 1, 1
    found = centrality(vectors)
    assert found[:4].min() > found[4]
