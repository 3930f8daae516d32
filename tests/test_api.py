"""`Memory` as a library: threads, asyncio, repair, another embedder, an endpoint as reader."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from memctx import AskOptions, HashingEmbedder, Memory, Scope, load_settings
from memctx.errors import (
    CorruptMemory,
    DocumentNotFound,
    EntityNotFound,
    FingerprintMismatch,
    MemoryNotFound,
    UsageError,
)

TEXTS = {
    "dome.txt": "The dome of the observatory was completed in 1902. It is green.",
    "lens.txt": "Wendelow ground the lens in Sundermoor. It took nine years.",
    "wu.txt": "邬静澜在槐渡天文台工作。她研究变星。",
}
EXTRACT = AskOptions(reader="extract")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        opened.ingest(corpus)
        yield opened


def test_a_result_is_a_sequence_of_passages(memory: Memory) -> None:
    found = memory.search("who ground the lens", k=2)
    assert len(found) == 2
    assert found[0].document.key == "lens.txt"
    assert [passage.chunk_id for passage in found] == [p.chunk_id for p in found.passages]


def test_an_answer_cites_the_exact_sentence(memory: Memory) -> None:
    answer = memory.ask("Who ground the lens?", options=EXTRACT)
    assert answer.text == "Wendelow ground the lens in Sundermoor."
    [citation] = answer.citations
    assert memory.show("lens.txt")[citation.start : citation.end] == citation.quote
    assert json.loads(json.dumps(answer.to_dict()))["citations"][0]["quote"] == citation.quote


def test_a_chinese_question_finds_chinese_evidence(memory: Memory) -> None:
    assert memory.ask("邬静澜在哪里工作？", options=EXTRACT).text == "邬静澜在槐渡天文台工作。"


def test_a_scope_restricts_what_is_found(memory: Memory) -> None:
    found = memory.search("lens", scope=Scope(keys=["dome.txt"]))
    assert {passage.document.key for passage in found} == {"dome.txt"}


def test_a_memory_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MemoryNotFound, match="memctx ingest PATH"):
        Memory(tmp_path / "none", embedder=HashingEmbedder()).search("x")
    assert not (tmp_path / "none").exists()


def test_an_empty_memory_finds_nothing_and_declines(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "nothing")
        assert len(memory.search("lens")) == 0
        assert memory.ask("Who ground the lens?", options=EXTRACT).abstained


def test_what_is_no_text_is_refused_by_name(memory: Memory) -> None:
    half = "len\ud83d"
    for call in (
        lambda: memory.search(half),
        lambda: memory.ask(half, options=EXTRACT),
        lambda: memory.show(half),
        lambda: memory.forget(half),
        lambda: memory.search("lens", scope=Scope(keys=[half])),
        lambda: memory.search("lens", scope=Scope(collection=half)),
        lambda: memory.search("lens", scope=Scope(where={"year": half})),
        lambda: memory.search("lens", scope=Scope(where={half: "1902"})),
        lambda: memory.graph().entity(half),
        lambda: memory.ingest(memory.path.parent / "corpus", collection=half),
    ):
        with pytest.raises((UsageError, EntityNotFound)):
            call()


def test_threads_of_one_memory_take_turns_to_write(memory: Memory, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(f"Lens number {number} is made of glass.")
    with ThreadPoolExecutor(6) as pool:
        files = [tmp_path / f"{number}.txt" for number in range(6)]
        reports = list(pool.map(lambda file: memory.ingest(file, graph=False), files))
    assert [report.added for report in reports] == [1] * 6
    assert len(memory.documents()) == 9


def test_what_cannot_be_meant_is_refused(memory: Memory) -> None:
    with pytest.raises(UsageError, match="at least 1, got -1"):
        memory.search("lens", -1)
    with pytest.raises(UsageError, match="at least 1, got 0"):
        memory.ask("lens", options=AskOptions(passages=0, reader="extract"))
    with pytest.raises(UsageError, match="needs a name"):
        memory.ingest(memory.path.parent / "corpus", collection="")


def test_a_key_named_twice_is_forgotten_once(memory: Memory) -> None:
    assert memory.forget("dome.txt", "dome.txt") == 1


def test_forgetting_an_unknown_key_removes_nothing(memory: Memory) -> None:
    with pytest.raises(DocumentNotFound):
        memory.forget("dome.txt", "nothing.txt")
    assert len(memory.documents()) == 3


def test_async_twins_do_the_same(memory: Memory) -> None:
    async def work() -> None:
        found, answer = await asyncio.gather(
            memory.asearch("lens", k=1), memory.aask("Who ground the lens?", options=EXTRACT)
        )
        assert found[0].document.key == "lens.txt"
        assert answer.text.startswith("Wendelow")
        assert await memory.aforget("lens.txt") == 1

    asyncio.run(work())
    assert len(memory.documents()) == 2


def test_many_threads_search_while_one_writes(memory: Memory, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for number in range(40):
        (more / f"{number}.txt").write_text(f"Note {number} tells of the river.")
    stop = threading.Event()

    def look() -> int:
        count = 0
        while not stop.is_set():
            assert memory.search("the lens of Wendelow", k=1)[0].document.key == "lens.txt"
            count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(look) for _ in range(4)]
        memory.ingest(more, collection="more")
        memory.forget("7.txt", collection="more")
        stop.set()
        assert all(job.result() >= 0 for job in looks)
    assert memory.verify() == []


def test_two_open_memories_see_each_others_changes(memory: Memory, tmp_path: Path) -> None:
    with Memory(memory.path, embedder=HashingEmbedder()) as other:
        assert len(other.search("lens", k=9)) == 3
        memory.forget("lens.txt")
        assert len(other.search("lens", k=9)) == 2


def test_damage_is_found_and_mended(memory: Memory) -> None:
    memory.close()
    [state] = (memory.path / "words").glob("*/state.json")
    state.write_text(state.read_text().replace('"sequence": 3', '"sequence": 2'))
    victim = next(file for file in state.parent.iterdir() if file.suffix == ".idx")
    victim.write_bytes(b"\0" * victim.stat().st_size)
    assert memory.verify() == ["words: the files are damaged or of another version"]
    assert memory.search("lens", k=1)[0].document.key == "lens.txt"
    assert memory.verify(repair=True) == []


@pytest.mark.parametrize("left", ["an empty file", "a file without tables", "no file"])
def test_a_store_that_lost_everything_is_not_taken_for_a_new_one(memory: Memory, left: str) -> None:
    memory.close()
    store = memory.path / "memory.sqlite3"
    store.unlink()
    if left == "an empty file":
        store.touch()
    elif left == "a file without tables":
        other = sqlite3.connect(store)
        other.execute("PRAGMA journal_mode = WAL")
        other.close()
    with pytest.raises(MemoryNotFound if left == "no file" else CorruptMemory):
        memory.verify(repair=True)
    with pytest.raises(CorruptMemory, match="restore it from a copy"):
        memory.ingest(memory.path.parent / "corpus")
    shutil.rmtree(memory.path)
    assert memory.ingest(memory.path.parent / "corpus").added == 3


def test_projections_may_be_deleted(memory: Memory) -> None:
    expected = memory.search("observatory dome", k=3)
    memory.close()
    shutil.rmtree(memory.path / "words")
    shutil.rmtree(memory.path / "vectors")
    found = memory.search("observatory dome", k=3)
    assert found.passages == expected.passages


def test_another_embedder_is_refused_until_reindexed(memory: Memory) -> None:
    with (
        Memory(memory.path, embedder=HashingEmbedder(width=64)) as other,
        pytest.raises(FingerprintMismatch, match="memctx reindex --embedder hashing-64"),
    ):
        other.search("lens")


def test_a_model_of_another_task_is_no_embedder(memory: Memory) -> None:
    with pytest.raises(UsageError, match=r"is no embedder.* all-MiniLM-L6-v2"):
        memory.reindex("gemma-3-270m")
    assert memory.status().embedder == "hashing-256"


def test_a_memory_on_a_medium_that_cannot_be_written_can_be_read(
    memory: Memory, tmp_path: Path
) -> None:
    memory.close()
    copy = tmp_path / "copy"
    shutil.copytree(memory.path, copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with Memory(copy, embedder=HashingEmbedder()) as opened:
        assert opened.search("lens", k=1)[0].document.key == "lens.txt"
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)


def test_export_and_import_keep_everything(memory: Memory, tmp_path: Path) -> None:
    memory.export(tmp_path / "memory.zip")
    with Memory(tmp_path / "other", embedder=HashingEmbedder()) as other:
        assert other.import_(tmp_path / "memory.zip") == 3
        assert other.verify() == []
        assert [p.text for p in other.search("lens", 3)] == [
            p.text for p in memory.search("lens", 3)
        ]
        assert other.ingest(tmp_path / "corpus").unchanged == 3


class Completion(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that quotes the end of what it was asked."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked = body  # type: ignore[attr-defined]
        message = {"role": "assistant", "content": "in 1902"}
        reply = {
            "choices": [{"message": message}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 3},
        }
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def test_an_openai_compatible_server_reads_the_same_window(memory: Memory) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Completion) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        settings = load_settings({"reader_endpoint": url, "reader_endpoint_model": "big"})
        with Memory(memory.path, settings=settings, embedder=HashingEmbedder()) as other:
            answer = other.ask("When was the dome of the observatory completed?")
        server.shutdown()
        asked = server.asked  # type: ignore[attr-defined]
    assert answer.text == "in 1902"
    assert answer.reader.mode == "endpoint"
    assert answer.citations[0].quote == "The dome of the observatory was completed in 1902."
    assert asked["model"] == "big"
    assert "The dome of the observatory" in json.dumps(asked["messages"])
