"""`memctx reader train` as a user has it: the installed command, a tiny real reader."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .reader.conftest import save_random

COMMAND = Path(sys.executable).with_name("memctx")


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {"MEMCTX_READER": str(folder / "tiny"), "MEMCTX_MEMORY": str(folder / "memory")}
    return subprocess.run(
        [str(COMMAND), *map(str, words)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_reader_is_taught_and_the_report_says_what_came_of_it(tmp_path: Path) -> None:
    save_random(tmp_path / "tiny", "llama")
    docs, questions = tmp_path / "docs.jsonl", tmp_path / "questions.jsonl"
    with docs.open("w") as texts, questions.open("w") as asked:
        for i in range(24):
            text = {"id": f"d{i}", "text": f"Dome {i} was built by Builder{i} of Bergen."}
            row = {"id": i, "question": f"Who built dome {i}?", "answers": [f"Builder{i}"]}
            texts.write(json.dumps(text) + "\n")
            asked.write(json.dumps(row | {"gold": [f"d{i}"]}) + "\n")
    assert run(tmp_path, "ingest", docs, "--no-graph").returncode == 0
    done = run(tmp_path, "reader", "train", questions, "--steps", 1)
    assert done.returncode == 0, done.stderr
    assert "questions in 1 steps" in done.stdout
    assert "as good on 5 questions that it had not seen: used from now on" in done.stdout
    assert (tmp_path / "memory" / "adapter" / "adapter.safetensors").is_file()
    status = run(tmp_path, "status")
    assert "this memory's own: taught 19 questions of" in status.stdout
    known = json.loads(run(tmp_path, "status", "--json").stdout)["adapter"]
    assert known["source"] == "memory"
    assert known["adapters"][0]["examined"] == 5
    missing = run(tmp_path, "reader", "train", tmp_path / "absent.jsonl")
    assert missing.returncode != 0
    assert "absent.jsonl" in missing.stderr


def test_one_question_is_refused_before_any_model_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": 1, "question": "Who?", "answers": ["Ada"]}')
    done = run(tmp_path, "reader", "train", tmp_path / "one.jsonl", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "with 20 different questions or more, and 1 were given" in done.stderr


def test_a_memory_that_holds_too_little_to_make_questions_of_says_so(tmp_path: Path) -> None:
    save_random(tmp_path / "tiny", "llama")
    docs = tmp_path / "docs.jsonl"
    docs.write_text(json.dumps({"id": "d", "text": "Dome 1 was built by Ada of Bergen."}))
    assert run(tmp_path, "ingest", docs, "--no-graph").returncode == 0
    done = run(tmp_path, "reader", "train")
    assert done.returncode == 2
    assert "0 could be made from the 1 passages" in done.stderr
    both = run(tmp_path, "reader", "train", docs, "--most", 30)
    assert both.returncode == 2
    assert "not for a file" in both.stderr


def test_calibrating_needs_a_file_of_questions(tmp_path: Path) -> None:
    done = run(tmp_path, "reader", "calibrate", tmp_path / "absent.jsonl")
    assert done.returncode == 2
    assert "absent.jsonl" in done.stderr
