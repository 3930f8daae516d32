"""An evaluation folder: documents in one file, questions with what is right in another.

    corpus.jsonl or docs.jsonl   {"id", "title"?, "text", ...}
    queries.jsonl                {"id", "question" or "query", "gold"?, "answers"?,
                                  "answer_groups"?, "references"?, "doc" or "document"?}

Reads and checks; does not know how anything is scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import json_lines, json_object

_DOCUMENTS = ("corpus.jsonl", "docs.jsonl")
_QUESTIONS = "queries.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known to be right; empty where that is not known.

    `gold` are keys of the documents that hold the evidence, `answer_groups` sets of
    which an answer must hold one member each, `references` good summaries.
    `document` is the key of the only document to look at, if any. A question without
    `text` cannot be asked; it is kept so that it counts.
    """

    id: str
    text: str
    document: str | None = None
    gold: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    answer_groups: tuple[tuple[str, ...], ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The file of documents, the keys in it, and the questions, in their order."""

    name: str
    documents: Path
    keys: frozenset[str]
    questions: tuple[Question, ...]


def read_evaluation_set(folder: Path) -> EvaluationSet:
    """Reads a folder.

    Raises:
        UsageError: a file is missing, or a line is not what it should be.
    """
    documents = next((folder / name for name in _DOCUMENTS if (folder / name).is_file()), None)
    questions = folder / _QUESTIONS
    if documents is None or not questions.is_file():
        raise UsageError(
            f"{folder} should hold {' or '.join(_DOCUMENTS)}, and {_QUESTIONS}; "
            f"missing: {_QUESTIONS if documents else 'the documents'}"
        )
    keys = frozenset(_text(row, "id", place) for place, row in _rows(documents))
    return EvaluationSet(folder.resolve().name, documents, keys, read_questions(questions))


def read_questions(file: Path) -> tuple[Question, ...]:
    """Reads a file of questions.

    Raises:
        UsageError: it cannot be read, a line is not what it should be, or there is none.
    """
    asked = tuple(_question(row, place) for place, row in _rows(file))
    if not asked:
        raise UsageError(f"{file} should hold a question a line and is empty")
    return asked


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object of a file, with its place for error messages."""
    for number, line in json_lines(path):
        place = f"{path} line {number}"
        yield place, json_object(line, place)


def _question(row: Mapping[str, Any], place: str) -> Question:
    only = row.get("document") or row.get("doc")
    return Question(
        id=_text(row, "id", place),
        text=str(row.get("question") or row.get("query") or "").strip(),
        document=str(only) if only else None,
        gold=_texts(row, "gold", place),
        answers=_texts(row, "answers", place),
        answer_groups=_groups(row, place),
        references=_texts(row, "references", place),
    )


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str | int) or not str(value).strip():
        raise UsageError(f'{place} needs "{name}", found {value!r}')
    return str(value)


def _texts(row: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = row.get(name) or []
    if not isinstance(value, list):
        raise UsageError(f'{place}: "{name}" should be a list, found {value!r}')
    return tuple(str(item) for item in value)


def _groups(row: Mapping[str, Any], place: str) -> tuple[tuple[str, ...], ...]:
    value = row.get("answer_groups") or []
    if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
        raise UsageError(f'{place}: "answer_groups" should be a list of lists, found {value!r}')
    return tuple(tuple(str(item) for item in group) for group in value)
