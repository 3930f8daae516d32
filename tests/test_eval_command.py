"""`memctx eval` as a user has it: the installed command, the default embedder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("memctx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tiny")
    (place / "docs.jsonl").write_text(
        '{"id": "dome", "text": "The dome was completed in 1902."}\n'
        '{"id": "lens", "text": "Wendelow ground the lens."}\n'
        '{"id": "void", "text": ""}\n'
    )
    (place / "queries.jsonl").write_text(
        '{"id": 1, "question": "Who ground the lens?", "gold": ["lens"], "answers": ["Wendelow"]}\n'
        '{"id": 2, "question": "When was it completed?", "doc": "dome", "answers": ["1902"]}\n'
    )
    return place


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), "eval", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_is_one_object_and_a_skipped_document_is_named(folder: Path) -> None:
    done = run(folder, ".", "--reader", "extract", "--always-answer", "--json")
    assert done.returncode == 4
    assert '"void" is empty' in done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"name", "documents", "ingest", "tasks"}
    assert report["documents"] == 3
    assert report["tasks"]["search"]["metrics"]["recall@2"]["mean"] == 100.0
    assert report["tasks"]["ask"]["metrics"]["f1"]["n"] == 2
    assert not (folder / ".memctx").exists()


def test_the_table_is_plain_and_a_named_memory_is_kept(folder: Path) -> None:
    done = run(folder, folder, "--tasks", "search", "--memory", "kept", "--limit", 1)
    assert "recall@5" in done.stdout
    assert "100.00" in done.stdout
    assert "p95" in done.stdout
    assert "\x1b" not in done.stdout
    assert (folder / "kept").is_dir()


def test_wrong_usage_is_one_line_that_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    for words, hint in [
        ((tmp_path,), "queries.jsonl"),
        ((folder, "--tasks", "fly"), "the tasks are search, ask"),
    ]:
        done = run(folder, *words)
        assert done.returncode == 2
        assert hint in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""
