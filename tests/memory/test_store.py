"""The store: transactions, the change log, and what stays when things go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from memctx.errors import (
    CorruptMemory,
    DocumentNotFound,
    ReadOnlyMemory,
    SchemaError,
)
from memctx.memory.projection import Span, delta_since
from memctx.memory.rows import DocumentChange, SourceState
from memctx.memory.store import Store
from memctx.records import Chunk, Document

AsNobody = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "memory.sqlite3")
    yield opened
    opened.close()


def change(key: str, *texts: str, collection: str = "default", **metadata: str) -> DocumentChange:
    whole = "\n".join(texts)
    starts = [whole.index(text) for text in texts]
    return DocumentChange(
        collection=collection,
        root="/root",
        source=key,
        document=Document(key, whole, title=key.title(), metadata=metadata),
        hash=f"hash of {whole}",
        chunks=[Chunk(at, at + len(t), t) for at, t in zip(starts, texts, strict=True)],
        chunk_hashes=[text.encode().ljust(16, b"\0")[:16] for text in texts],
    )


def vectors(*texts: str) -> dict[bytes, np.ndarray]:
    return {
        text.encode().ljust(16, b"\0")[:16]: np.full(4, ord(text[0]), dtype=np.float16)
        for text in texts
    }


def test_a_document_comes_back_as_it_was_written(store: Store) -> None:
    store.apply([change("a.md", "one", "two", author="Wu")])
    assert store.text("a.md") == "one\ntwo"
    [row] = store.list_documents()
    assert (row.key, row.characters, row.chunks, row.metadata) == ("a.md", 7, 2, {"author": "Wu"})


def test_replacing_a_document_removes_its_old_chunks_and_logs_both(store: Store) -> None:
    store.apply([change("a.md", "one", "two")])
    store.apply([change("a.md", "one", "three")])
    texts = [row.chunk.text for row in store.chunks_between(1, 100)]
    assert texts == ["one", "three"]
    assert [entry.what for entry in store.changes_since(0)] == ["add", "add", "remove"]


def test_chunk_ids_are_never_used_twice(store: Store) -> None:
    store.apply([change("a.md", "one", "two")])
    store.forget([store.find("a.md")])
    store.apply([change("b.md", "three")])
    assert [row.id for row in store.chunks_between(1, 100)] == [3]


def test_vectors_are_shared_by_equal_chunks_and_go_with_the_last_of_them(store: Store) -> None:
    model = store.add_model("print", "name", 4)
    store.apply([change("a.md", "same", "only")], vectors=vectors("same", "only"), model_id=model)
    store.apply([change("b.md", "same")])
    assert store.counts() == {"documents": 2, "chunks": 3, "vectors": 2}
    store.forget([store.find("a.md")])
    assert store.counts() == {"documents": 1, "chunks": 1, "vectors": 1}
    store.forget([store.find("b.md")])
    assert store.counts() == {"documents": 0, "chunks": 0, "vectors": 0}


def test_an_edit_keeps_the_vectors_of_what_did_not_change(store: Store) -> None:
    model = store.add_model("print", "name", 4)
    store.apply([change("a.md", "one", "two")], vectors=vectors("one", "two"), model_id=model)
    edited = change("a.md", "new", "one", "two")
    assert store.missing_vectors(edited.chunk_hashes, model) == {edited.chunk_hashes[0]}
    store.apply([edited], vectors=vectors("new"), model_id=model)
    assert store.counts()["vectors"] == 3


def test_vectors_come_back_in_the_order_of_chunks(store: Store) -> None:
    model = store.add_model("print", "name", 4)
    store.apply([change("a", "z", "a", "m")], vectors=vectors("z", "a", "m"), model_id=model)
    [(ids, block)] = store.vectors_between(1, 3, model)
    assert ids.tolist() == [1, 2, 3]
    assert block[:, 0].tolist() == [ord("z"), ord("a"), ord("m")]


def test_a_failing_batch_leaves_nothing_behind(store: Store) -> None:
    store.apply([change("a", "one")])
    broken = change("c", "three")
    object.__setattr__(broken, "hash", None)  # the column refuses it
    with pytest.raises(Exception, match="NOT NULL"):
        store.apply([change("b", "two"), broken])
    assert [row.key for row in store.list_documents()] == ["a"]
    assert store.sequence() == 1


def test_the_delta_since_a_sequence_is_what_really_came_and_went(store: Store) -> None:
    store.apply([change("a", "one"), change("b", "two")])
    seen = store.sequence()
    store.apply([change("c", "three")])
    store.forget([store.find("c")])
    store.forget([store.find("a")])
    store.apply([change("d", "four", "five")])
    delta = delta_since(store, seen)
    assert delta.added == (Span(4, 5),)
    assert delta.removed == (Span(1, 1),)
    assert delta.sequence == store.sequence()


def test_documents_are_matched_by_collection_key_and_metadata(store: Store) -> None:
    store.apply([change("a", "one", year="1902"), change("b", "two", year="1904")])
    store.apply([change("a", "three", collection="other")])
    assert len(store.matching(collection="default")) == 2
    assert len(store.matching(keys=["a"])) == 2
    assert store.matching(where={"year": "1904"}) == [store.find("b")]
    assert store.matching(collection="other", where={"year": "1904"}) == []
    assert store.matching(keys=["a"], where={"year": "1904"}) == []


def test_names_that_the_memory_does_not_know_are_told_from_no_match(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.apply([change("a", "one", year="1902"), change("b", "two")])
    assert store.matching(where={"year": "1999"}) == []
    assert store.matching(keys=["a"], where={"year": "1999"}) == []
    assert caplog.messages == []
    assert store.matching(keys=["a", "c"]) == [store.find("a")]
    assert store.matching(collection="other") == []
    assert store.matching(where={"yaer": "1902"}) == []
    assert caplog.messages == [
        "no document has the key c; `memctx list` shows all keys",
        "no collection is called other; there are: default",
        "no document has the metadata yaer (did you mean year?); there are: year",
    ]


def test_numbers_and_truth_values_in_metadata_match_their_text(store: Store) -> None:
    item = change("a", "one")
    item.document.metadata.update({"year": 1902, "draft": True})  # type: ignore[attr-defined]
    store.apply([item])
    for where in ({"year": "1902"}, {"draft": "true"}):
        assert len(store.matching(where=where)) == 1


def test_an_unknown_key_names_keys_that_come_near(store: Store) -> None:
    store.apply([change("notes/history.md", "one")])
    with pytest.raises(DocumentNotFound, match=r"did you mean notes/history\.md"):
        store.text("history.md")


def test_a_key_in_two_collections_asks_which(store: Store) -> None:
    store.apply([change("a", "one"), change("a", "two", collection="other")])
    with pytest.raises(DocumentNotFound, match="--collection"):
        store.text("a")
    assert store.text("a", "other") == "two"


def test_sources_are_remembered_and_forgotten(store: Store) -> None:
    state = SourceState(10, 20, "sha", "1")
    store.apply([], sources={("default", "/root", "a"): state})
    assert store.sources("default") == {("/root", "a"): state}
    store.forget_sources("default", [("/root", "a")])
    assert store.sources("default") == {}


def test_a_reader_sees_what_is_committed_and_cannot_write(store: Store) -> None:
    reader = Store(store.path, read_only=True)
    store.apply([change("a", "one")])
    assert reader.counts()["documents"] == 1
    with pytest.raises(ReadOnlyMemory):
        reader.apply([change("b", "two")])
    reader.close()


def test_a_writer_that_ends_leaves_all_in_one_file(store: Store, tmp_path: Path) -> None:
    store.apply([change("a.md", "one")])
    reader = Store(store.path, read_only=True)
    assert reader.text("a.md") == "one"
    store.close()
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(store.path.read_bytes())
    reader.close()
    copied = Store(copy, read_only=True)
    assert copied.text("a.md") == "one"
    copied.close()


def test_on_a_medium_that_cannot_be_written_the_log_is_read_too(
    open_folder: Path, as_nobody: AsNobody
) -> None:
    writer = Store(open_folder / "memory.sqlite3")
    writer.apply([change("a.md", "one")])
    open_folder.chmod(0o555)
    with as_nobody():
        reader = Store(writer.path, read_only=True)
        assert reader.text("a.md") == "one"
        reader.close()
    open_folder.chmod(0o755)
    writer.close()


@pytest.mark.parametrize("name", ["what?", "100%20", "a#b", "天文 台", "file:x", "x&mode=rw"])
def test_a_memory_lies_where_its_path_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "memory.sqlite3"
    path.parent.mkdir()
    writer = Store(path)
    writer.apply([change("a.md", "one")])
    assert path.is_file()
    reader = Store(path, read_only=True)
    assert reader.text("a.md") == "one"
    reader.close()
    writer.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_that_is_no_database_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(CorruptMemory, match="restore it from a copy"):
        Store(path)


def test_a_store_of_a_newer_version_is_refused(store: Store) -> None:
    store.set_setting("schema", "99")
    with pytest.raises(SchemaError, match="upgrade memctx"):
        Store(store.path, read_only=True)
