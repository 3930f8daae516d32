"""Ingestion through the library: what is read, kept, refused, pruned and resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory, load_settings
from memctx.errors import KeyConflict, UsageError
from memctx.memory.store import Store
from memctx.pipeline.ingest import room_for
from memctx.pipeline.ingest_options import IngestOptions
from memctx.pipeline.survey import Gone, gone, survey

AsNobody = Callable[[], AbstractContextManager[None]]


class CountingEmbedder(HashingEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def encode(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
        self.seen += texts
        return super().encode(texts, progress=progress)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def memory(tmp_path: Path, embedder: CountingEmbedder) -> Memory:
    settings = load_settings({"chunk_tokens": 24, "chunk_overlap": 0})
    return Memory(tmp_path / "memory", settings=settings, embedder=embedder)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "notes").mkdir(parents=True)
    (folder / "history.md").write_text("# History\n\nThe dome was completed in 1902.\n")
    (folder / "notes" / "river.txt").write_text("The chronometer was lost in the river.")
    (folder / "wu.txt").write_bytes("邬静澜在槐渡天文台工作。她研究变星。".encode("gb18030"))
    records = [
        {"id": f"AK-{n}", "title": f"Note {n}", "text": f"Archive note {n}.", "year": n}
        for n in (1, 2)
    ]
    (folder / "archive.jsonl").write_text("\n".join(map(json.dumps, records)))
    return folder


def keys(memory: Memory) -> list[str]:
    return [row.key for row in memory.documents()]


def test_a_folder_becomes_documents_with_keys_relative_to_it(memory: Memory, corpus: Path) -> None:
    report = memory.ingest(corpus)
    assert (report.added, report.skipped) == (5, ())
    assert keys(memory) == ["AK-1", "AK-2", "history.md", "notes/river.txt", "wu.txt"]
    assert memory.show("wu.txt") == "邬静澜在槐渡天文台工作。她研究变星。"
    assert memory.verify() == []


def test_unchanged_documents_are_not_read_again(
    memory: Memory, corpus: Path, embedder: CountingEmbedder
) -> None:
    memory.ingest(corpus)
    embedder.seen.clear()
    report = memory.ingest(corpus)
    assert (report.added, report.updated, report.unchanged) == (0, 0, 5)
    assert embedder.seen == []


def test_a_new_date_with_the_old_content_changes_nothing(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    os.utime(corpus / "history.md", ns=(1, 1))
    report = memory.ingest(corpus)
    assert (report.updated, report.unchanged) == (0, 5)


def test_an_edited_file_re_embeds_only_its_changed_chunks(
    memory: Memory, corpus: Path, embedder: CountingEmbedder
) -> None:
    sentences = [
        f"Sentence number {n} tells of the year {1900 + n} in some detail." for n in range(30)
    ]
    (corpus / "long.txt").write_text("\n\n".join(sentences))
    memory.ingest(corpus)
    embedder.seen.clear()
    (corpus / "long.txt").write_text("\n\n".join(["A new beginning stands here now.", *sentences]))
    report = memory.ingest(corpus)
    assert (report.updated, report.unchanged) == (1, 5)
    assert 1 <= len(embedder.seen) <= 3
    assert memory.verify() == []


def test_a_changed_record_updates_only_its_own_document(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    lines = (corpus / "archive.jsonl").read_text().replace("Archive note 2", "Another note 2")
    (corpus / "archive.jsonl").write_text(lines)
    report = memory.ingest(corpus)
    assert (report.updated, report.unchanged) == (1, 4)


def test_pruning_forgets_files_and_records_that_are_gone(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    (corpus / "history.md").unlink()
    lines = (corpus / "archive.jsonl").read_text().splitlines()
    (corpus / "archive.jsonl").write_text(lines[0])
    assert memory.ingest(corpus, prune=True).removed == 2
    assert keys(memory) == ["AK-1", "notes/river.txt", "wu.txt"]


def test_without_pruning_nothing_is_forgotten(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    (corpus / "history.md").unlink()
    assert memory.ingest(corpus).removed == 0
    assert "history.md" in keys(memory)
    assert memory.ingest(corpus, prune=True).removed == 1


def test_a_record_that_went_before_is_pruned_later(
    memory: Memory, corpus: Path, embedder: CountingEmbedder
) -> None:
    memory.ingest(corpus)
    lines = (corpus / "archive.jsonl").read_text().splitlines()
    (corpus / "archive.jsonl").write_text(lines[0])
    assert memory.ingest(corpus).removed == 0
    assert memory.ingest(corpus, prune=True).removed == 1
    assert keys(memory) == ["AK-1", "history.md", "notes/river.txt", "wu.txt"]
    assert memory.ingest(corpus, prune=True).removed == 0
    assert memory.ingest(corpus).unchanged == 4


def test_a_member_of_an_archive_that_went_before_is_pruned_later(
    memory: Memory, tmp_path: Path
) -> None:
    def pack(*names: str) -> None:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name in names:
                archive.writestr(name, f"The text of {name}.")

    pack("a.txt", "b.txt")
    memory.ingest(tmp_path / "all.zip")
    pack("a.txt")
    memory.ingest(tmp_path / "all.zip")
    assert memory.ingest(tmp_path / "all.zip", prune=True).removed == 1
    assert keys(memory) == ["all.zip/a.txt"]


def test_pruning_knows_files_by_names_that_are_not_utf8(memory: Memory, corpus: Path) -> None:
    path = os.fsencode(corpus) + b"/" + "笔记.md".encode("gbk")
    with open(path, "w") as file:
        file.write("A note.")
    memory.ingest(corpus)
    assert memory.ingest(corpus, prune=True).removed == 0
    assert "笔记.md" in keys(memory)
    os.unlink(path)
    assert memory.ingest(corpus, prune=True).removed == 1


def test_pruning_spares_what_lies_in_a_folder_that_cannot_be_read(
    memory: Memory, open_folder: Path, as_nobody: AsNobody
) -> None:
    closed = open_folder / "closed"
    closed.mkdir()
    (closed / "a.txt").write_text("A note.")
    memory.ingest(open_folder)
    closed.chmod(0)
    store = Store(memory.path / "memory.sqlite3")
    with as_nobody():
        found = survey(store, [str(open_folder)], IngestOptions(prune=True))
        assert gone(store, "default", found, set()) == Gone([], [])
    store.close()


def test_pruning_forgets_a_file_that_was_read_in_part(memory: Memory, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "1.jsonl").write_text('{"id": "A", "text": "The first."}\nno record')
    assert len(memory.ingest(folder).skipped) == 1
    (folder / "1.jsonl").unlink()
    assert memory.ingest(folder, prune=True).removed == 1


def test_a_memory_does_not_take_in_itself(corpus: Path) -> None:
    with Memory(corpus / "mine", embedder=HashingEmbedder()) as memory:
        memory.ingest(corpus)
        report = memory.ingest(corpus)
        assert (report.added, report.skipped) == (0, ())
        assert len(keys(memory)) == 5
        [skipped] = memory.ingest(corpus / "mine").skipped
        assert skipped.reason == "is a memory's own folder"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(memory: Memory, corpus: Path) -> None:
    report = memory.ingest(corpus, dry_run=True)
    assert report.added == 5
    assert report.chunks >= 5
    assert not memory.path.exists()
    memory.ingest(corpus)
    (corpus / "history.md").unlink()
    (corpus / "new.txt").write_text("A new file.")
    report = memory.ingest(corpus, prune=True, dry_run=True)
    assert (report.added, report.unchanged, report.removed) == (1, 4, 1)
    assert "new.txt" not in keys(memory)


def test_a_bad_file_is_skipped_with_a_reason_and_the_rest_is_read(
    memory: Memory, corpus: Path
) -> None:
    (corpus / "empty.txt").write_text("")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 nothing of the kind")
    report = memory.ingest(corpus)
    assert report.added == 5
    assert {item.key for item in report.skipped} == {"empty.txt", "broken.pdf"}
    assert all(item.reason for item in report.skipped)


def test_what_was_skipped_is_named_every_time_until_it_can_be_read(
    memory: Memory, corpus: Path
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 junk")
    memory.ingest(corpus)
    assert [item.key for item in memory.ingest(corpus).skipped] == ["broken.pdf"]
    (corpus / "broken.pdf").unlink()
    assert memory.ingest(corpus).skipped == ()


def test_a_record_that_gave_way_to_another_is_read_once_that_one_is_gone(
    memory: Memory, tmp_path: Path
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "1.jsonl").write_text('{"id": "A", "text": "The first."}')
    (folder / "2.jsonl").write_text('{"id": "A", "text": "The second."}')
    assert len(memory.ingest(folder).skipped) == 1
    (folder / "1.jsonl").unlink()
    memory.ingest(folder, prune=True)
    memory.ingest(folder)
    assert memory.show("A") == "The second."


def test_two_roots_that_give_one_key_are_an_error(
    memory: Memory, corpus: Path, tmp_path: Path
) -> None:
    memory.ingest(corpus)
    other = tmp_path / "other"
    other.mkdir()
    (other / "history.md").write_text("Another history.")
    with pytest.raises(KeyConflict, match="--collection"):
        memory.ingest(other)
    assert memory.ingest(other, collection="second").added == 1


def test_a_folder_that_moved_takes_its_documents_along(
    memory: Memory, corpus: Path, embedder: CountingEmbedder
) -> None:
    memory.ingest(corpus)
    moved = corpus.rename(corpus.with_name("moved"))
    embedder.seen.clear()
    report = memory.ingest(moved)
    assert (report.updated, report.skipped) == (5, ())
    assert embedder.seen == []


def test_a_key_given_twice_keeps_the_first_and_says_so(memory: Memory, corpus: Path) -> None:
    (corpus / "zz.jsonl").write_text(json.dumps({"id": "AK-1", "text": "An impostor."}))
    report = memory.ingest(corpus)
    [skipped] = report.skipped
    assert skipped.key == "AK-1"
    assert "archive.jsonl" in skipped.reason


def test_a_file_below_a_known_root_keeps_its_key(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    report = memory.ingest(corpus / "notes" / "river.txt")
    assert (report.added, report.unchanged) == (0, 1)


@pytest.mark.parametrize("first", ["notes", "notes/river.txt", "notes/more.jsonl"])
def test_a_folder_takes_over_what_was_read_from_within_it_before(
    memory: Memory, corpus: Path, embedder: CountingEmbedder, first: str
) -> None:
    (corpus / "river.txt").write_text("Another text of the same name.")
    (corpus / "notes" / "more.jsonl").write_text('{"id": "AK-3", "text": "Archive note 3."}')
    before = memory.ingest(corpus / first).added
    embedder.seen.clear()
    report = memory.ingest(corpus)
    assert (report.added, report.updated, report.skipped) == (7 - before, before, ())
    assert len(embedder.seen) == 7 - before
    expected = ["AK-1", "AK-2", "AK-3", "history.md", "notes/river.txt", "river.txt", "wu.txt"]
    assert keys(memory) == expected
    assert memory.verify() == []
    for path in (corpus, corpus / first):
        report = memory.ingest(path, prune=True)
        assert (report.added, report.updated, report.removed) == (0, 0, 0)


def test_a_path_that_does_not_exist_is_named(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        memory.ingest(tmp_path / "nowhere")
    assert not memory.path.exists()


def test_parsing_in_several_processes_gives_the_same(
    memory: Memory, corpus: Path, tmp_path: Path
) -> None:
    memory.ingest(corpus)
    other = Memory(tmp_path / "second", settings=memory.settings, embedder=HashingEmbedder())
    other.ingest(corpus, jobs=2)
    texts = {key: memory.show(key) for key in keys(memory)}
    assert {key: other.show(key) for key in keys(other)} == texts


class InterruptedEmbedder(HashingEmbedder):
    """Someone presses Ctrl-C when it is asked for the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def encode(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
        self.asked += 1
        if self.asked == 2:
            raise KeyboardInterrupt
        return super().encode(texts, progress=progress)


def test_an_interruption_keeps_what_was_done(tmp_path: Path) -> None:
    records = [json.dumps({"id": f"r{n}", "text": f"Record number {n}."}) for n in range(300)]
    (tmp_path / "records.jsonl").write_text("\n".join(records))
    with Memory(tmp_path / "memory", embedder=InterruptedEmbedder()) as memory:
        with pytest.raises(KeyboardInterrupt):
            memory.ingest(tmp_path / "records.jsonl", graph=False)
        kept = len(keys(memory))
        assert 0 < kept < 300
        report = memory.ingest(tmp_path / "records.jsonl", graph=False)
        assert (report.added, report.unchanged) == (300 - kept, kept)
        assert memory.verify() == []


def test_as_much_is_written_at_once_as_ten_seconds_bring() -> None:
    assert room_for(64, 64.0) == 10
    assert room_for(64, 2.0) == 320
    assert room_for(64, 0.0) == 1024
    assert room_for(1, 1000.0) == 1


def test_several_jobs_in_a_script_that_runs_itself_anew_are_a_clear_error(
    corpus: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from memctx import HashingEmbedder, Memory\n"
        f"memory = Memory({str(tmp_path / 'memory')!r}, embedder=HashingEmbedder())\n"
        f"memory.ingest({str(corpus)!r}, jobs=2, graph=False)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("memctx.errors.UsageError")
    assert 'if __name__ == "__main__":' in last


def test_forgetting_leaves_nothing_to_be_found(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    assert memory.forget("notes/river.txt") == 1
    found = memory.search("chronometer lost in the river", 9)
    assert "notes/river.txt" not in [passage.document.key for passage in found]
    assert memory.verify() == []
    assert memory.ingest(corpus).added == 1


def test_other_chunk_sizes_split_again(memory: Memory, corpus: Path, tmp_path: Path) -> None:
    memory.ingest(corpus)
    settings = load_settings({"chunk_tokens": 16, "chunk_overlap": 0})
    with Memory(memory.path, settings=settings, embedder=HashingEmbedder()) as other:
        assert other.ingest(corpus).updated == 5


def test_chunks_longer_than_the_embedder_reads_are_warned_of(
    memory: Memory, corpus: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory.ingest(corpus)
    assert caplog.messages == []
    settings = load_settings({"chunk_tokens": 300})
    with Memory(memory.path, settings=settings, embedder=HashingEmbedder()) as other:
        other.ingest(corpus)
    [warning] = caplog.messages
    assert "MEMCTX_CHUNK_TOKENS to 256" in warning


def test_ten_thousand_small_files_are_surveyed_quickly(memory: Memory, tmp_path: Path) -> None:
    """Not a timing: the second pass must not open a single file."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"File number {number}.")
    memory.ingest(folder)
    before = {path: path.stat().st_atime_ns for path in folder.iterdir()}
    time.sleep(0.01)
    assert memory.ingest(folder).unchanged == 300
    assert {path: path.stat().st_atime_ns for path in folder.iterdir()} == before
