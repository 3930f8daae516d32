"""Askings of the questions that no training saw, for `benchmarks.trust`.

Each question of a set that is kept to report on (`split.Split`) is asked of a memory of
the whole corpus, every second one again of a copy that has forgotten the evidence of all
of these, and once of nothing at all. What was read is kept, a line each, so that an
interrupted run goes on and figures can be worked out anew without reading.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from memctx import Memory
from memctx.benchmarks.split import split
from memctx.pipeline.ask import fill_window
from memctx.pipeline.verdict import Grounds, evidence_probability
from memctx.reader import Evidence, Reader, Reading, Window, WindowPassage

Arm = Literal["held", "gone", "closed"]
"""The evidence is in the memory; it was taken out; there is no memory."""

_WINDOW, _PASSAGES = 2048, 20


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and what was read.

    `evidence` is the probability that the window holds any, `keys` are the documents of its
    passages, in order; `seconds` are of search and reading, models loaded.
    """

    id: str
    set: str
    arm: Arm
    question: str
    answers: tuple[str, ...]
    gold: tuple[str, ...]
    evidence: float
    window: Window
    keys: tuple[str, ...]
    reading: Reading
    seconds: float


def askings(
    data: Path, memories: Path, work: Path, *, sets: Sequence[str], limit: int | None
) -> Iterator[Asking]:
    """At most `limit` reported questions of each set in all arms, read or, if there, kept."""
    for name in sets:
        there = {(a.id, a.arm): a for a in kept(work, name)}
        todo = split(data, name).reported[:limit]
        with _Asker(name, memories, work, todo[::2]) as asker:
            for number, row in enumerate(todo):
                for arm in _arms(number):
                    if (row["id"], arm) not in there:
                        made = asker.ask(row, arm)
                        _keep(work, made)
                        there[row["id"], arm] = made
                    yield there[row["id"], arm]


def _arms(number: int) -> tuple[Arm, ...]:
    return ("held", "closed") if number % 2 else ("held", "gone", "closed")


class _Asker:
    """The memory of a set, and a copy without some questions' evidence, both opened late."""

    def __init__(
        self, name: str, memories: Path, work: Path, gone: Sequence[dict[str, Any]]
    ) -> None:
        self._name, self._memories, self._work = name, memories, work
        self._lost = {key for row in gone for key in row["gold"]}
        self._open: dict[str, Memory] = {}

    def __enter__(self) -> _Asker:
        return self

    def __exit__(self, *_: object) -> None:
        for memory in self._open.values():
            memory.close()

    def ask(self, row: dict[str, Any], arm: Arm) -> Asking:
        """Searches and reads, insisting on an answer."""
        memory = self._memory(arm)
        reader = memory.reader("memory")
        reader.load()
        began = time.perf_counter()
        probability, window, keys = _found(memory, reader, row["question"], closed=arm == "closed")
        reading = reader.read(row["question"], window, insist=True)
        return Asking(
            id=row["id"],
            set=self._name,
            arm=arm,
            question=row["question"],
            answers=tuple(row["answers"]),
            gold=tuple(row["gold"]),
            evidence=probability,
            window=window,
            keys=keys,
            reading=reading,
            seconds=time.perf_counter() - began,
        )

    def _memory(self, arm: Arm) -> Memory:
        name = "gone" if arm == "gone" else "held"
        if name not in self._open:
            whole = self._memories / self._name
            place = self._work / "memories" / f"{self._name}-{name}"
            if not place.exists():
                shutil.copytree(whole, place)
            self._open[name] = Memory(place)
            held = {document.key for document in self._open[name].documents()}
            if name == "gone" and held & self._lost:
                self._open[name].forget(*(held & self._lost))
        return self._open[name]


def _found(
    memory: Memory, reader: Reader, question: str, *, closed: bool
) -> tuple[float, Window, tuple[str, ...]]:
    """How likely it is that the evidence is there, the window, and its documents."""
    if closed:
        return 0.0, Window(()), ()
    result = memory.search(question, _PASSAGES)
    window = fill_window(result, reader, _WINDOW)[0]
    indexes = memory.indexes()
    grounds = Grounds(indexes.words.ceiling(question), indexes.embedder.reads_chinese)
    likely = evidence_probability(question, window.passages, grounds)
    keys = tuple(passage.document.key for passage in window.passages)
    return likely, window.window, keys


def _keep(work: Path, asking: Asking) -> None:
    with (work / f"{asking.set}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(asking), ensure_ascii=False) + "\n")


def kept(work: Path, name: str) -> Iterator[Asking]:
    """What was asked of a set so far."""
    file = work / f"{name}.jsonl"
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passages = tuple(WindowPassage(**p) for p in row["window"]["passages"])
        window = Window(passages, tuple(row["window"]["facts"]))
        texts = {name: tuple(row[name]) for name in ("answers", "gold", "keys")}
        yield Asking(**row | texts | {"window": window, "reading": _reading(row["reading"])})


def _reading(row: dict[str, Any]) -> Reading:
    other = row["other"]
    return Reading(
        **row
        | {
            "evidence": tuple(Evidence(**item) for item in row["evidence"]),
            "attention": tuple(row["attention"]),
            "other": other and _reading(other),
        }
    )
