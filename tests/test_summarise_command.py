"""`memctx summarise` as a user has it, on the sample corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCUMENTS = Path(__file__).parent.parent / "data" / "sample" / "documents"
COMMAND = Path(sys.executable).with_name("memctx")
SUMMARY = {"summary", "scope", "citations", "tokens", "method", "timings"}
CITATION = {"document", "chunk_id", "start", "end", "quote", "weight"}


def run(folder: Path, *words: object, code: int = 0) -> str:
    command = [str(COMMAND), *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("summaries")
    run(folder, "ingest", DOCUMENTS)
    return folder


def test_a_document_is_summarised_with_its_sources(folder: Path) -> None:
    words = ("summarise", "--document", "history.md", "--max-tokens", 90, "--json")
    result: dict[str, Any] = json.loads(run(folder, *words))
    assert set(result) == SUMMARY
    assert result["scope"] == "document"
    assert 40 < result["tokens"] <= 90
    text = run(folder, "show", "history.md")
    for citation in result["citations"]:
        assert set(citation) == CITATION
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"] in result["summary"]


def test_a_batch_prints_one_line_for_each(folder: Path) -> None:
    lines = [
        {"id": "a", "document": "history.md"},
        {"id": "b", "doc": "wu-jinglan.md", "query": "邬静澜在哪里出生？", "references": ["..."]},
        {"id": "c", "query": "who paid for the dome"},
        {"id": "d", "document": "nothing.md"},
    ]
    (folder / "wanted.jsonl").write_text("\n".join(map(json.dumps, lines)))
    out = run(folder, "summarize", "--batch", "wanted.jsonl", "--max-tokens", 60, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert [row.get("scope") for row in rows] == ["document", "document", "query", None]
    assert "nothing.md" in rows[3]["error"]
    assert all(set(row) == {"id"} | SUMMARY for row in rows[:3])


def test_wrong_usage_is_told(folder: Path) -> None:
    assert "extract, abstract" in run(folder, "summarise", "--method", "magic", code=2)
    assert "leave out" in run(folder, "summarise", "--batch", "x", "--query", "y", code=2)
    assert "nothing.md" in run(folder, "summarise", "--document", "nothing.md", code=1)
