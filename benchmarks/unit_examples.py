"""What unit ranking learns from: the units of windows, and which of them hold the answer.

Of the public sets, those units of a gold passage that hold an answer; of the field set,
those that meet the evidence that is named, and of a list that is asked for, the whole list.
Every other question is asked again with its evidence out of reach: then none does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memctx import Memory
from memctx.benchmarks.corpus import hashed
from memctx.benchmarks.field.run import memory_of
from memctx.benchmarks.field.score import FieldQuestion, plain, questions
from memctx.benchmarks.split import split
from memctx.pipeline.answering.candidates import Candidate, Field, field_of
from memctx.pipeline.ask import LOOKED_AT
from memctx.pipeline.retrieve import Scope
from memctx.records import Passage

Holds = Callable[[Candidate], bool]
FOLDS = 5


def fold_of(question: str) -> int:
    """The fold of a field question, by its id."""
    return int(question[2:]) % FOLDS


@dataclass(frozen=True, slots=True)
class Example:
    """The units of one window: `truth` (n,) says which hold the answer."""

    folder: str
    id: str
    kind: str
    there: bool
    field: Field
    truth: NDArray[np.bool_]


def of_field(folder: str, work: Path) -> Iterator[Example]:
    """Windows of a field folder's questions."""
    with memory_of(folder, work) as memory:
        everything = {row.key for row in memory.documents()}
        for number, question in enumerate(questions(folder)):
            scope = Scope(keys=(question.document,)) if question.document else Scope()
            yield _example(memory, folder, question, scope, _meets(question))
            left = everything - set(question.gold)
            if question.answerable and number % 3 == 0 and not question.document:
                yield _example(memory, folder, question, Scope(keys=tuple(sorted(left))), _never)


def of_set(name: str, data: Path, memories: Path, limit: int, *, first: bool) -> Iterator[Example]:
    """Windows of a public set's questions, of its first half or of those reported on."""
    halves = split(data, name)
    chosen = halves.first if first else halves.reported
    chosen = sorted(chosen, key=lambda row: hashed(row["id"]))[:limit]
    with Memory(memories / name) as memory:
        everything = {row.key for row in memory.documents()}
        for number, row in enumerate(chosen):
            question = FieldQuestion(
                name, row["id"], row["question"], "set", "", tuple(row["gold"])
            )
            answers = [plain(answer) for answer in row["answers"] if plain(answer)]
            yield _example(memory, name, question, Scope(), _holds(question.gold, answers))
            if number % 2 == 0:
                left = tuple(sorted(everything - set(question.gold)))
                yield _example(memory, name, question, Scope(keys=left), _never)


def stored(examples: Sequence[Example], file: Path) -> None:
    """Keeps features and truth, so that a fit can be tried again without searching."""
    counts = [len(one.truth) for one in examples]
    np.savez_compressed(
        file,
        features=np.concatenate([one.field.features for one in examples]),
        truth=np.concatenate([one.truth for one in examples]),
        counts=np.array(counts),
        about=np.array([json.dumps([e.folder, e.id, e.kind, e.there]) for e in examples]),
        texts=np.array([c.text[:200] for e in examples for c in e.field.candidates]),
    )


def _example(
    memory: Memory, folder: str, question: FieldQuestion, scope: Scope, holds: Holds
) -> Example:
    passages = memory.search(question.text, 20, scope=scope).passages
    field = window_field(memory, question.text, passages)
    truth = np.array([holds(one) for one in field.candidates], bool)
    there = holds is not _never and question.answerable
    return Example(folder, question.id, question.kind, there, field, truth)


def window_field(memory: Memory, question: str, passages: Sequence[Passage]) -> Field:
    """The units that the product would look at."""
    embedder = memory.indexes().embedder
    texts: dict[int, str] = {}

    def text_of(document: int) -> str:
        if document not in texts:
            row = next(p.document for p in passages if p.document.id == document)
            texts[document] = memory.show(row.key)
        return texts[document]

    return field_of(
        question,
        passages[:LOOKED_AT],
        text_of,
        embed=embedder.encode,
        reads_chinese=embedder.reads_chinese,
    )


def _never(_: Candidate) -> bool:
    return False


def _holds(gold: Sequence[str], answers: Sequence[str]) -> Holds:
    def holds(one: Candidate) -> bool:
        if one.passage.document.key not in gold or one.unit.kind == "heading":
            return False
        said = f" {plain(one.text)} "
        spaced = [answer if not answer.isascii() else f" {answer} " for answer in answers]
        return any(answer in said for answer in spaced)

    return holds


def _meets(question: FieldQuestion) -> Holds:
    evidence = [plain(one) for one in question.evidence]
    whole = question.kind in {"list", "steps", "what_says"} and len(evidence) > 1

    def holds(one: Candidate) -> bool:
        if one.passage.document.key not in question.gold or one.unit.kind == "heading":
            return False
        said = plain(one.text)
        met = [part in said or (len(said) > 15 and said in part) for part in evidence]
        if whole and one.unit.kind == "list":
            return all(met)
        return any(met) and not (whole and one.unit.kind == "item")

    return holds
