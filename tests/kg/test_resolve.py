"""Which names become one entity, why, and at what cost."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from memctx.kg.components import Components
from memctx.kg.extraction import Alias, MentionKind
from memctx.kg.resolve import Merge, Name, Resolver, partition

Vectors = NDArray[np.float32]


def names(*texts: str, kind: MentionKind = "name") -> list[Name]:
    return [Name(text, kind) for text in texts]


def test_spellings_of_one_name_are_one_entity_and_say_why() -> None:
    resolver = Resolver()
    merges = resolver.add(names("The Beatles", "Beatles", "BEATLES"))
    assert merges == [
        Merge("The Beatles", "Beatles", "same spelling", 1.0),
        Merge("The Beatles", "BEATLES", "same spelling", 1.0),
    ]
    assert resolver.names("Beatles") == ("The Beatles", "Beatles", "BEATLES")


def test_a_stated_alias_or_acronym_joins_two_names() -> None:
    resolver = Resolver()
    merges = resolver.add(
        names("World Health Organization", "WHO", "世界卫生组织", "世卫组织"),
        [
            Alias("World Health Organization", "WHO", "acronym"),
            Alias("世界卫生组织", "世卫组织", "short name"),
        ],
    )
    assert [(merge.merged, merge.why) for merge in merges] == [
        ("WHO", "acronym"),
        ("世卫组织", "alias"),
    ]


def test_an_acronym_of_two_things_joins_only_the_first() -> None:
    resolver = Resolver()
    resolver.add(names("Central Bank", "Cell Biology", "CB"))
    resolver.add(
        [], [Alias("Central Bank", "CB", "acronym"), Alias("Cell Biology", "CB", "acronym")]
    )
    assert resolver.entity("CB") == "Central Bank"
    assert resolver.entity("Cell Biology") == "Cell Biology"


def test_a_first_name_alone_is_no_alias_of_a_person() -> None:
    resolver = Resolver()
    people = names("Michael Jordan", "Mike", kind="person")
    assert resolver.add(people, [Alias("Michael Jordan", "Mike", "also known as")]) == []


def test_the_same_words_in_another_order_are_one_entity() -> None:
    resolver = Resolver()
    merges = resolver.add(names("University of Oxford", "Oxford University", "Oxford"))
    assert [(merge.merged, merge.why) for merge in merges] == [("Oxford University", "same words")]


def test_a_person_with_and_without_middle_names_is_one() -> None:
    resolver = Resolver()
    resolver.add(names("Barack Hussein Obama", "Barack Obama", kind="person"))
    assert resolver.entity("Barack Obama") == "Barack Hussein Obama"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Michelle Obama", "Barack Obama"),
        ("George Miller", "George Miller Jr."),
        ("Obama", "Barack Obama"),
        ("Apollo 11", "Apollo 12"),
        ("Mercury (planet)", "Mercury (element)"),
        ("North Korea", "South Korea"),
    ],
)
def test_names_of_two_things_stay_two(one: str, other: str) -> None:
    resolver = Resolver()
    assert resolver.add(names(one, other, kind="person")) == []


def test_a_persons_names_in_another_order_are_another_person() -> None:
    poets = names("Samuel Taylor Coleridge", "Samuel Coleridge-Taylor", kind="person")
    assert Resolver().add(poets) == []


def test_a_name_that_fits_two_people_joins_neither() -> None:
    resolver = Resolver()
    resolver.add(names("George Walker Bush", "George Herbert Bush", kind="person"))
    assert resolver.add(names("George Bush", kind="person")) == []


def test_a_bare_name_joins_the_only_one_with_a_bracket() -> None:
    resolver = Resolver()
    resolver.add(names("Mercury (planet)"))
    assert [m.why for m in resolver.add(names("Mercury"))] == ["without its bracket"]
    two = Resolver()
    two.add(names("Mercury (planet)", "Mercury (element)"))
    assert two.add(names("Mercury")) == []


def test_a_near_neighbour_is_merged_only_if_its_words_agree() -> None:
    resolver = Resolver()
    texts = ["Pyotr Tchaikovsky", "Pyotr Chaikovsky", "North Korea", "South Korea"]
    resolver.add(names(*texts))

    def all_near(
        vectors: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        order = np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")[:, :k]
        return order, np.full(order.shape, 0.97, np.float32)

    merges = resolver.near(texts, np.eye(4, dtype=np.float32), all_near, k=4)
    assert [(merge.kept, merge.merged, merge.why) for merge in merges] == [
        ("Pyotr Chaikovsky", "Pyotr Tchaikovsky", "near")
    ]
    assert merges[0].score == pytest.approx(0.97)


def test_a_merge_taken_back_stays_back_and_loses_no_name() -> None:
    resolver = Resolver()
    merge = resolver.add(names("University of Oxford", "Oxford University"))[0]
    resolver.part(merge)
    assert resolver.entity("Oxford University") == "Oxford University"
    resolver.drop(["Oxford University"])
    assert resolver.add(names("Oxford University")) == []
    assert Resolver(parted=[merge]).add(names("University of Oxford", "Oxford University")) == []


def test_dropped_names_leave_nothing_behind() -> None:
    resolver = Resolver()
    resolver.add(names("The Beatles", "Beatles", "Mercury (planet)", "Mercury"))
    resolver.drop(["The Beatles", "Beatles", "Mercury (planet)", "Mercury"])
    assert len(resolver) == 0
    assert resolver.add(names("BEATLES", "Mercury (element)")) == []


SPELLINGS = (
    *("The Beatles", "Beatles", "beatles!", "University of Oxford", "Oxford University"),
    *("Mercury (planet)", "Mercury", "Ann Lee", "Ann B. Lee", "鲁迅", "《鲁迅》", "WHO"),
)
BATCHES = st.lists(st.lists(st.sampled_from(SPELLINGS), max_size=5), max_size=5)


@given(BATCHES)
def test_restored_merges_give_the_same_entities(batches: list[list[str]]) -> None:
    resolver, made = Resolver(), list[Merge]()
    known = list(dict.fromkeys(text for batch in batches for text in batch))
    for batch in batches:
        made += resolver.add(names(*batch, kind="person"))
    restored = Resolver()
    restored.restore(names(*known, kind="person"), made)
    groups = partition(known, made)
    for text in known:
        assert resolver.entity(text) == restored.entity(text) == groups[text]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=14),
    st.lists(st.integers(0, 13), max_size=6),
)
def test_groups_are_the_components_of_the_edges_that_are_left(
    edges: list[tuple[int, int]], gone: list[int]
) -> None:
    groups, left = Components(), {frozenset(map(str, edge)) for edge in edges}
    for number in range(9):
        groups.add(str(number))
    for one, other in edges:
        groups.join(str(one), str(other))
    for place in gone:
        if place < len(edges):
            first, last = map(str, edges[place])
            groups.part(first, last)
            left.discard(frozenset((first, last)))
    reached = {str(number): {str(number)} for number in range(9)}
    for _ in range(9):
        for edge in left:
            joined = set().union(*(reached[end] for end in edge))
            for member in joined:
                reached[member] = reached[member] | joined
    for name, members in reached.items():
        assert set(groups.members(name)) == members
        assert groups.head(name) == min(members)


def _crowd(count: int) -> list[Name]:
    """People of few surnames, some with middle names, and things of shared words."""
    given = ["".join(letters) for letters in product("abcdefghij", repeat=3)]
    people = [Name(f"{given[n % 1000]} of Family{n % 53}", "person") for n in range(count)]
    middle = [Name(f"{given[n % 1000]} Lee Family{n % 53}", "person") for n in range(count // 4)]
    things = [Name(f"Institute {n} of Science", "organisation") for n in range(count)]
    return people + middle + things


def test_ten_times_the_names_need_at_most_twelve_times_the_comparisons() -> None:
    few, many = Resolver(), Resolver()
    few.add(_crowd(500))
    many.add(_crowd(5_000))
    assert few.comparisons > 0
    assert many.comparisons <= 12 * few.comparisons


def test_a_crowd_of_one_name_is_not_compared_with_itself() -> None:
    resolver = Resolver()
    resolver.add(Name(f"John {chr(0x4E00 + n)} Smith", "person") for n in range(2_000))
    assert resolver.comparisons < 2_000 * 65
