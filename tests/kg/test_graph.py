"""The graph as arrays and as a network: what it holds after any changes."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.kg.communities import communities, stable
from memctx.kg.graph import KnowledgeGraph
from memctx.kg.names import normal
from memctx.kg.route import route
from memctx.kg.rows import GraphChange, NameRows, PassageRows, no_ids
from memctx.kg.spellings import form_of, hash_of

Passages = dict[int, tuple[int, dict[int, int]]]
"""Passage -> (subject's name or 0, name -> count)."""
Names = dict[int, tuple[int, str]]
"""Name -> (entity, text)."""


def ids(values: object) -> np.ndarray:
    return np.asarray(list(values), dtype=np.int64)  # type: ignore[call-overload]


def change(gone: set[int], passages: Passages, names: Names) -> GraphChange:
    pairs = [(p, n, c) for p, (_, held) in passages.items() for n, c in held.items()]
    order = sorted(passages)
    known = sorted(names)
    return GraphChange(
        ids(sorted(gone)),
        PassageRows(
            ids(order),
            ids(passages[p][0] for p in order),
            *(ids(pair[column] for pair in pairs) for column in range(3)),
        ),
        NameRows(
            ids(known),
            ids(names[n][0] for n in known),
            ids(hash_of(form_of(names[n][1]).bare) for n in known),
            [names[n][1] for n in known],
        ),
    )


def built(passages: Passages, names: Names) -> KnowledgeGraph:
    graph = KnowledgeGraph()
    graph.change(change(set(), passages, names), dead=no_ids())
    return graph


SMALL: Passages = {10: (1, {1: 2, 2: 1}), 11: (0, {3: 1}), 12: (0, {2: 1, 4: 3})}
NAMES: Names = {
    1: (1, "The Beatles"),
    2: (1, "Beatles"),
    3: (3, "Mercury"),
    4: (4, "Mercury (planet)"),
}


def test_names_of_one_entity_share_a_column() -> None:
    arrays = built(SMALL, NAMES).arrays()
    assert arrays.chunk_ids.tolist() == [10, 11, 12]
    assert arrays.entity_ids.tolist() == [1, 3, 4]
    assert arrays.mentions.toarray().tolist() == [[3, 0, 0], [0, 1, 0], [1, 0, 3]]
    assert arrays.subjects.tolist() == [0, -1, -1]
    assert arrays.similar.shape == (3, 3)


def test_a_surface_names_all_entities_that_go_by_it() -> None:
    surfaces = built(SMALL, NAMES).arrays().surfaces
    assert surfaces["beatles"] == (0,)
    assert surfaces["mercury"] == (1, 2)
    assert "venus" not in surfaces
    assert dict(surfaces) == {normal("The Beatles"): (0,), "mercury": (1, 2)}


def test_names_found_to_be_one_join_without_new_rows() -> None:
    graph = built(SMALL, NAMES)
    graph.network()
    graph.change(change(set(), {}, {4: (3, "Mercury (planet)")}), dead=no_ids())
    assert graph.arrays().entity_ids.tolist() == [1, 3]
    assert set(graph.network()[("entity", 3)]) == {("passage", 11), ("passage", 12)}
    assert ("entity", 4) not in graph.network()


def test_a_graph_that_was_saved_is_the_same(tmp_path: Path) -> None:
    graph = built(SMALL, NAMES)
    graph.save(tmp_path)
    again = KnowledgeGraph.load(tmp_path).arrays()
    assert (again.mentions != graph.arrays().mentions).nnz == 0
    assert dict(again.surfaces) == dict(graph.arrays().surfaces)


def test_an_empty_graph_has_empty_arrays(tmp_path: Path) -> None:
    graph = KnowledgeGraph()
    graph.save(tmp_path)
    arrays = KnowledgeGraph.load(tmp_path).arrays()
    assert arrays.mentions.shape == (0, 0)
    assert dict(arrays.surfaces) == {}
    assert len(graph.network()) == 0
    assert communities(arrays).sizes == {}


ROWS = st.dictionaries(
    st.integers(1, 8),
    st.tuples(st.integers(0, 6), st.dictionaries(st.integers(1, 6), st.integers(1, 3), max_size=4)),
    max_size=6,
)
ENTITIES = st.lists(st.integers(1, 6), min_size=6, max_size=6)


def headed(entities: list[int]) -> Names:
    """Names 1, 2, ...: each of the entity of an earlier name, or one of its own."""
    names: Names = {}
    for n, entity in enumerate(entities, 1):
        names[n] = (names[entity][0] if entity < n else n, f"name {n}")
    return names


@given(st.lists(st.tuples(ROWS, st.sets(st.integers(1, 8)), ENTITIES), min_size=1, max_size=4))
def test_changes_one_by_one_give_what_building_at_once_gives(
    steps: list[tuple[Passages, set[int], list[int]]],
) -> None:
    graph, passages, names = KnowledgeGraph(), dict[int, tuple[int, dict[int, int]]](), Names()
    for rows, gone, entities in steps:
        names = headed(entities)
        graph.network()
        graph.change(change(gone, rows, names), dead=no_ids())
        passages = {p: row for p, row in passages.items() if p not in gone} | rows
    expected = built(passages, names)
    one, other = graph.arrays(), expected.arrays()
    assert one.chunk_ids.tolist() == other.chunk_ids.tolist()
    assert one.entity_ids.tolist() == other.entity_ids.tolist()
    assert one.mentions.toarray().tolist() == other.mentions.toarray().tolist()
    assert one.subjects.tolist() == other.subjects.tolist()
    assert dict(one.surfaces) == dict(other.surfaces)
    assert networkx.utils.graphs_equal(graph.network(), expected.network())


def test_a_route_goes_through_passages_that_mention_both_sides() -> None:
    graph = built(
        {1: (0, {1: 1, 2: 1}), 2: (0, {2: 1, 3: 1}), 3: (0, {4: 1})},
        {n: (n, f"name {n}") for n in range(1, 5)},
    )
    assert route(graph.arrays(), 0, 2) == [0, 0, 1, 1, 2]
    assert route(graph.arrays(), 0, 0) == [0]
    assert route(graph.arrays(), 0, 3) is None


def test_of_two_ways_the_one_over_the_rarer_entity_is_taken() -> None:
    rows: Passages = {1: (0, {1: 1, 2: 1, 3: 1}), 2: (0, {2: 1, 3: 1, 4: 1})}
    rows |= {n: (0, {2: 1}) for n in range(3, 30)}
    graph = built(rows, {n: (n, f"name {n}") for n in range(1, 5)})
    assert route(graph.arrays(), 0, 3) == [0, 0, 2, 1, 3]


@given(ROWS.filter(lambda rows: any(held for _, held in rows.values())))
def test_a_route_is_as_short_as_breadth_first_search_finds(rows: Passages) -> None:
    graph = built(rows, {n: (n, f"name {n}") for n in range(1, 7)})
    arrays, network = graph.arrays(), graph.network()
    start, end = (("entity", int(arrays.entity_ids[column])) for column in (0, -1))
    found = route(arrays, 0, len(arrays.entity_ids) - 1)
    if start not in network or end not in network or not networkx.has_path(network, start, end):
        assert found is None or len(found) == 1
    else:
        assert found is not None
        assert len(found) == len(networkx.shortest_path(network, start, end))


def two_worlds() -> KnowledgeGraph:
    rows: Passages = {}
    for passage in range(1, 21):
        base = 0 if passage <= 10 else 10
        rows[passage] = (0, {base + name: 1 for name in range(1, 11) if name != passage - base})
    return built(rows, {n: (n, f"name {n}") for n in range(1, 21)})


def test_passages_that_share_entities_form_a_community() -> None:
    found = communities(two_worlds().arrays())
    assert found.sizes == {1: 10, 11: 10}
    assert found.passages.tolist() == [1] * 10 + [11] * 10
    assert found.entities.tolist() == [1] * 10 + [11] * 10


def test_a_community_keeps_its_id_when_its_first_entity_goes() -> None:
    graph = two_worlds()
    arrays = graph.arrays()
    first = communities(arrays)
    before = dict(zip(arrays.entity_ids.tolist(), first.entities.tolist(), strict=True))
    others: Passages = {p: (0, dict.fromkeys(range(2, 11), 1)) for p in range(1, 11)}
    graph.change(change(set(), others, {}), dead=ids([1]))
    assert set(communities(graph.arrays(), previous=before).sizes) == {1, 11}
    assert set(communities(graph.arrays()).sizes) == {2, 11}


@given(
    st.lists(st.integers(-1, 3), max_size=12),
    st.dictionaries(st.integers(0, 12), st.integers(0, 5)),
)
def test_no_two_communities_share_an_id(groups: list[int], previous: dict[int, int]) -> None:
    found = stable(ids(groups), ids(range(len(groups))), previous)
    assert set(found) == {group for group in groups if group >= 0}
    assert len(set(found.values())) == len(found)


def test_a_file_that_is_no_array_is_refused(tmp_path: Path) -> None:
    built(SMALL, NAMES).save(tmp_path)
    (tmp_path / "row_of.npy").write_bytes(b"not an array")
    with pytest.raises(ValueError, match=r"row_of|pickle|magic"):
        KnowledgeGraph.load(tmp_path)
