"""The graph's tables: what comes with a document, what goes with it, and who is whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from memctx.memory import tables
from memctx.memory.graph_rows import (
    MergeRow,
    NamedSpan,
    NameHashes,
    Readings,
    StatedAlias,
    StatedFact,
    TextReading,
    UnreadChunk,
    Unsettled,
)
from memctx.memory.grouping import grouped
from memctx.memory.projection import Span, delta_since
from memctx.memory.rows import DocumentChange
from memctx.memory.store import Store
from memctx.pipeline.naming import Naming
from memctx.records import Chunk, Document

GRAPH = ("extractions", "readings", "names", "mentions", "facts", "aliases", "merges", "subjects")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "memory.sqlite3", rules=Naming())
    yield opened
    opened.close()


def key_of(text: str) -> bytes:
    return text.encode().ljust(16, b"\0")


def reading(text: str) -> TextReading:
    """Every capitalised word is a name; "A likes B" is a fact, "A alias B" an alias."""
    words = text.split()
    spans = [
        NamedSpan(text.index(word), text.index(word) + len(word), word, "name")
        for word in dict.fromkeys(words)
        if word[0].isupper()
    ]
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return TextReading(
        spans,
        [StatedAlias(a, b, "also known as") for a, verb, b in triples if verb == "alias"],
        [StatedFact(a, v, b, 0, len(text)) for a, v, b in triples if v == "likes"],
    )


def write(store: Store, key: str, *texts: str, title: str = "", by: str = "reader/1") -> None:
    """Stores a document of these passages as ingestion does: reading what is unread."""
    whole = "\n".join(texts)
    starts: list[int] = []
    for text in texts:
        starts.append(whole.index(text, starts[-1] + 1 if starts else 0))
    hashes = [key_of(text) for text in texts]
    new = store.unread(hashes, by)
    change = DocumentChange(
        collection="default",
        root="/root",
        source=key,
        document=Document(key, whole, title=title),
        hash=whole,
        chunks=[Chunk(at, at + len(t), t) for at, t in zip(starts, texts, strict=True)],
        chunk_hashes=hashes,
        text_hashes=hashes,
    )
    found = {key_of(text): reading(text) for text in texts if key_of(text) in new}
    store.apply([change], readings=[Readings(by, found)])


def sizes(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
            if name in GRAPH
        }


def entities(store: Store) -> set[frozenset[str]]:
    """The names of each entity."""
    groups: dict[int, set[str]] = {}
    for name, _ in store.names_grouped_since(-1):
        groups.setdefault(name.entity_id, set()).add(name.text)
    return {frozenset(names) for names in groups.values()}


def test_mentions_and_facts_come_back_with_offsets_into_the_document(store: Store) -> None:
    write(store, "a", "nothing here", "Wu likes Lin")
    [chunk] = [row.id for row in store.chunks_between(1, 9) if row.chunk.text == "Wu likes Lin"]
    [fact] = store.facts_of([chunk])
    assert (fact.subject, fact.relation, fact.object) == ("Wu", "likes", "Lin")
    assert store.text("a")[fact.start : fact.end] == "Wu likes Lin"
    texts = [store.text("a")[m.start : m.end] for m in store.mentions_of([1, chunk])]
    assert texts == [m.name for m in store.mentions_of([1, chunk])] == ["Wu", "Lin"]
    assert fact.document.key == "a"


def test_one_reading_serves_every_passage_of_the_same_text(store: Store) -> None:
    write(store, "a", "Wu likes Lin")
    write(store, "b", "Wu likes Lin", "Ada likes Wu")
    assert sizes(store)["extractions"] == 2
    assert [fact.document.key for fact in store.facts_of([1, 2, 3])] == ["a", "b", "b"]
    store.forget([store.find("a")])
    assert len(store.facts_of([1, 2, 3])) == 2


def test_forgetting_everything_leaves_no_row_of_the_graph(store: Store) -> None:
    write(store, "a", "Wu likes Lin", "Wu alias Woo", title="Wu")
    write(store, "b", "The-Lin likes WU", title="Something else")
    assert all(sizes(store).values())
    store.forget([store.find("a"), store.find("b")])
    assert sizes(store) == dict.fromkeys(GRAPH, 0)
    assert store.problems() == []


def test_forgetting_leaves_what_others_say(store: Store) -> None:
    write(store, "a", "Wu likes Lin", title="Lin")
    write(store, "b", "Ada likes Lin")
    before = sizes(store)
    write(store, "c", "Wu likes Zed", "Lin alias Linnet", "WU", title="Zed")
    store.forget([store.find("c")])
    assert sizes(store) == before
    assert entities(store) == {frozenset({n}) for n in ("Wu", "Lin", "Ada")}


def test_replacing_a_document_keeps_only_what_its_new_text_says(store: Store) -> None:
    write(store, "a", "Wu likes Lin", "Wu alias Woo", title="Wu")
    write(store, "a", "Wu likes Lin", title="Lin")
    assert {fact.subject for fact in store.facts_of([1, 2, 3])} == {"Wu"}
    assert entities(store) == {frozenset({"Wu"}), frozenset({"Lin"})}
    assert sizes(store)["aliases"] == sizes(store)["merges"] == 0


def test_spellings_join_across_documents_and_say_why(store: Store) -> None:
    write(store, "a", "Wendelow wrote")
    write(store, "b", "WENDELOW wrote")
    assert entities(store) == {frozenset({"Wendelow", "WENDELOW"})}
    assert store.merges_of([1, 2]) == [MergeRow(1, 2, "same spelling", 1.0)]


def test_when_the_name_in_the_middle_goes_the_others_find_each_other_again(store: Store) -> None:
    write(store, "a", "Wendelow wrote")
    write(store, "b", "WENDELOW wrote")
    write(store, "c", "wendelow Wendelow's wrote")
    assert len(entities(store)) == 1
    store.forget([store.find("a")])
    assert entities(store) == {frozenset({"WENDELOW", "Wendelow's"})}
    assert {row.entity_id for row, _ in store.names_grouped_since(-1)} == {2}


def test_an_alias_holds_as_long_as_a_text_states_it(store: Store) -> None:
    write(store, "a", "Wu likes Lin", "Woo likes Lin")
    write(store, "b", "Wu alias Woo")
    write(store, "c", "so Wu alias Woo")
    both = frozenset({"Wu", "Woo"})
    assert both in entities(store)
    store.forget([store.find("b")])
    assert both in entities(store)
    store.forget([store.find("c")])
    assert both not in entities(store)


def test_an_edit_asks_only_for_the_texts_that_changed(store: Store) -> None:
    write(store, "a", "Wu likes Lin", "Ada likes Wu")
    hashes = [key_of(text) for text in ("New likes Wu", "Wu likes Lin", "Ada likes Wu")]
    assert store.unread(hashes, "reader/1") == {hashes[0]}
    assert store.unread(hashes, "reader/2") == set(hashes)
    assert store.unread(hashes, None) == {hashes[0]}


def test_a_newer_extractor_replaces_what_the_older_read(store: Store) -> None:
    write(store, "a", "Wu likes Lin")
    seen = store.sequence()
    assert [c.chunk_id for c in store.unread_chunks("reader/2", 9)] == [1]
    found = {key_of("Wu likes Lin"): TextReading([NamedSpan(0, 2, "Wu", "person")])}
    [chunk] = store.unread_chunks("reader/2", 9)
    store.read(Readings("reader/2", found), [(chunk, key_of(chunk.text))])
    assert store.unread_chunks("reader/2", 9) == []
    assert store.facts_of([1]) == []
    assert entities(store) == {frozenset({"Wu"})}
    assert store.extractors() == ("reader/2",)
    assert delta_since(store, seen).read == (Span(1, 1),)
    assert delta_since(store, seen).size == 0


def test_a_document_without_graph_is_unread_until_it_is_read(store: Store) -> None:
    chunk = Chunk(0, 12, "Wu likes Lin")
    document = Document("a", "Wu likes Lin", title="Wu")
    store.apply(
        [DocumentChange("default", "/root", "a", document, "h", [chunk], [key_of("Wu likes Lin")])]
    )
    assert store.graph_counts().unread == 1
    [unread] = store.unread_chunks(None, 9)
    assert unread == UnreadChunk(1, 1, "Wu", "Wu likes Lin")
    found = {key_of(unread.text): reading(unread.text)}
    store.read(Readings("reader/1", found), [(unread, key_of(unread.text))])
    counts = store.graph_counts()
    assert (counts.unread, counts.facts, counts.entities) == (0, 1, 2)
    assert store.incidence(1, 9).subjects.tolist() == [1]


def test_a_failing_batch_leaves_nothing_of_the_graph(store: Store) -> None:
    class Broken(Naming):
        def merges(self, task: Unsettled) -> list[MergeRow]:
            raise RuntimeError("no")

        def hashes(self, name: str, kind: str) -> NameHashes:
            return super().hashes(name, kind)

    broken = Store(store.path, rules=Broken())
    with pytest.raises(RuntimeError, match="no"):
        write(broken, "a", "Wu likes Lin")
    broken.close()
    assert sizes(store) == dict.fromkeys(GRAPH, 0)
    assert store.list_documents() == []


def test_readings_come_back_as_they_were_put(store: Store) -> None:
    write(store, "a", "Wu likes Lin", "Wu alias Woo")
    found = store.readings_of([1, 2])
    assert found[1] == ("reader/1", reading("Wu likes Lin"))
    assert found[2] == ("reader/1", reading("Wu alias Woo"))


KEYS = st.sampled_from("abc")
TEXTS = st.lists(
    st.sampled_from(
        ["Wu likes Lin", "WU alias Woo", "Woo likes Zed", "Zed alias Lin", "Lin's Zed", "Wu's Ada"]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(KEYS, TEXTS), max_size=6), st.sets(KEYS))
def test_after_any_history_only_what_the_texts_say_is_there(
    tmp_path_factory: pytest.TempPathFactory,
    history: list[tuple[str, list[str]]],
    forgotten: set[str],
) -> None:
    store = Store(tmp_path_factory.mktemp("history") / "memory.sqlite3", rules=Naming())
    last: dict[str, list[str]] = {}
    for key, texts in history:
        write(store, key, *texts, title=key.upper())
        last[key] = texts
    gone = [key for key in last if key in forgotten]
    store.forget([store.find(key) for key in gone])
    left = {key: texts for key, texts in last.items() if key not in forgotten}
    passages = [text for texts in left.values() for text in texts]
    said = {name.text for text in passages for name in reading(text).mentions}
    names = {row.text for row, _ in store.names_grouped_since(-1)}
    assert names == said | {key.upper() for key in left}
    assert store.graph_problems() == []
    assert store.problems() == []
    store.close()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_entities_are_the_components_of_the_merges(pairs: list[tuple[int, int]]) -> None:
    found = grouped(range(10), [MergeRow(a, b, "alias", 1.0) for a, b in pairs])
    reach = {n: {n} for n in range(10)}
    for _ in range(10):
        for a, b in pairs:
            reach[a] = reach[b] = reach[a] | reach[b]
    assert found == {n: min(reach[n]) for n in range(10)}


def test_an_untitled_document_is_about_the_name_that_it_begins_with(store: Store) -> None:
    write(store, "a.txt", "Brook likes Corrie", "Harl likes Corrie")
    write(store, "b.txt", "nothing here but much later Ada")
    write(store, "c.txt", "Ada likes Brook", title="Dome")
    last = store.newest_chunk()
    about = store.incidence(1, last).subjects.tolist()
    names = {name.id: name.text for name in store.names([one for one in about if one])}
    assert [names.get(one, "") for one in about] == ["Brook", "Brook", "", "Dome"]
