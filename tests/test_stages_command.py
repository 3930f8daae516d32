"""Stages and explanations on the command line: the installed command on a tiny memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("memctx")
QUESTION = "In which year was the director of The Long Tide born?"
ROWS = (
    {
        "id": "tide",
        "title": "The Long Tide",
        "text": "The Long Tide is a 1961 film. It was directed by Ada Brook.",
    },
    {"id": "brook", "title": "Ada Brook", "text": "Ada Brook was born in 1917 in Corrie."},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stages")
    (place / "docs.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    asked = {"id": 1, "question": QUESTION, "gold": ["tide", "brook"], "answers": ["1917"]}
    (place / "queries.jsonl").write_text(json.dumps(asked))
    assert run(place, "ingest", "docs.jsonl").returncode == 0
    return place


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_stage_that_is_left_out_leaves_no_signal_and_no_time(folder: Path) -> None:
    done = run(folder, "search", QUESTION, "--without", "graph,hops,facts", "--json")
    result = json.loads(done.stdout)
    assert {passage["signals"]["graph"] for passage in result["passages"]} == {None}
    assert result["facts"] == []
    assert "explanation" not in result
    assert not {"graph_ms", "hops_ms", "facts_ms"} & set(result["timings"])


def test_an_evaluation_leaves_stages_out_too(folder: Path) -> None:
    words = ("--tasks", "search", "--memory", ".memctx", "--json")
    report = json.loads(run(folder, "eval", ".", *words, "--without", "hops").stdout)
    assert {"graph_ms", "facts_ms"} <= set(report["tasks"]["search"]["latency_ms"])
    assert "hops_ms" not in report["tasks"]["search"]["latency_ms"]


def test_a_stage_that_does_not_exist_is_wrong_usage(folder: Path) -> None:
    for words in (("search", QUESTION), ("ask", QUESTION), ("eval", ".")):
        done = run(folder, *words, "--without", "grpah")
        assert (done.returncode, done.stdout) == (2, "")
        assert "grpah" in done.stderr
        assert "dense, words, names, graph" in done.stderr


def test_an_explained_search_draws_the_way_to_each_passage(folder: Path) -> None:
    done = run(folder, "search", QUESTION, "--explain")
    assert done.returncode == 0
    assert "├─ names The Long Tide → " in done.stdout
    assert "→ [tide] → Ada Brook → this passage" in done.stdout
    assert "\x1b" not in done.stdout


def test_facts_are_printed_with_their_source(folder: Path) -> None:
    [line] = [
        line
        for line in run(folder, "search", QUESTION).stdout.splitlines()
        if "directed by · Ada Brook" in line
    ]
    key, place = line.split()[-2:]
    start, end = map(int, place.split(".."))
    assert key == "tide"
    assert "directed by" in ROWS[0]["text"][start:end]


def test_explanations_have_a_json_form(folder: Path) -> None:
    words = ("--reader", "extract", "--always-answer", "--explain", "--json")
    told = json.loads(run(folder, "ask", QUESTION, *words).stdout)["explanation"]
    assert [name["text"] for name in told["names"]] == ["The Long Tide"]
    assert set(told["ways"][0]) == {
        "document", "chunk_id", "start", "end", "score", "signals", "steps", "facts"
    }  # fmt: skip
    done = run(folder, "search", QUESTION, "--explain", "--json")
    ways = json.loads(done.stdout)["explanation"]["ways"]
    assert [len(way["steps"]) for way in ways] == [1, 2]


def test_nodes_are_made_and_searched_where_they_are_wanted(tmp_path: Path) -> None:
    told = "In {} the keeper wrote that the dome was painted."
    years = "\n".join(told.format(year) for year in range(1700, 1900))
    (tmp_path / "log.txt").write_text(years)
    words = ("search", "what the keeper wrote over the years", "--json")
    assert run(tmp_path, "ingest", "log.txt", "--no-graph", "--nodes").returncode == 0
    plain, ours = (json.loads(run(tmp_path, *words, *more).stdout) for more in ((), ("--nodes",)))
    assert "nodes_ms" in ours["timings"]
    assert "nodes_ms" not in plain["timings"]
    for passage in ours["passages"]:
        assert years[passage["start"] : passage["end"]] == passage["text"]
    left_out = json.loads(run(tmp_path, *words, "--nodes", "--without", "nodes").stdout)
    assert left_out["passages"] == plain["passages"]


def test_a_batch_refuses_to_be_explained(folder: Path) -> None:
    done = run(folder, "search", "--batch", "queries.jsonl", "--explain")
    assert done.returncode == 2
    assert "--explain" in done.stderr
