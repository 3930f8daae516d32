"""Ingestion with its graph: what is read, what is read again, and how it is made up for."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory, load_settings
from memctx.kg.languages import ByLanguage
from memctx.memory.graph_rows import FactRow

TEXTS = {
    "history.md": (
        "# Corrieholt Observatory\n\n"
        "Corrieholt Observatory (CO) was founded by Edmund Wendelow in 1897."
    ),
    "dome.txt": "Edmund Wendelow was born in Sundermoor. The dome was designed by Clara Finch.",
    "wu.txt": "邬静澜出生于槐渡市。她是天文学家。",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, **settings: object) -> Memory:
    return Memory(folder, settings=load_settings(settings), embedder=HashingEmbedder())


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return opened(tmp_path / "memory")


def facts(memory: Memory) -> list[FactRow]:
    store = memory._workspace.store
    return store.facts_of([row.id for row in store.chunks_between(0, 10**9)])


def stated(memory: Memory) -> set[tuple[str, str, str]]:
    return {(fact.subject, fact.relation, fact.object) for fact in facts(memory)}


def test_facts_are_stored_with_the_sentence_that_states_them(memory: Memory, corpus: Path) -> None:
    report = memory.ingest(corpus)
    assert report.facts == memory.status().facts == len(facts(memory)) > 0
    assert report.entities > 0
    assert memory.status().entities >= report.entities
    [born] = [fact for fact in facts(memory) if "Sundermoor" in fact.object]
    assert (born.subject, born.relation) == ("Edmund Wendelow", "born in")
    text = memory.show(born.document.key)
    assert text[born.start : born.end] == "Edmund Wendelow was born in Sundermoor."
    assert any(fact.subject == "邬静澜" for fact in facts(memory))
    assert memory.verify() == []


def test_a_document_is_about_its_title_or_the_name_that_it_begins_with(
    memory: Memory, corpus: Path
) -> None:
    memory.ingest(corpus)
    store = memory._workspace.store
    subjects = store.incidence(0, 10**9).subjects.tolist()
    about = {name.text: name for name in store.names([number for number in subjects if number])}
    assert "Edmund Wendelow" in about
    subject = about["Corrieholt Observatory"]
    joined = [name.text for name in store.names_of([subject.entity_id])]
    assert joined == ["Corrieholt Observatory", "CO"]


def test_without_graph_nothing_is_read_until_reindexing(memory: Memory, corpus: Path) -> None:
    report = memory.ingest(corpus, graph=False)
    assert (report.entities, report.facts, memory.status().entities) == (0, 0, 0)
    assert memory._workspace.store.graph_counts().unread == report.chunks
    assert memory.verify() == []
    memory.reindex()
    again = opened(memory.path.with_name("again"))
    again.ingest(corpus)
    assert stated(memory) == stated(again)
    assert memory.status().entities == again.status().entities
    assert memory.verify() == []


def test_an_edit_reads_only_the_passages_that_changed(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    original = ByLanguage.extract

    def noted(self: ByLanguage, texts: list[str]) -> object:
        """A witness, not a stand-in: the extractor reads all the same."""
        read.extend(texts)
        return original(self, texts)

    monkeypatch.setattr(ByLanguage, "extract", noted)
    memory = opened(tmp_path / "memory", chunk_tokens=24, chunk_overlap=0)
    paragraphs = [
        f"Wendelow sold lens {n} to Clara Finch in the year 18{n}." for n in range(30, 50)
    ]
    (corpus / "sales.txt").write_text("\n\n".join(paragraphs))
    memory.ingest(corpus)
    read.clear()
    (corpus / "sales.txt").write_text(
        "\n\n".join(["A new beginning stands here now.", *paragraphs])
    )
    memory.ingest(corpus)
    assert 1 <= len(read) <= 3
    assert memory.verify() == []


def test_missing_english_weights_are_named_once_and_made_up_for(
    tmp_path: Path, corpus: Path, caplog: pytest.LogCaptureFixture
) -> None:
    poor = opened(tmp_path / "memory", cache=tmp_path / "nothing")
    with caplog.at_level(logging.WARNING):
        poor.ingest(corpus)
        (corpus / "more.txt").write_text("Ida Quill works for Clara Finch.")
        poor.ingest(corpus)
    [warning] = [record.getMessage() for record in caplog.records]
    assert "memctx models pull en_core_web_sm" in warning
    assert {fact.subject for fact in facts(poor)} <= {"邬静澜", "她"}
    assert poor.status().entities > 0
    rich = opened(poor.path)
    rich.reindex()
    assert ("Edmund Wendelow", "born in", "Sundermoor") in stated(rich)
    poor.reindex()  # what the better extractor read is kept
    assert ("Edmund Wendelow", "born in", "Sundermoor") in stated(poor)
    assert rich.verify() == []


def test_forgetting_leaves_nothing_of_the_graph(memory: Memory, corpus: Path) -> None:
    memory.ingest(corpus)
    memory.forget(*TEXTS)
    status = memory.status()
    assert (status.entities, status.facts, status.chunks) == (0, 0, 0)
    assert memory.verify() == []


def test_export_and_import_carry_the_graph(memory: Memory, corpus: Path, tmp_path: Path) -> None:
    memory.ingest(corpus)
    memory.export(tmp_path / "memory.zip")
    other = opened(tmp_path / "other", cache=tmp_path / "nothing")
    other.import_(tmp_path / "memory.zip")
    assert stated(other) == stated(memory)
    assert other.status().entities == memory.status().entities
    assert other._workspace.store.extractors() == memory._workspace.store.extractors()
    assert other.verify() == []


def test_worker_processes_read_the_same_as_this_one(memory: Memory, tmp_path: Path) -> None:
    records = [
        {"id": str(n), "text": f"Person{n} Smith was born in Town{n}. She met Clara Finch."}
        for n in range(150)
    ]
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    memory.ingest(file)
    other = opened(tmp_path / "other")
    for start in range(0, len(records), 50):  # so few that no worker is started for them
        file.write_text("\n".join(map(json.dumps, records[start : start + 50])))
        other.ingest(file)
    assert stated(other) == stated(memory)
    assert len(facts(memory)) >= 250


def test_a_plain_script_may_ingest_at_its_top_level(tmp_path: Path) -> None:
    records = [{"id": str(n), "text": f"邬静澜访问第{n}号天文台。"} for n in range(100)]
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, records)))
    script = tmp_path / "script.py"
    script.write_text(
        "from memctx import HashingEmbedder, Memory\n"
        "memory = Memory('memory', embedder=HashingEmbedder())\n"
        "print(memory.ingest('records.jsonl').added)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("100", 0), done.stderr
