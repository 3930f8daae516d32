"""Evaluation of a real memory on a folder made here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memctx import AskOptions, HashingEmbedder, Memory
from memctx.errors import ReaderError, UsageError
from memctx.pipeline.evaluate import EvaluateOptions, choose
from memctx.pipeline.evaluation_set import Question
from memctx.pipeline.evaluation_tasks import answer_scores, task_names
from memctx.reader.extract import ExtractiveReader
from memctx.reader.reading import Reading, Window

DOCUMENTS = [
    {"id": "dome", "title": "", "text": "The dome of the observatory was completed in 1902."},
    {"id": "lens", "title": "", "text": "Wendelow ground the lens in Sundermoor."},
    {"id": "wu", "title": "", "text": "邬静澜在槐渡天文台工作。"},
]
QUESTIONS = [
    {
        "id": "q1",
        "question": "When was the dome of the observatory completed?",
        "gold": ["dome"],
        "answers": ["The dome of the observatory was completed in 1902."],
    },
    {
        "id": "q2",
        "question": "Who ground the lens?",
        "gold": ["lens", "elsewhere"],
        "answers": ["Wendelow"],
        "answer_groups": [["Wendelow"], ["Sundermoor"]],
    },
    {"id": "q3", "question": "邬静澜在哪里工作？", "doc": "wu", "answers": ["槐渡天文台"]},
]
EXTRACT = AskOptions(reader="extract", always_answer=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tiny"
    place.mkdir()
    for name, rows in (("corpus.jsonl", DOCUMENTS), ("queries.jsonl", QUESTIONS)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (place / name).write_text("\n".join(lines), encoding="utf-8")
    return place


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        yield opened


def test_searching_is_scored_on_questions_with_gold(memory: Memory, folder: Path) -> None:
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("search",)))
    search = report.tasks["search"]
    assert [row.id for row in search.questions] == ["q1", "q2"]
    assert search.questions[1].scores == {"recall@2": 0.5, "recall@5": 0.5, "all@5": 0.0}
    assert search.metrics["recall@5"].mean == 75.0
    assert search.metrics["recall@5"].n == 2
    assert search.metrics["all@5"].mean == 50.0
    assert search.latency_ms["total_ms"].n == 2
    assert report.whole


def test_asking_is_scored_by_every_measure_that_applies(memory: Memory, folder: Path) -> None:
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("ask",), ask=EXTRACT))
    ask = report.tasks["ask"]
    assert [row.id for row in ask.questions] == ["q1", "q2", "q3"]
    assert ask.questions[0].scores == {"abstained": 0.0, "em": 1.0, "f1": 1.0}
    assert ask.questions[1].scores["contains"] == 1.0
    assert ask.metrics["contains"].n == 1
    assert ask.metrics["f1"].n == 3
    # 11 characters, of which the 5 of the answer are shared
    assert ask.questions[2].scores["f1"] == pytest.approx(10 / 16)
    assert "first_token_ms" not in ask.latency_ms


def test_without_tasks_all_that_can_be_scored_run(memory: Memory, folder: Path) -> None:
    report = memory.evaluate(folder, options=EvaluateOptions(ask=EXTRACT))
    assert list(report.tasks) == ["search", "ask"]


def test_the_report_is_plain_json(memory: Memory, folder: Path) -> None:
    report = memory.evaluate(folder, options=EvaluateOptions(ask=EXTRACT))
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["name"] == "tiny"
    assert plain["ingest"]["added"] == 3
    assert set(plain["tasks"]["search"]["metrics"]["recall@2"]) == {
        "mean",
        "half95",
        "low",
        "high",
        "n",
    }


def test_a_memory_that_holds_the_documents_is_used_as_it_is(
    memory: Memory, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((folder / "corpus.jsonl").read_bytes())
    memory.ingest(copy)
    before = memory.status().sequence
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("search",)))
    assert report.ingest is None
    assert memory.status().sequence == before


def test_a_limit_takes_the_first_questions(memory: Memory, folder: Path) -> None:
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("search",), limit=1))
    assert [row.id for row in report.tasks["search"].questions] == ["q1"]


class Tongueless(ExtractiveReader):
    """A reader that cannot read one question."""

    @property
    def mode(self) -> str:
        return "prefill"

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        if "lens" in question:
            raise ReaderError("this question cannot be read")
        return ExtractiveReader.read(self, question, window, on_text=on_text)


def test_a_question_that_fails_counts_as_wrong_and_is_named(folder: Path, tmp_path: Path) -> None:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder(), reader=Tongueless()) as memory:
        report = memory.evaluate(folder, options=EvaluateOptions(tasks=("ask",), ask=EXTRACT))
    ask = report.tasks["ask"]
    assert [failure.id for failure in ask.failed] == ["q2"]
    assert ask.questions[1].scores == {"abstained": 0.0, "em": 0.0, "f1": 0.0, "contains": 0.0}
    assert ask.latency_ms["total_ms"].n == 2
    assert not report.whole


def test_a_question_too_long_for_the_window_counts_as_wrong(memory: Memory, folder: Path) -> None:
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as lines:
        question = f"Who ground the lens? {'It is long ago. ' * 80}"
        row = {"id": "long", "question": question, "answers": ["Wendelow"]}
        lines.write("\n" + json.dumps(row))
    asking = replace(EXTRACT, window=200)
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("ask",), ask=asking))
    assert [failure.id for failure in report.tasks["ask"].failed] == ["long"]
    assert "--window" in report.tasks["ask"].failed[0].reason


def test_a_line_without_a_question_counts_as_wrong(memory: Memory, folder: Path) -> None:
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as lines:
        lines.write('\n{"id": "blank", "question": " ", "gold": ["dome"]}\n')
    report = memory.evaluate(folder, options=EvaluateOptions(tasks=("search",)))
    search = report.tasks["search"]
    assert search.failed[0].id == "blank"
    assert search.metrics["recall@5"].n == 3
    assert search.metrics["recall@5"].mean == 50.0


def test_a_declined_answer_scores_nothing_whatever_it_says() -> None:
    question = Question("q", "What?", answers=("dome",))
    assert answer_scores(question, "dome", abstained=True) == {"abstained": 1, "em": 0, "f1": 0}
    assert answer_scores(Question("q", "What?"), "dome", abstained=False) == {"abstained": 0}


def test_a_choice_is_scored_where_the_right_answer_is_one() -> None:
    question = Question("q", "Which?", answers=("(C) green",))
    assert answer_scores(question, "(C)", abstained=False)["choice"] == 1
    assert answer_scores(question, "green", abstained=False)["choice"] == 0


def test_questions_that_should_be_declined_are_asked_with_the_others() -> None:
    answered, not_there = Question("a", "x", answers=("y",)), Question("b", "z")
    assert choose([answered, not_there]) == {"ask": (answered, not_there)}


def test_tasks_without_questions_are_refused_with_what_they_need() -> None:
    with pytest.raises(UsageError, match='search needs "gold"'):
        choose([Question("q", "x", answers=("y",))], ["search"])
    with pytest.raises(UsageError, match='ask needs "answers"'):
        choose([Question("q", "x")])


def test_an_unknown_task_and_an_empty_limit_are_refused() -> None:
    with pytest.raises(UsageError, match="no task fly; the tasks are search, ask"):
        EvaluateOptions(tasks=("fly",))
    with pytest.raises(UsageError, match="1 or more"):
        EvaluateOptions(limit=0)


def test_task_names_may_be_listed_with_commas() -> None:
    assert task_names(["search,ask", "ask"]) == ("search", "ask")
    assert task_names([""]) == ()
