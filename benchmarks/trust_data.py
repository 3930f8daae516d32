"""Askings of questions whose answers are known, for `benchmarks.trust`.

Of a public set those that are kept to report on (`split.Split`), asked of a memory of the whole
corpus, and every second one again of a copy that has forgotten the evidence of all of
these; of the field set all of a folder's questions. An answer is insisted on each time. What
was said is kept, a line each, so that an interrupted run goes on and figures can be worked
out anew without reading.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from memctx import Memory
from memctx.benchmarks.field.run import memory_of
from memctx.benchmarks.field.score import FieldQuestion, is_right, questions, shows
from memctx.benchmarks.split import split
from memctx.benchmarks.unit_examples import fold_of
from memctx.pipeline.answering.unit_ranker import UnitRanker, read_unit_ranker
from memctx.pipeline.ask import AskOptions, attempted, is_read, prepared
from memctx.pipeline.metrics import answer_tokens, exact_match, token_f1
from memctx.pipeline.retrieve import Scope
from memctx.pipeline.signs import Signs, signs_of
from memctx.pipeline.verdict import is_no_answer
from memctx.reader import Evidence, Reading, Window, WindowPassage

Arm = Literal["held", "gone"]
"""The evidence is in the memory; it is not, so no answer is right."""

_ARMS: tuple[Arm, ...] = ("held", "gone")
RIGHT = 0.5
"""The F1 from which on an answer to a question of a public set counts as right."""

_OPTIONS = AskOptions(passages=20, window=2048)
_EVIDENCE_IN_ALL = 3
"""One of so many field questions is asked again of all documents but its own."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and what was said.

    `f1` and `exact` are of a public set's answer, None in the field set. `cited` is whether a
    citation holds a right answer or is of the evidence. `no_answer` is what no calibration
    would give as an answer. `seconds` are of search and reading, models loaded.
    """

    id: str
    set: str
    arm: Arm
    question: str
    answers: tuple[str, ...]
    keys: tuple[str, ...]
    text: str
    how: str
    right: bool
    f1: float | None
    exact: float | None
    cited: bool
    no_answer: bool
    signs: Signs | None
    window: Window
    reading: Reading | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question, where it is asked, and what is right; `asked` is set for the field set."""

    id: str
    set: str
    arm: Arm
    text: str
    answers: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    scope: Scope = field(default_factory=Scope)
    asked: FieldQuestion | None = None


def askings(
    places: tuple[Path, Path, Path],
    *,
    sets: Sequence[str],
    limit: int | None,
    mode: str,
    folds: Path | None,
) -> Iterator[Asking]:
    """At most `limit` questions of each set, with what was said.

    Read in `mode` or, if there, kept.

    `places` are the folders of data, of memories, and of what was said; `folds` has the unit
    rankers of the folds of `benchmarks.fit_units`.
    """
    data, memories, work = places
    for name in sets:
        there = {(a.id, a.arm): a for a in kept(work, name)}
        todo = list(_queries(data, name, limit, _keys(memories / name)))
        with _Memories(name, memories, work, todo) as opened:
            for query in todo:
                if (query.id, query.arm) not in there:
                    made = _ask(opened.of(query), query, mode, _unit_ranker(folds, query))
                    _keep(work, made)
                    there[query.id, query.arm] = made
                yield there[query.id, query.arm]


def _keys(memory: Path) -> frozenset[str]:
    """The keys of a set's documents that its memory holds."""
    if not memory.exists():
        return frozenset()
    with Memory(memory) as opened:
        return frozenset(row.key for row in opened.documents())


def _queries(data: Path, name: str, limit: int | None, keys: frozenset[str]) -> Iterator[Query]:
    """A set's questions, of those whose evidence the memory has been given."""
    if not (data / name).is_dir():
        yield from _field_queries(name, limit)
        return
    rows = [row for row in split(data, name).reported if set(row["gold"]) <= keys]
    for number, row in enumerate(rows[:limit]):
        answers, gold = tuple(row["answers"]), tuple(row["gold"])
        for arm in _ARMS[: 1 if number % 2 else 2]:
            yield Query(row["id"], name, arm, row["question"], answers, gold)


def _field_queries(name: str, limit: int | None) -> Iterator[Query]:
    every = questions(name)
    step = max(1, len(every) // (limit or len(every)))
    for number, one in enumerate(every[::step][:limit]):
        scope = Scope(keys=(one.document,)) if one.document else Scope()
        arm: Arm = "held" if one.answerable else "gone"
        yield Query(one.id, name, arm, one.text, gold=one.gold, scope=scope, asked=one)
        if one.answerable and number % _EVIDENCE_IN_ALL == 0 and not one.document:
            yield Query(one.id, name, "gone", one.text, gold=one.gold, asked=one)


class _Memories:
    """The memory of a set, and a copy without some questions' evidence, both opened late."""

    def __init__(self, name: str, memories: Path, work: Path, todo: Sequence[Query]) -> None:
        self._name, self._memories, self._work = name, memories, work
        self._lost = {key for query in todo if query.arm == "gone" for key in query.gold}
        self._open: dict[str, Memory] = {}

    def __enter__(self) -> _Memories:
        return self

    def __exit__(self, *_: object) -> None:
        for memory in self._open.values():
            memory.close()

    def of(self, query: Query) -> tuple[Memory, Scope]:
        """Where a question is asked."""
        if query.asked is not None:
            memory = self._opened("field")
            if query.arm == "gone" and query.gold:
                others = {row.key for row in memory.documents()} - set(query.gold)
                return memory, Scope(keys=tuple(sorted(others)))
            return memory, query.scope
        return self._opened(query.arm), query.scope

    def _opened(self, arm: str) -> Memory:
        if arm not in self._open:
            self._open[arm] = (
                memory_of(self._name, self._memories) if arm == "field" else self._copy(arm)
            )
        return self._open[arm]

    def _copy(self, arm: str) -> Memory:
        place = self._work / "memories" / f"{self._name}-{arm}"
        if not place.exists():
            shutil.copytree(self._memories / self._name, place)
        memory = Memory(place)
        held = {document.key for document in memory.documents()}
        if arm == "gone" and held & self._lost:
            memory.forget(*(held & self._lost))
        return memory


def _unit_ranker(folds: Path | None, query: Query) -> UnitRanker | None:
    """The unit ranker that was fitted without a question of `fit_*`; else the one that ships."""
    if folds is None or not query.set.startswith("fit_"):
        return None
    file = folds / f"units-{fold_of(query.id)}.json"
    return read_unit_ranker(json.loads(file.read_text(encoding="utf-8")))


def _ask(where: tuple[Memory, Scope], query: Query, mode: str, units: UnitRanker | None) -> Asking:
    """Searches and answers, insisting on it."""
    memory, scope = where
    reader = memory.reader(mode)
    began = time.perf_counter()
    result = memory.search(query.text, _OPTIONS.passages, scope=scope)
    grounds = replace(memory.grounds(query.text), units=units)
    ready = prepared(result, reader, _OPTIONS, grounds, insist=True)
    if is_read(ready.asking):
        reader.load()
    attempt = attempted(ready.asking)
    seconds = time.perf_counter() - began
    asking, texts = ready.asking, ready.asking.looked.texts
    spans = attempt.spans if attempt else ()
    quotes = [texts(span.passage.document.id)[span.start : span.end] for span in spans]
    said = attempt.text if attempt else ""
    return Asking(
        id=query.id,
        set=query.set,
        arm=query.arm,
        question=query.text,
        answers=query.answers,
        keys=tuple(span.passage.document.key for span in spans),
        text=said,
        how=attempt.how if attempt else "none",
        right=query.arm == "held" and _right(query, said),
        f1=None if query.asked else token_f1(said, query.answers),
        exact=None if query.asked else exact_match(said, query.answers),
        cited=_cited(query, quotes, [span.passage.document.key for span in spans]),
        no_answer=attempt is None or is_no_answer(query.text, attempt, asking.window),
        signs=signs_of(asking.window, asking.evidence, attempt, asking.looked) if attempt else None,
        window=asking.window,
        reading=attempt.reading if attempt else None,
        seconds=seconds,
    )


def _right(query: Query, said: str) -> bool:
    if query.asked is not None:
        return is_right(query.asked, said)
    whole = token_f1(said, query.answers) >= RIGHT
    # What is quoted whole is longer than the answer, and holds it.
    spaced = f" {' '.join(answer_tokens(said))} "
    return whole or any(f" {' '.join(answer_tokens(one))} " in spaced for one in query.answers)


def _cited(query: Query, quotes: Sequence[str], keys: Sequence[str]) -> bool:
    if query.asked is not None:
        return shows(query.asked, quotes)
    said = f" {' '.join(answer_tokens(' '.join(quotes)))} "
    holds = any(f" {' '.join(answer_tokens(gold))} " in said for gold in query.answers)
    return holds or bool(set(keys) & set(query.gold))


def _keep(work: Path, asking: Asking) -> None:
    work.mkdir(parents=True, exist_ok=True)
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
        made = {
            "window": Window(passages, tuple(row["window"]["facts"])),
            "reading": row["reading"] and _reading(row["reading"]),
            "signs": row["signs"] and Signs(**row["signs"]),
        }
        yield Asking(**row | {name: tuple(row[name]) for name in ("answers", "keys")} | made)


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
