"""The way from a question to its passages, over a small memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from memctx import HashingEmbedder, Memory, Scope, load_settings
from memctx.pipeline.stages import Stages

TEXTS = {
    "The Long Tide": "The Long Tide is a 1961 film. It was directed by Ada Brook.",
    "Ada Brook": "Ada Brook was born in 1917 in Corrie.",
    "Gears": "Gears were cut by hand before the year of the war.",
}
QUESTION = "In which year was the director of The Long Tide born?"


@pytest.fixture(scope="module")
def memory(remember: Callable[[Mapping[str, str]], Memory]) -> Memory:
    return remember(TEXTS)


def test_the_way_to_the_second_passage_goes_over_the_first(memory: Memory) -> None:
    result = memory.search(QUESTION, 3)
    told = memory.explain(result)
    [name] = told.names
    assert "The Long Tide" in QUESTION[name.start : name.end]
    assert [way.chunk_id for way in told.ways] == [passage.chunk_id for passage in result]
    ways = {way.document.key: way for way in told.ways}
    first, second = ways["Ada Brook"].steps
    assert first.entity in name.entities
    assert first.document.key == "The Long Tide"
    assert second.entity.name == "Ada Brook"
    assert second.chunk_id == ways["Ada Brook"].chunk_id
    assert ways["Gears"].steps == ()


def test_facts_stand_with_the_passage_that_states_them(memory: Memory) -> None:
    result = memory.search(QUESTION, 3)
    told = [fact for way in memory.explain(result).ways for fact in way.facts]
    assert sorted(map(str, told)) == sorted(map(str, result.facts)) != []


def test_no_way_is_told_where_the_graph_took_no_part(memory: Memory) -> None:
    for stages in (Stages(graph=False, hops=False), Stages(dense=False, graph=False)):
        told = memory.explain(memory.search(QUESTION, 3, stages=stages))
        assert told.names == ()
        assert all(way.steps == () for way in told.ways)
    settings = load_settings({"without": "names"})
    with Memory(memory.path, settings=settings, embedder=HashingEmbedder()) as other:
        assert other.explain(other.search(QUESTION, 3)).names == ()


def test_nothing_found_needs_no_explanation(memory: Memory) -> None:
    assert memory.explain(memory.search(QUESTION, 3, scope=Scope("none"))).ways == ()
