"""The command line as a user has it: the installed command, real models, real documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
DOCUMENTS = SAMPLE / "documents"
QUERIES = list(map(json.loads, (SAMPLE / "queries.jsonl").read_text(encoding="utf-8").splitlines()))
COMMAND = Path(sys.executable).with_name("memctx")

REPORT = {
    "added",
    "updated",
    "unchanged",
    "removed",
    "skipped",
    "chunks",
    "entities",
    "facts",
    "seconds",
}
PASSAGE = {"document", "chunk_id", "text", "start", "end", "page", "heading", "score", "signals"}
DOCUMENT = {"id", "key", "title", "uri", "collection", "metadata"}
CLOSED = "On which day of the week is Wendelow House closed?"
SIGNALS = {"dense", "lexical", "graph", "rerank"}
ANSWER = {
    "question",
    "answer",
    "abstained",
    "confidence",
    "citations",
    "facts",
    "window",
    "reader",
    "timings",
    "usage",
}
STATUS = {
    "documents",
    "chunks",
    "vectors",
    "entities",
    "facts",
    "collections",
    "embedder",
    "reader",
    "adapter",
    "index",
    "bytes",
    "sequence",
}


@dataclass
class Shell:
    """Runs `memctx` in a folder with a memory of its own."""

    folder: Path

    def run(
        self, *words: object, text: str | None = None, cache: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = os.environ | ({"MEMCTX_CACHE": cache} if cache else {})
        return subprocess.run(
            [str(COMMAND), *map(str, words)],
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    def json(self, *words: object, code: int = 0, text: str | None = None) -> dict[str, Any]:
        done = self.run(*words, "--json", text=text)
        assert done.returncode == code, done.stderr
        value: dict[str, Any] = json.loads(done.stdout)
        return value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A memory of the sample corpus."""
    shell = Shell(tmp_path_factory.mktemp("sample"))
    report = shell.json("ingest", DOCUMENTS)
    assert set(report) == REPORT
    assert report["added"] == 21
    return shell


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_search_prints_passages_with_all_their_fields(sample: Shell) -> None:
    result = sample.json("search", "Who completed the dome?", "-k", 3)
    assert set(result) >= {"query", "passages", "facts", "timings"}
    assert result["timings"]["total_ms"] > 0
    assert len(result["passages"]) == 3
    for passage in result["passages"]:
        assert set(passage) == PASSAGE
        assert set(passage["document"]) == DOCUMENT
        assert set(passage["signals"]) == SIGNALS
    scores = [passage["score"] for passage in result["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_offsets_point_into_what_show_prints(sample: Shell) -> None:
    for question in (
        "the chronometer of the expedition",
        "邬静澜在哪里出生？",
        "budget for the dome",
    ):
        for passage in sample.json("search", question, "-k", 9)["passages"]:
            text = sample.run("show", passage["document"]["key"]).stdout
            assert text[passage["start"] : passage["end"]] == passage["text"]


def test_distinct_gives_one_passage_a_document(sample: Shell) -> None:
    passages = sample.json("search", "observatory", "--distinct", "-k", 8)["passages"]
    keys = [passage["document"]["key"] for passage in passages]
    assert len(keys) == len(set(keys)) == 8


def test_a_search_is_restricted_by_document_collection_and_metadata(sample: Shell) -> None:
    passages = sample.json("search", "dome", "--document", "museum.html")["passages"]
    assert {passage["document"]["key"] for passage in passages} == {"museum.html"}
    assert sample.json("search", "dome", "--collection", "none")["passages"] == []
    unknown = sample.run("search", "dome", "--document", "musem.html").stderr
    assert unknown.startswith("memctx: no document has the key musem.html")
    assert sample.json("search", "dome", "--where", "no=such")["passages"] == []


def test_conditions_filter_searches_questions_and_lists(empty: Shell) -> None:
    records = [
        {"id": "dome", "text": "The dome cost a lot.", "year": 1902, "tags": ["cost", "圆顶"]},
        {"id": "lens", "text": "The lens cost little.", "year": "1905", "date": "1905-03-01"},
    ]
    (empty.folder / "r.jsonl").write_text("\n".join(map(json.dumps, records)))
    assert empty.run("ingest", "r.jsonl", "--collection", "archive").returncode == 0
    for words, key, year in [
        (("--where", "year<=1902", "--where", "tags=圆顶"), "dome", 1902),
        (("--where", "date in 1904,1905-03"), "lens", "1905"),
    ]:
        [document] = [one["document"] for one in empty.json("search", "cost", *words)["passages"]]
        assert set(document) == DOCUMENT
        assert (document["key"], document["metadata"]["year"]) == (key, year)
        assert document["collection"] == "archive"
    assert [one["key"] for one in empty.json("list", *words)["documents"]] == ["lens"]
    asked = empty.json("ask", "What cost?", "--reader", "extract", "--always-answer", *words)
    assert [cited["document"]["key"] for cited in asked["citations"]] == ["lens"]
    assert set(asked["citations"][0]["document"]) == DOCUMENT
    malformed = empty.run("search", "cost", "--where", "year")
    assert malformed.returncode == 2
    assert "year>=1905" in malformed.stderr


def test_collections_are_listed_renamed_and_dropped(empty: Shell) -> None:
    (empty.folder / "a.txt").write_text("The lens.")
    (empty.folder / "b.txt").write_text("圆顶。")
    empty.run("ingest", "a.txt", "--collection", "notes")
    empty.run("ingest", "b.txt")
    listed = empty.json("collections", "list")["collections"]
    assert listed == [
        {"name": "default", "documents": 1, "chunks": 1},
        {"name": "notes", "documents": 1, "chunks": 1},
    ]
    assert empty.run("collections", "rename", "notes", "笔记").returncode == 0
    assert "1 documents, 1 passages" in empty.run("collections", "list").stdout
    unknown = empty.run("collections", "drop", "ntoes")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "there are: default, 笔记" in unknown.stderr
    empty.run("ingest", "b.txt", "--collection", "笔记")
    refused = empty.run("collections", "rename", "笔记", "default")
    assert refused.returncode == 1
    assert "both hold b.txt" in refused.stderr
    assert (
        empty.run("collections", "drop", "笔记").stdout == "笔记 dropped; 2 documents forgotten\n"
    )
    assert empty.json("status")["collections"] == ["default"]
    assert empty.run("verify").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("search", "dome", "--collection", "none"), 0, "nothing found"),
        (("search", "dome", "--where", "no=such"), 0, "nothing found"),
        (("list", "--where", "no=such"), 0, ""),
        (("ask", "Who made them?", "--collection", "none", "--reader", "extract"), 3, "Nothing"),
        (("ask", "是谁做的？", "--where", "no=such", "--reader", "extract"), 3, "没有"),
        (("show", "musem.html"), 1, "museum.html"),
        (("forget", "musem.html"), 1, "museum.html"),
        (("summarise", "--document", "musem.html"), 1, "museum.html"),
        (("search", "dome", "--document", "musem.html"), 0, "museum.html"),
        (("collections", "drop", "defualt"), 1, "did you mean default?"),
        (("graph", "entity", "Nobody At All"), 1, "no text that was read names"),
        (("graph", "path", "Caspar Wendelow", "Nobody At All"), 1, "no text that was read names"),
    ],
)
def test_finding_nothing_has_the_exit_code_that_the_guide_says(
    sample: Shell, words: tuple[str, ...], code: int, told: str
) -> None:
    done = sample.run(*words)
    assert done.returncode == code, done.stderr
    assert told in done.stdout + done.stderr


def test_extract_answers_without_a_model_and_cites_exactly(sample: Shell) -> None:
    result = sample.json("ask", CLOSED, "--reader", "extract")
    assert "Tuesday" in result["answer"]
    assert set(result) == ANSWER
    assert result["reader"]["mode"] == "extract"
    assert result["timings"]["first_token_ms"] is None
    assert 0 <= result["confidence"] <= 1
    assert result["citations"]
    for citation in result["citations"]:
        text = sample.run("show", citation["document"]["key"]).stdout
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize(
    "shown", [query for query in QUERIES if query.get("demo")], ids=lambda query: str(query["id"])
)
def test_what_the_demo_asks_is_answered_with_its_source(
    sample: Shell, shown: dict[str, Any]
) -> None:
    result = sample.json("ask", shown["question"])
    assert shown["answers"][0] in result["answer"]
    assert result["citations"][0]["document"]["key"] in shown["gold"]


def test_a_chinese_question_is_answered_in_chinese_with_its_source(sample: Shell) -> None:
    result = sample.json("ask", "邬静澜出生于哪里？", "--always-answer")
    assert any("\u4e00" <= character <= "\u9fff" for character in result["answer"])
    citation = result["citations"][0]
    assert citation["document"]["key"] == "wu-jinglan.md"
    assert "槐渡" in citation["quote"]


def test_the_reader_answers_within_its_window(sample: Shell) -> None:
    result = sample.json(
        "ask", "In which year was the observatory founded?", "--window", 700, "--always-answer"
    )
    assert set(result) == ANSWER
    window = result["window"]
    assert window["limit"] == 700
    assert window["used"] <= 700
    assert window["left_out"]
    assert result["usage"]["prompt_tokens"] <= 700
    assert result["reader"]["model"] == "gemma-3-270m"
    assert result["timings"]["first_token_ms"] > 0
    assert result["answer"]


def test_what_is_not_in_memory_is_declined(sample: Shell) -> None:
    result = sample.json("ask", "What does a litre of diesel cost in Norway today?", code=3)
    assert result["abstained"] is True
    assert isinstance(result["answer"], str)
    assert result["confidence"] < 0.3
    assert result["citations"] == []


def test_a_batch_prints_one_object_a_line_in_order(sample: Shell) -> None:
    lines = [
        {"id": "a", "question": "Who made the chronometers?", "ignored": 1},
        {"id": "b", "query": "dome", "doc": "museum.html"},
        {"id": "c"},
        {"id": "d", "question": "What does diesel cost in Norway?"},
    ]
    file = sample.folder / "batch.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    done = sample.run("ask", "--batch", file, "--json", "--reader", "extract")
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert set(rows[0]) == ANSWER | {"id"}
    assert {c["document"]["key"] for c in rows[1]["citations"]} <= {"museum.html"}
    assert set(rows[2]) == {"id", "error"}
    found = sample.run("search", "--batch", file, "--json", "-k", 1).stdout.splitlines()
    assert len(found) == 4


def test_a_batch_file_may_begin_with_a_mark_and_skip_lines(sample: Shell) -> None:
    file = sample.folder / "marked.jsonl"
    file.write_text('{"query": "dome"}\n\nno JSON\n', encoding="utf-8-sig")
    rows = [json.loads(line) for line in sample.run("search", "--batch", file).stdout.splitlines()]
    assert [row["id"] for row in rows] == [1, 3]
    assert rows[0]["passages"]
    assert "line 3 is not JSON" in rows[1]["error"]


def test_a_batch_refuses_what_it_would_leave_unheeded(sample: Shell) -> None:
    file = sample.folder / "one.jsonl"
    file.write_text('{"question": "Who made the chronometers?"}')
    for words, hint in [
        (("search", "dome", "--batch", file), "QUERY"),
        (("ask", "Who?", "--batch", file), "QUESTION"),
        (("ask", "--stream", "--batch", file), "--stream"),
        (("ask", "--reader", "bogus", "--batch", file), "bogus"),
        (("ask", "-"), "give a QUESTION"),
    ]:
        done = sample.run(*words, text="")
        assert (done.returncode, done.stdout) == (2, ""), words
        assert hint in done.stderr


def test_streaming_prints_the_answer_and_explaining_says_why(sample: Shell) -> None:
    done = sample.run("ask", CLOSED, "--stream", "--explain", "--reader", "extract")
    assert done.returncode == 0
    assert "Tuesday" in done.stdout
    assert "window:" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_question_may_come_from_standard_input(sample: Shell) -> None:
    result = sample.json("ask", "-", "--reader", "extract", text=f"{CLOSED}\n")
    assert result["question"] == CLOSED


def test_status_list_verify_and_doctor_describe_the_memory(sample: Shell) -> None:
    status = sample.json("status")
    assert set(status) == STATUS
    assert status["documents"] == 21
    assert set(status["index"]) == {"kind", "device"}
    assert status["adapter"]["source"] == "shipped"
    assert {one["language"] for one in status["adapter"]["adapters"]} == {"en", "zh"}
    assert "as shipped with the reader: taught" in sample.run("status").stdout
    listed = sample.run("list").stdout
    assert "wu-jinglan.md" in listed
    assert sample.run("verify").returncode == 0
    doctor = sample.run("doctor").stdout
    assert "next:" in doctor
    assert "DeviceInfo" not in doctor
    assert sample.json("doctor")["devices"][0]["name"] == "cpu"


def test_the_doctor_names_a_better_reader_that_the_machine_could_carry(sample: Shell) -> None:
    settings = sample.folder / "memctx.toml"
    for reader, has_better in (
        ("smollm2-135m-instruct", True),
        ("qwen2.5-coder-1.5b-instruct", False),
    ):
        settings.write_text(f'reader = "{reader}"\n')
        said = sample.run("doctor").stdout
        better = sample.json("doctor")["better_reader"]
        settings.unlink()
        assert (better is not None) is has_better
        assert (f"MEMCTX_READER={better}" in said) is has_better


def test_settings_say_where_they_come_from(sample: Shell) -> None:
    (sample.folder / "memctx.toml").write_text("window = 1024\n")
    shown = sample.run("config", "show", "--origin").stdout
    (sample.folder / "memctx.toml").unlink()
    assert "window = 1024  (project file memctx.toml)" in shown
    settings = sample.json("config", "show")
    assert settings["window"]["value"] == 2048
    assert settings["reader_endpoint"]["value"] is None


def test_the_graph_is_shown_as_json_and_to_people(sample: Shell) -> None:
    status = sample.json("status")
    assert min(status["entities"], status["facts"]) > 0
    entity = sample.json("graph", "entity", "Caspar Wendelow")
    assert entity["entity"]["name"] == "Caspar Wendelow"
    assert {"names", "merges", "mentions", "facts", "related"} <= set(entity)
    for fact in (item["fact"] for item in entity["facts"]):
        assert set(fact) >= {"subject", "relation", "object", "document", "chunk_id", "start"}
    assert "mentions" in sample.run("graph", "entity", "Caspar Wendelow").stdout
    path = sample.json("graph", "path", "Caspar Wendelow", "邬静澜")
    assert path["found"] is True
    assert path["steps"][0]["source"]["name"] == "Caspar Wendelow"
    assert sample.run("graph", "path", "Caspar Wendelow", "邬静澜").stdout
    stats = sample.json("graph", "stats")
    assert (stats["entities"], stats["facts"]) == (status["entities"], status["facts"])
    assert "communities" in sample.run("graph", "stats").stdout


@pytest.mark.parametrize("format", ["html", "graphml", "json"])
def test_the_graph_is_exported(sample: Shell, format: str) -> None:
    file = sample.folder / f"graph.{format}"
    assert sample.run("graph", "export", "--format", format, file).returncode == 0
    assert "Caspar Wendelow" in file.read_text(encoding="utf-8")


def test_without_graph_nothing_is_extracted(empty: Shell) -> None:
    (empty.folder / "note.txt").write_text("Edmund Wendelow was born in Sundermoor.")
    assert empty.json("ingest", "note.txt", "--no-graph")["facts"] == 0
    done = empty.run("graph", "entity", "Sundermoor")
    assert done.returncode == 1
    assert "memctx graph stats" in done.stderr
    assert empty.run("reindex").returncode == 0
    assert empty.json("graph", "entity", "Sundermoor")["facts"]


def test_export_and_import_give_the_same_memory(sample: Shell, empty: Shell) -> None:
    file = empty.folder / "memory.zip"
    assert sample.run("export", file).returncode == 0
    assert empty.run("import", file).returncode == 0
    assert empty.run("verify").stdout == "sound\n"
    question = "Who completed the dome?"
    here, there = sample.json("search", question), empty.json("search", question)
    assert [p["text"] for p in here["passages"]] == [p["text"] for p in there["passages"]]


def test_ingest_forget_and_prune_through_the_command(empty: Shell) -> None:
    corpus = empty.folder / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The lens came from Sundermoor.")
    (corpus / "b.txt").write_bytes("望远镜来自槐渡。".encode("gb18030"))
    (corpus / "c.txt").write_text("")
    report = empty.json("ingest", "corpus", code=4)
    assert report["added"] == 2
    assert [item["key"] for item in report["skipped"]] == ["c.txt"]
    assert empty.run("show", "b.txt").stdout == "望远镜来自槐渡。"
    (corpus / "c.txt").unlink()
    assert empty.run("forget", "a.txt").returncode == 0
    assert empty.json("ingest", "corpus")["added"] == 1
    (corpus / "a.txt").unlink()
    assert empty.json("ingest", "corpus", "--prune")["removed"] == 1
    answer = empty.json("ask", "望远镜来自哪里？", "--reader", "extract")
    assert "槐渡" in answer["answer"]


def test_standard_input_is_a_document(empty: Shell) -> None:
    assert empty.json("ingest", "-", text="The dome stands.")["added"] == 1
    assert empty.run("show", "stdin").stdout == "The dome stands."


def test_failures_are_one_line_that_says_what_to_do(empty: Shell) -> None:
    for words, code, hint in [
        (("search", "x"), 1, "memctx ingest PATH"),
        (("ingest", "nowhere"), 2, "nowhere"),
        (("search",), 2, "--batch"),
        (("nonsense",), 2, "nonsense"),
        (("import", "nothing.zip"), 2, "memctx export"),
    ]:
        done = empty.run(*words)
        assert done.returncode == code, (words, done.stderr)
        assert hint in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_a_missing_model_names_the_command_that_gets_it(empty: Shell) -> None:
    (empty.folder / "note.txt").write_text("text")
    done = empty.run("ingest", "note.txt", cache="nothing")
    assert done.returncode == 1
    assert "memctx models pull all-MiniLM-L6-v2" in done.stderr


def test_the_version_and_every_help_text_are_there(empty: Shell) -> None:
    assert empty.run("--version").stdout.startswith("memctx ")
    for command in (
        "ingest",
        "search",
        "ask",
        "forget",
        "list",
        "show",
        "status",
        "verify",
        "reindex",
        "export",
        "import",
        "eval",
        "collections",
        "doctor",
        "models",
        "config",
        "graph",
    ):
        done = empty.run(command, "--help")
        assert done.returncode == 0
        assert "Usage: memctx" in done.stdout
