"""A whole search over a small memory: each stage takes part, and can be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory
from memctx.pipeline.retrieve import Scope
from memctx.pipeline.stages import Stages
from memctx.records import SearchResult

TEXTS = {
    "The Long Tide": "The Long Tide is a 1961 film about lighthouse keepers. It was directed by "
    "Ada Brook and produced in Harl.",
    "Ada Brook": "Ada Brook was born in 1917 in Corrie. Brook taught geometry before the war.",
    "Harl": "Harl is a harbour town. Its mayor Tom Reed opened the tide gauge.",
    "Tides": "The tide rises and falls twice a day. Long tides were measured by keepers.",
    "Geometry": "Geometry was taught in schools before the war by many teachers.",
}
QUESTION = "In which year was the director of The Long Tide born?"


@pytest.fixture(scope="module")
def memory(remember: Callable[[Mapping[str, str]], Memory]) -> Memory:
    return remember(TEXTS)


def keys(found: SearchResult) -> list[str]:
    return [passage.document.key for passage in found]


def test_the_second_passage_of_two_hops_is_found_over_the_graph(memory: Memory) -> None:
    found = memory.search(QUESTION, 5)
    assert keys(found)[0] == "The Long Tide"
    assert set(keys(found)[1:3]) == {"Ada Brook", "Harl"}  # which the first one names
    assert all(passage.signals.graph is not None for passage in found)
    plain = memory.search(QUESTION, 5, stages=Stages(graph=False))
    with_graph, without = (
        next(passage.score for passage in each if passage.document.key == "Ada Brook")
        for each in (found, plain)
    )
    assert with_graph > 3 * without


def test_what_is_left_out_leaves_no_signal(memory: Memory) -> None:
    for stages, signal in (
        (Stages(graph=False), "graph"),
        (Stages(words=False), "lexical"),
        (Stages(dense=False), "dense"),
    ):
        found = memory.search(QUESTION, 5, stages=stages)
        assert all(getattr(passage.signals, signal) is None for passage in found)
        assert "The Long Tide" in keys(found)[:3]
    assert all(passage.signals.rerank is None for passage in memory.search(QUESTION))


def test_each_stage_has_its_time_and_one_that_is_left_out_has_none(memory: Memory) -> None:
    timings = memory.search(QUESTION).timings
    always = {"embed_ms", "search_ms", "rank_ms", "total_ms"}
    assert set(timings) == always | {"graph_ms", "hops_ms", "facts_ms"}
    assert sum(timings.values()) == pytest.approx(2 * timings["total_ms"], abs=0.1)
    fewer = memory.search(QUESTION, stages=Stages(graph=False, hops=False, facts=False)).timings
    assert set(fewer) == always


def test_facts_come_with_the_sentence_that_states_them(memory: Memory) -> None:
    facts = memory.search(QUESTION).facts
    assert facts[0].subject == "Long Tide"
    assert any("Ada Brook" in (fact.subject, fact.object) for fact in facts)
    for fact in facts:
        text = memory.show(fact.document.key)
        assert fact.object.split()[-1] in text[fact.start : fact.end]
    assert memory.search(QUESTION, stages=Stages(facts=False)).facts == ()


def test_no_stage_looks_outside_the_scope(memory: Memory) -> None:
    found = memory.search(QUESTION, 9, scope=Scope(keys=["Harl", "Tides"]))
    assert sorted(keys(found)) == ["Harl", "Tides"]
    assert {fact.document.key for fact in found.facts} <= {"Harl", "Tides"}


def test_a_memory_without_a_graph_is_searched_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXTS["Harl"])
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "a.txt", graph=False)
        found = memory.search("Who opened the tide gauge of Harl?")
    assert keys(found) == ["a.txt"]
    assert found[0].signals.graph is None
    assert found.facts == ()


def test_nothing_is_asked_again_in_a_language_that_the_embedder_does_not_read(
    tmp_path: Path,
) -> None:
    embedder = HashingEmbedder()
    embedder.reads_chinese = False
    (tmp_path / "a.txt").write_text("邬静澜生于槐渡。")
    with Memory(tmp_path / "memory", embedder=embedder) as memory:
        memory.ingest(tmp_path / "a.txt")
        assert "hops_ms" not in memory.search("邬静澜出生于哪里？").timings
        assert "hops_ms" in memory.search("Where was she born?").timings
