"""Walks with restart, held against NetworkX's PageRank."""

from __future__ import annotations

from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, random_array

from memctx.kg.walk import Links, Restart, Visits, push, walk

weights = st.floats(0.1, 5.0)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Links, Restart]:
    """Small graphs, with nodes that have no links, and somewhere to start."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    cells = draw(st.dictionaries(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), weights))
    rows, columns = [cell[0] for cell in cells], [cell[1] for cell in cells]
    matrix = csr_matrix((list(cells.values()), (rows, columns)), shape=(n, m))
    passages = draw(st.dictionaries(st.integers(0, n - 1), weights))
    entities = draw(st.dictionaries(st.integers(0, m - 1), weights, min_size=not passages))
    return Links.of(matrix), Restart(passages, entities)


def exact(links: Links, restart: Restart, damping: float) -> Visits:
    """NetworkX's PageRank; a node without links gets one to itself."""
    n, m = links.passages.shape
    graph = networkx.Graph()
    graph.add_nodes_from(range(n + m))
    for row, column in zip(*links.passages.nonzero(), strict=True):
        graph.add_edge(int(row), n + int(column), weight=float(links.passages[row, column]))
    graph.add_edges_from((node, node) for node in list(networkx.isolates(graph)))
    start = dict(restart.passages) | {n + place: w for place, w in restart.entities.items()}
    found: dict[int, float] = networkx.pagerank(
        graph, alpha=damping, personalization=start, tol=1e-14, max_iter=5000
    )
    shares = np.asarray([found[node] for node in range(n + m)])
    return Visits(shares[:n], shares[n:], 0.0)


def distance(one: Visits, other: Visits) -> float:
    """Summed over all nodes."""
    return float(
        np.abs(one.passages - other.passages).sum() + np.abs(one.entities - other.entities).sum()
    )


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from([0.0, 0.5, 0.85]))
def test_power_iteration_is_networkx_s_pagerank(graph: Any, damping: float) -> None:
    links, restart = graph
    for tolerance in (1e-3, 1e-9):
        found = walk(links, restart, damping=damping, tolerance=tolerance)
        assert found.error <= tolerance
        assert distance(found, exact(links, restart, damping)) <= tolerance + 1e-11


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from([0.0, 0.5, 0.85]), st.sampled_from([1e-1, 1e-2, 1e-4, 1e-6]))
def test_pushes_stay_within_their_bounds(graph: Any, damping: float, epsilon: float) -> None:
    links, restart = graph
    found = push(links, restart, damping=damping, epsilon=epsilon)
    truth = exact(links, restart, damping)
    for have, want, degrees in (
        (found.passages, truth.passages, links.passage_degrees),
        (found.entities, truth.entities, links.entity_degrees),
    ):
        missing = want - have
        assert np.all(missing >= -1e-10)
        assert np.all(missing <= epsilon * degrees + 1e-10)
    assert distance(found, truth) == pytest.approx(found.error, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_shares_sum_up_to_one_and_none_is_negative(graph: Any) -> None:
    found = walk(*graph, tolerance=1e-9)
    shares = np.concatenate([found.passages, found.entities])
    assert shares.sum() == pytest.approx(1.0, abs=1e-8)
    assert np.all(shares >= 0)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(0.01, 100))
def test_only_proportions_of_the_restart_count(graph: Any, factor: float) -> None:
    links, restart = graph
    scaled = Restart(
        {place: factor * weight for place, weight in restart.passages.items()},
        {place: factor * weight for place, weight in restart.entities.items()},
    )
    assert distance(walk(links, restart), walk(links, scaled)) < 1e-9


def test_a_push_finds_the_same_nearest_passages_in_a_large_graph() -> None:
    rng = np.random.default_rng(0)
    links = Links.of(random_array((3000, 5000), density=0.002, rng=rng, format="csr"))
    restart = Restart({0: 0.05, 7: 0.05}, {3: 1.0, 11: 1.0})
    near, all_ = push(links, restart, epsilon=1e-7), walk(links, restart, tolerance=1e-10)
    best = np.argsort(-all_.passages, kind="stable")[:20].tolist()
    assert np.argsort(-near.passages, kind="stable")[:20].tolist() == best
    assert near.error < 0.01


def test_what_lies_far_away_is_never_looked_at() -> None:
    blocks = 1000
    ones = (np.ones(blocks), (np.arange(blocks), np.arange(blocks)))
    links = Links.of(csr_matrix(ones, shape=(blocks, blocks)))
    found = push(links, Restart({}, {5: 1.0}))
    assert np.flatnonzero(found.passages).tolist() == [5]
    assert np.flatnonzero(found.entities).tolist() == [5]


@pytest.mark.parametrize("weight", [-1.0, float("nan"), 0.0])
def test_a_restart_without_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="sum > 0"):
        Restart({1: weight}, {})


@pytest.mark.parametrize("run", [walk, push])
def test_damping_must_leave_a_chance_to_start_over(run: Any) -> None:
    links = Links.of(csr_matrix(np.ones((2, 2))))
    with pytest.raises(ValueError, match="below 1"):
        run(links, Restart({0: 1.0}, {}), damping=1.0)
    with pytest.raises(ValueError, match="above 0"):
        run(links, Restart({0: 1.0}, {}), **{"tolerance" if run is walk else "epsilon": 0.0})
