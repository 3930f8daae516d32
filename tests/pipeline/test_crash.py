"""Killed at any moment, an ingestion resumes to the same memory as without the kill.

`MEMCTX_KILLS` sets how many times (8 by default).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory

KILLS = int(os.environ.get("MEMCTX_KILLS", "8"))
INGEST = """
import sys
from memctx import HashingEmbedder, Memory
from memctx.pipeline import ingest
ingest._BATCH_CHUNKS = 24  # many transactions, so that a kill falls between and within them
with Memory(sys.argv[1], embedder=HashingEmbedder()) as memory:
    print("begin", flush=True)
    memory.ingest(sys.argv[2])
"""
QUESTIONS = ["the dome of station 17", "chronometer number 230", "第十二号望远镜", "the year 1911"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mixed folder: markdown, Chinese text in GB18030, records, a table, bad files."""
    folder: Path = tmp_path_factory.mktemp("crash") / "corpus"
    folder.mkdir()
    rng = random.Random(5)
    for number in range(60):
        paragraphs = [
            f"Station {number} was visited in {rng.randint(1890, 1930)} by party {number}."
            for _ in range(rng.randint(1, 12))
        ]
        (folder / f"station-{number}.md").write_text(
            f"# Station {number}\n\n" + "\n\n".join(paragraphs)
        )
    for number in range(15):
        text = f"第{number}号望远镜安装在槐渡天文台。" * rng.randint(1, 40)
        (folder / f"telescope-{number}.txt").write_bytes(text.encode("gb18030"))
    records = [{"id": f"r{n}", "text": f"Chronometer number {n} kept time."} for n in range(120)]
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, records)))
    rows = [f"{n},instrument {n},{rng.randint(1, 500)}" for n in range(120)]
    (folder / "instruments.csv").write_text("\n".join(["id,name,crowns", *rows]))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    return folder


def ingest(memory: Path, corpus: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(memory), str(corpus)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def contents(folder: Path) -> tuple[dict[str, str], list[list[tuple[str, int, float]]]]:
    """All texts, and what the questions find."""
    with Memory(folder, embedder=HashingEmbedder()) as memory:
        assert memory.verify() == []
        texts = {row.key: memory.show(row.key) for row in memory.documents()}
        status = memory.status()
        texts["the graph"] = f"{status.entities} entities, {status.facts} facts"
        found = [
            sorted((p.document.key, p.start, round(p.score, 4)) for p in memory.search(question, 5))
            for question in QUESTIONS
        ]
    return texts, found


def test_kill_and_resume_ends_like_an_uninterrupted_run(corpus: Path, tmp_path: Path) -> None:
    began = time.perf_counter()
    process = ingest(tmp_path / "whole", corpus)
    whole_run = time.perf_counter() - began
    process.communicate()
    whole_run = max(whole_run, time.perf_counter() - began)
    expected = contents(tmp_path / "whole")
    rng = random.Random(7)
    for round_ in range(KILLS):
        victim = tmp_path / f"killed-{round_}"
        for _ in range(rng.randint(1, 2)):
            process = ingest(victim, corpus)
            time.sleep(rng.uniform(0.0, whole_run))
            process.kill()
            process.communicate()
            if (victim / "memory.sqlite3").exists():
                with Memory(victim, embedder=HashingEmbedder()) as memory:
                    assert memory.verify() == []
        process = ingest(victim, corpus)
        process.communicate()
        assert process.returncode == 0
        assert contents(victim) == expected
