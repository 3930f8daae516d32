"""Putting texts in and taking them out, and collections, through the library."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from memctx import Document, HashingEmbedder, Memory, Scope
from memctx.errors import (
    CollectionNotFound,
    DocumentNotFound,
    KeyConflict,
    MemoryNotFound,
    UsageError,
)
from memctx.pipeline.adding import Addable
from memctx.records import Heading

RECORDS: list[dict[str, Any]] = [
    {"id": "dome", "title": "Dome", "text": "The dome of the observatory.", "tags": ["cost"]},
    {"id": 7, "text": "天文台的邬静澜。", "year": 1910},
]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        yield opened


@pytest.fixture
def full(memory: Memory) -> Memory:
    assert memory.add(RECORDS).added == 2
    return memory


def keys(memory: Memory) -> list[str]:
    return [row.key for row in memory.documents()]


# --- adding texts ------------------------------------------------------------------------


def test_a_text_is_added_replaced_and_left_alone_by_key(memory: Memory) -> None:
    assert memory.add("The dome is green.", "dome", title="Dome").added == 1
    assert memory.add("The dome is green.", "dome", title="Dome").unchanged == 1
    report = memory.add("圆顶是红色的。", "dome", metadata={"year": 1902, "at": date(1902, 5, 1)})
    assert (report.added, report.updated, report.chunks) == (0, 1, 1)
    got = memory.get("dome")
    assert (got.key, got.text, got.title) == ("dome", "圆顶是红色的。", "")
    assert got.metadata == {"year": 1902, "at": "1902-05-01"}
    assert memory.search("红色")[0].text == "圆顶是红色的。"
    assert memory.verify() == []


def test_a_text_without_a_key_has_one_made_of_its_content(memory: Memory) -> None:
    memory.add(["The dome is green.", "圆顶是绿色的。"])
    assert keys(memory) == ["text-9c60feecd1111a88", "text-c7dc5dbb8df21a20"]
    assert memory.add("The dome is green.").unchanged == 1
    assert memory.add("The dome is green.\r\n").added == 1  # another text, if only by its end


def test_documents_records_and_texts_may_come_together(memory: Memory) -> None:
    document = Document("a.md", "# Dome\n\nGreen.", headings=(Heading(0, 1, "Dome"),))
    items: list[Addable] = [document, {"id": 7, "text": "七", "year": 1}, "a text"]
    assert memory.add(iter(items), metadata={"from": "crm", "year": 0}).added == 3
    assert memory.search("Green")[0].heading == "Dome"
    assert memory.get("7").metadata == {"from": "crm", "year": 1}
    assert memory.get("a.md").metadata == {"from": "crm", "year": 0}
    assert memory.add({"id": "7", "text": "七", "from": "crm", "year": 1}).unchanged == 1


def test_of_several_what_cannot_be_added_is_skipped_by_number(memory: Memory) -> None:
    moved = Document("m", "a\r\n# b", headings=(Heading(3, 1, "b"),))
    wrong: list[Any] = ["one", " ", {"id": "x"}, 5, "one", moved, Document("e", "")]
    report = memory.add(wrong)
    assert report.added == 1
    reasons = {item.key: item.reason for item in report.skipped}
    assert reasons["item 2"] == "is empty"
    assert 'expected a "text"' in reasons["item 3"]
    assert "is int" in reasons["item 4"]
    assert "already given" in reasons[memory.documents()[0].key]
    assert "tidy it" in reasons["m"]
    assert reasons["e"] == "is empty"


def test_a_single_thing_that_cannot_be_added_is_an_error(memory: Memory) -> None:
    wrong: list[Any] = ["", "  \n", {"id": "x"}, 5, b"bytes", None, Document("e", " ")]
    for item in wrong:
        with pytest.raises(UsageError):
            memory.add(item)
    with pytest.raises(UsageError, match="a key is a text"):
        memory.add("text", "")
    with pytest.raises(UsageError, match="key and title go with one text"):
        memory.add(["text"], "key")
    with pytest.raises(UsageError, match="a collection needs a name"):
        memory.add("text", collection=" ")
    with pytest.raises(UsageError, match="is not text"):
        memory.add("text", collection="\ud83d")
    assert not memory.path.exists()


def test_what_was_added_survives_ingesting_and_pruning_folders(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "dome.txt").write_text("The dome of the folder.")
    (folder / "lens.txt").write_text("The lens of the folder.")
    memory.ingest(folder)
    assert memory.add("圆顶的新说法。", "dome.txt").updated == 1
    memory.add("A note.", "note")
    (folder / "+").mkdir()
    monkeypatch.chdir(folder)  # where a relative root would be found
    (folder / "lens.txt").unlink()
    report = memory.ingest(folder, prune=True)
    assert report.removed == 1
    assert [(item.key, item.reason.partition(";")[0]) for item in report.skipped] == [
        ("dome.txt", "the key dome.txt belongs to a text that was added")
    ]
    assert memory.show("dome.txt") == "圆顶的新说法。"
    assert keys(memory) == ["dome.txt", "note"]
    memory.forget("dome.txt")
    assert memory.ingest(folder).added == 1
    assert memory.show("dome.txt") == "The dome of the folder."


def test_a_batch_that_fails_leaves_nothing_of_itself(memory: Memory) -> None:
    def items() -> Iterator[str]:
        yield "The dome."
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        memory.add(items())
    assert memory.documents() == []
    assert memory.add("The dome.").added == 1


def test_what_is_handed_over_is_read_in_the_callers_thread(memory: Memory, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "notes.db")
    database.execute("CREATE TABLE notes (text)")
    database.executemany("INSERT INTO notes VALUES (?)", [("一号。",), ("Number two.",)])
    assert memory.add(text for (text,) in database.execute("SELECT text FROM notes")).added == 2
    database.close()


def test_records_and_lines_of_a_file_are_the_same(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    memory.ingest(tmp_path / "r.jsonl", collection="file")
    memory.add(RECORDS, collection="added")
    by = {name: memory.documents(name) for name in ("file", "added")}
    for one, other in zip(by["file"], by["added"], strict=True):
        assert (one.key, one.title, one.metadata) == (other.key, other.title, other.metadata)


def test_what_was_added_is_the_same_after_export_and_import(full: Memory, tmp_path: Path) -> None:
    full.export(tmp_path / "memory.zip")
    with Memory(tmp_path / "other", embedder=HashingEmbedder()) as other:
        other.import_(tmp_path / "memory.zip")
        assert [row.key for row in other.documents(where="tags=cost")] == ["dome"]
        assert other.add(RECORDS).unchanged == 2


# --- collections ----------------------------------------------------------------------------


def collections(memory: Memory) -> list[tuple[str, int, int]]:
    return [(one.name, one.documents, one.chunks) for one in memory.collections()]


def test_collections_are_counted_renamed_and_dropped(full: Memory) -> None:
    full.add("一则笔记。", "note", collection="笔记")
    assert collections(full) == [("default", 2, 2), ("笔记", 1, 1)]
    sequence = full.status().sequence
    assert full.rename_collection("笔记", "notes") == 1
    assert full.status().sequence > sequence
    assert full.search("笔记", scope=Scope("notes"))[0].document.collection == "notes"
    assert full.rename_collection("notes", "default") == 1
    assert collections(full) == [("default", 3, 3)]
    assert full.verify() == []
    assert full.drop_collection("default") == 3
    assert collections(full) == []
    assert len(full.search("observatory")) == 0
    assert full.verify() == []


def test_a_renamed_collection_knows_its_files_and_a_dropped_one_does_not(
    memory: Memory, tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "a", "text": "The dome."}')
    memory.ingest(file)
    memory.rename_collection("default", "kept")
    assert memory.ingest(file, collection="kept").unchanged == 1
    file.write_text('{"id": "b", "text": "The lens."}')
    memory.ingest(file, collection="other")
    memory.rename_collection("other", "kept")
    assert keys(memory) == ["a", "b"]
    assert memory.ingest(file, collection="kept", prune=True).removed == 1
    memory.drop_collection("kept")
    assert memory.ingest(file, collection="kept").added == 1


def test_collections_with_a_common_key_do_not_become_one(full: Memory) -> None:
    full.add("Another dome.", "dome", collection="other")
    full.add("Another.", "another", collection="other")
    with pytest.raises(KeyConflict, match=r"both hold dome \(1 in all\)"):
        full.rename_collection("other", "default")
    assert collections(full) == [("default", 2, 2), ("other", 2, 2)]
    assert full.rename_collection("other", "other") == 2


def test_an_unknown_collection_is_answered_with_those_there_are(full: Memory) -> None:
    full.add("一则笔记。", collection="笔记")
    for call in (full.drop_collection, lambda name: full.rename_collection(name, "new")):
        with pytest.raises(CollectionNotFound, match=r"did you mean default\?.*default, 笔记"):
            call("defualt")
    with pytest.raises(UsageError, match="needs a name"):
        full.rename_collection("default", "")


def test_collections_of_no_memory_are_no_reason_to_make_one(memory: Memory) -> None:
    for call in (
        memory.collections,
        lambda: memory.drop_collection("default"),
        lambda: memory.rename_collection("a", "b"),
    ):
        with pytest.raises(MemoryNotFound):
            call()
    assert not memory.path.exists()


# --- what is not there ------------------------------------------------------------------------


def test_a_mistyped_key_is_answered_with_the_one_meant(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    memory.add([Document(key, f"Text of {key}.") for key in ("notes/history.md", "天文台/历史.md")])
    memory.add([{"id": f"record-{n}", "text": f"Record {n}."} for n in range(20)])
    for wrong, meant in (
        ("histroy.md", "notes/history.md"),
        ("History.md", "notes/history.md"),
        ("notes/history.txt", "notes/history.md"),
        ("天文台历史.md", "天文台/历史.md"),
        ("历史.md", "天文台/历史.md"),
    ):
        for call in (memory.show, memory.forget, memory.get):
            with pytest.raises(DocumentNotFound, match=f"did you mean {meant}"):
                call(wrong)
        caplog.clear()
        memory.search("text", scope=Scope(keys=[wrong]))
        assert f"did you mean {meant}" in caplog.text


def test_a_key_of_another_collection_says_which(memory: Memory) -> None:
    memory.add("The dome.", "dome", collection="archive")
    memory.add("The lens.", "lens")
    with pytest.raises(DocumentNotFound, match=r"default holds no .* dome; archive does"):
        memory.show("dome", collection="default")
