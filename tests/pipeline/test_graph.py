"""The graph as a projection: level with the store after any history, saved, and looked into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import networkx
import numpy as np
import pytest

from memctx import HashingEmbedder, Memory, load_settings
from memctx.errors import EntityNotFound, UsageError
from memctx.memory.store import Store
from memctx.pipeline.graph import GraphIndex

TEXTS = {
    "founder.txt": "Corrieholt Observatory (CO) was founded by Edmund Wendelow in 1897.",
    "family.txt": "Edmund Wendelow was born in Sundermoor. He ground lenses.",
    "river.txt": "Sundermoor lies on the River Tarn. The River Tarn is cold.",
    "wu.txt": "邬静澜出生于槐渡市。",
    "island.txt": "Nobody lives on Heron Island.",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def memory(tmp_path: Path, corpus: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        opened.ingest(corpus)
        yield opened


def assert_same(one: GraphIndex, other: GraphIndex) -> None:
    """Two graphs have the same arrays and the same network."""
    mine, theirs = one.graph.arrays(), other.graph.arrays()
    for name in ("chunk_ids", "entity_ids", "subjects"):
        assert np.array_equal(getattr(mine, name), getattr(theirs, name)), name
    assert np.array_equal(mine.mentions.toarray(), theirs.mentions.toarray())
    assert dict(mine.surfaces) == dict(theirs.surfaces)
    assert networkx.utils.graphs_equal(one.graph.network(), other.graph.network())


def test_a_graph_that_followed_every_change_is_like_one_made_anew(
    memory: Memory, corpus: Path, tmp_path: Path
) -> None:
    store = Store(memory.path / "memory.sqlite3", read_only=True)
    following = GraphIndex(tmp_path / "following")

    def check() -> None:
        following.catch_up(store)
        following.graph.network()
        anew = GraphIndex(tmp_path / "anew")
        anew.catch_up(store)
        assert_same(following, anew)

    check()
    (corpus / "family.txt").write_text("Edmund Wendelow lived in Port Lanrick.")
    memory.ingest(corpus)
    check()
    memory.forget("founder.txt", "wu.txt")
    check()
    (corpus / "more.txt").write_text("Edmund Wendelow's dome. SUNDERMOOR is far.")
    memory.ingest(corpus / "more.txt", graph=False)
    check()
    memory.reindex()
    check()
    memory.forget(*(row.key for row in memory.documents()))
    check()
    assert following.count() == 0
    store.close()


def test_a_saved_graph_goes_on_where_it_was(memory: Memory, tmp_path: Path) -> None:
    store = Store(memory.path / "memory.sqlite3", read_only=True)
    saved = GraphIndex(tmp_path / "graph")
    saved.save(store)
    memory.forget("river.txt")
    again = GraphIndex(tmp_path / "graph")
    assert again.saved_sequence == saved.sequence
    again.catch_up(store)
    anew = GraphIndex(tmp_path / "anew")
    anew.catch_up(store)
    assert_same(again, anew)
    store.close()


def test_a_damaged_graph_is_noticed_and_made_again(memory: Memory) -> None:
    memory.close()
    [file] = (memory.path / "graph").glob("*/row_of.npy")
    file.write_bytes(b"\0" * file.stat().st_size)
    assert memory.verify() == ["graph: the files are damaged or of another version"]
    assert memory.graph().entity("Sundermoor").passage_count == 2
    assert memory.verify(repair=True) == []


def test_an_entity_shows_names_merges_mentions_and_facts(memory: Memory) -> None:
    observatory = memory.graph().entity("corrieholt observatory")
    assert observatory.names == ("Corrieholt Observatory", "CO")
    [merge] = observatory.merges
    assert (merge.kept, merge.merged, merge.why) == (*observatory.names, "acronym")
    report = memory.graph().entity("edmund wendelow")
    assert report.passage_count == 2
    for mention in report.mentions:
        text = memory.show(mention.document.key)
        assert text[mention.start : mention.end] == mention.name
    stated = {(item.fact.relation, item.fact.object) for item in report.facts}
    assert ("born in", "Sundermoor") in stated
    for item in report.facts:
        sentence = memory.show(item.fact.document.key)[item.fact.start : item.fact.end]
        assert sentence.endswith(".")
    assert "Sundermoor" in {ref.name for ref in report.related}
    assert json.loads(json.dumps(report.to_dict()))["entity"]["name"] == "Edmund Wendelow"


def test_an_unknown_entity_names_those_that_come_near(memory: Memory) -> None:
    with pytest.raises(EntityNotFound, match=r"did you mean .*Edmund Wendelow"):
        memory.graph().entity("Wendelow")
    with pytest.raises(EntityNotFound, match="memctx graph stats"):
        memory.graph().entity("Zzyzx")


def test_a_mistyped_entity_names_those_that_are_spelled_nearly_so(memory: Memory) -> None:
    graph = memory.graph()
    with pytest.raises(EntityNotFound, match=r"did you mean Edmund Wendelow\?"):
        graph.entity("Edmond Wendlow")
    with pytest.raises(EntityNotFound, match=r"names 邬静兰; did you mean 邬静澜\?"):
        graph.path("Sundermoor", "邬静兰")
    with pytest.raises(EntityNotFound, match=r"did you mean Sundermoor\?"):
        graph.path("Sundermor", "Edmund Wendelow")


def test_a_path_leads_over_passages_and_says_what_joins_them(memory: Memory) -> None:
    path = memory.graph().path("Corrieholt Observatory", "River Tarn")
    assert path.found
    assert [step.document.key for step in path.steps] == ["founder.txt", "family.txt", "river.txt"]
    for step in path.steps:
        assert step.text == TEXTS[step.document.key]
    assert path.steps[0].facts[0].relation == "founded by"
    assert not memory.graph().path("Sundermoor", "Heron Island").found
    assert memory.graph().path("Sundermoor", "Sundermoor").found


def test_figures_of_the_graph_agree_with_the_store(memory: Memory) -> None:
    stats, status = memory.graph().stats(), memory.status()
    assert (stats.entities, stats.facts, stats.unread) == (status.entities, status.facts, 0)
    assert stats.passages == status.chunks
    assert sum(stats.kinds.values()) == stats.entities
    assert sum(community.passages for community in stats.largest) == stats.passages
    assert "Edmund Wendelow" in {ref.name for ref in stats.commonest}


def test_a_memory_without_graph_says_how_to_get_one(tmp_path: Path, corpus: Path) -> None:
    with Memory(tmp_path / "plain", embedder=HashingEmbedder()) as plain:
        report = plain.ingest(corpus, graph=False)
        stats = plain.graph().stats()
        assert (stats.unread, stats.entities, stats.communities) == (report.chunks, 0, 0)
        with pytest.raises(EntityNotFound):
            plain.graph().entity("Sundermoor")


def test_json_holds_everything(memory: Memory, tmp_path: Path) -> None:
    written = memory.export_graph(tmp_path / "graph.json", format="json")
    content = json.loads((tmp_path / "graph.json").read_text(encoding="utf-8"))
    assert written.entities == len(content["entities"]) == memory.status().entities
    assert len(content["facts"]) == memory.status().facts
    ids = {entity["id"] for entity in content["entities"]}
    assert {mention["entity"] for mention in content["mentions"]} <= ids


def test_graphml_is_read_by_networkx(memory: Memory, tmp_path: Path) -> None:
    memory.export_graph(tmp_path / "graph.graphml", format="graphml")
    read = networkx.read_graphml(tmp_path / "graph.graphml")
    labels = {data["label"] for _, data in read.nodes(data=True)}
    assert {"Edmund Wendelow", "邬静澜", "river.txt"} <= labels
    assert {data["type"] for *_, data in read.edges(data=True)} == {"mentions", "fact"}


def test_a_page_needs_nothing_from_outside(memory: Memory, tmp_path: Path) -> None:
    memory.export_graph(tmp_path / "graph.html")
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert "__MEMCTX" not in page
    assert "Edmund Wendelow" in page
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(|fetch\(|https?://""", page)


def test_a_text_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "evil.txt").write_text("Anna Bell </script><script>alert(1)</script> met Bo Lee.")
    with Memory(tmp_path / "evil", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "evil.txt")
        memory.export_graph(tmp_path / "graph.html")
    assert "<script>alert" not in (tmp_path / "graph.html").read_text(encoding="utf-8")


def test_an_unknown_format_lists_the_known(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="html, graphml, json"):
        memory.export_graph(tmp_path / "graph.svg", format="svg")
    assert not (tmp_path / "graph.svg").exists()


def test_a_name_of_two_things_shows_both(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(
        "\n".join(
            json.dumps(
                {"id": title, "title": title, "text": f"It is thing {title[9]} of Clara Finch."}
            )
            for title in ("Mercury (planet)", "Mercury (element)")
        )
    )
    settings = load_settings()
    with Memory(tmp_path / "m", settings=settings, embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "m.jsonl")
        report = memory.graph().entity("Mercury (planet)")
    assert report.entity.name == "Mercury (planet)"
    assert [ref.name for ref in report.also] == ["Mercury (element)"]
