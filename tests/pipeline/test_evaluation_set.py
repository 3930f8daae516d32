"""Evaluation folders, good and broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memctx.errors import UsageError
from memctx.pipeline.evaluation_set import Question, read_evaluation_set


def write(folder: Path, documents: str, queries: list[Any]) -> Path:
    (folder / documents).write_text(json.dumps({"id": "d1", "text": "A dome."}) + "\n\n")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    return folder


def test_all_that_is_known_of_a_question_is_read(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "query": "What stands?",
        "doc": "d1",
        "gold": ["d1"],
        "answers": ["A dome", 1902],
        "answer_groups": [["dome", "cupola"]],
        "references": ["There is a dome."],
        "kind": "ignored",
    }
    data = read_evaluation_set(write(tmp_path, "docs.jsonl", [row]))
    assert data.documents == tmp_path / "docs.jsonl"
    assert data.keys == {"d1"}
    assert data.questions == (
        Question(
            id="7",
            text="What stands?",
            document="d1",
            gold=("d1",),
            answers=("A dome", "1902"),
            answer_groups=(("dome", "cupola"),),
            references=("There is a dome.",),
        ),
    )


def test_what_is_null_or_absent_is_not_known(tmp_path: Path) -> None:
    rows = [{"id": "q", "question": "What?", "answers": None, "document": None}]
    [question] = read_evaluation_set(write(tmp_path, "corpus.jsonl", rows)).questions
    assert question == Question("q", "What?")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl or docs\.jsonl"):
        read_evaluation_set(tmp_path)
    write(tmp_path, "corpus.jsonl", [{"id": "q", "question": "What?"}])
    (tmp_path / "queries.jsonl").unlink()
    with pytest.raises(UsageError, match=r"missing: queries\.jsonl"):
        read_evaluation_set(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "What?"}, 'line 1 needs "id"'),
        ({"id": "q", "question": "What?", "gold": "d1"}, '"gold" should be a list'),
        ({"id": "q", "question": "What?", "answer_groups": ["x"]}, "list of lists"),
        (["q"], "should be a JSON object, found list"),
    ],
)
def test_a_line_that_is_no_question_is_named_with_its_fault(
    tmp_path: Path, row: Any, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read_evaluation_set(write(tmp_path, "corpus.jsonl", [row]))


def test_a_line_that_is_not_json_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "corpus.jsonl", [])
    with pytest.raises(UsageError, match="is empty"):
        read_evaluation_set(tmp_path)
    (tmp_path / "queries.jsonl").write_text("{")
    with pytest.raises(UsageError, match="line 1 is not JSON"):
        read_evaluation_set(tmp_path)
