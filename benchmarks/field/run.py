"""Asks the field set, and says how many answers are right, shown, declined, false.

    python -m memctx.benchmarks.field.run --work DIR [--folders report_en report_zh]
        [--reader MODE] [--out FILE.jsonl] [--kinds list steps]

The files of each folder are made and ingested below DIR once, then every question is asked
with default settings (MEMCTX_READER chooses another reader). `fit_*` is what confidence is
fitted to, `report_*` what is reported: written by others, of other worlds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from memctx import Memory
from memctx.benchmarks.field.make import make
from memctx.benchmarks.field.score import FieldQuestion, Outcome, outcome, questions
from memctx.pipeline.ask import AskOptions
from memctx.pipeline.retrieve import Scope
from memctx.records import Answer

FIT = ("fit_en", "fit_zh", "fit_en2", "fit_zh2", "fit_zh3")
REPORT = ("report_en", "report_zh")


def main() -> None:
    """Asks, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--folders", nargs="+", default=list(REPORT))
    parser.add_argument("--reader", default="memory")
    parser.add_argument("--kinds", nargs="*")
    parser.add_argument("--out", type=Path, help="keeps every answer, a line each")
    options = parser.parse_args()
    outcomes, seconds = [], []
    for folder in options.folders:
        asked = [q for q in questions(folder) if not options.kinds or q.kind in options.kinds]
        for question, answer, took in answers(folder, asked, options.work, options.reader):
            outcomes.append(outcome(question, answer))
            seconds.append(took)
            if options.out:
                _keep(options.out, outcomes[-1], answer)
    for name, chosen in _parts(outcomes):
        print(told(name, chosen))
    print(f"seconds a question: median {median(seconds):.2f}")


def memory_of(folder: str, work: Path) -> Memory:
    """The memory of a folder, made the first time."""
    memory = Memory(work / folder)
    if not (work / folder / "memory.sqlite3").exists():
        memory.ingest(make(folder, work / f"{folder}.files"))
    return memory


def answers(
    folder: str, asked: Sequence[FieldQuestion], work: Path, mode: str
) -> Iterator[tuple[FieldQuestion, Answer, float]]:
    """Each question with its answer, and the seconds that it took, models loaded."""
    with memory_of(folder, work) as memory:
        settings = memory.settings
        options = replace(AskOptions(settings.passages, settings.window), reader=mode)
        memory.reader(mode).load()
        for question in asked:
            scope = Scope(keys=(question.document,)) if question.document else None
            began = time.perf_counter()
            answer = memory.ask(question.text, options=options, scope=scope)
            yield question, answer, time.perf_counter() - began


def told(name: str, outcomes: Sequence[Outcome]) -> str:
    """A line of the table."""
    known = [one for one in outcomes if one.question.answerable]
    others = [one for one in outcomes if not one.question.answerable]
    parts = [f"{name:14} n {len(known):3} + {len(others):2}"]
    if known:
        parts += [
            f"right {_share(known, lambda one: one.right)}",
            f"right or shown {_share(known, lambda one: one.shown)}",
            f"declined {_share(known, lambda one: one.declined)}",
        ]
    if others:
        parts.append(f"unanswerable declined {_share(others, lambda one: one.declined)}")
    return "  ".join([*parts, f"false {_share(outcomes, lambda one: one.false)}"])


def _parts(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    yield "all", list(outcomes)
    for folder in dict.fromkeys(one.question.folder for one in outcomes):
        yield folder, [one for one in outcomes if one.question.folder == folder]
    for kind in sorted({one.question.kind for one in outcomes}):
        yield kind, [one for one in outcomes if one.question.kind == kind]


def _share(outcomes: Sequence[Outcome], is_so: Callable[[Outcome], bool]) -> str:
    return f"{100 * sum(map(is_so, outcomes)) / len(outcomes):5.1f}%"


def _keep(file: Path, one: Outcome, answer: Answer) -> None:
    row = {
        "id": one.question.id,
        "kind": one.question.kind,
        "question": one.question.text,
        "right": one.right,
        "shown": one.shown,
        "declined": one.declined,
        "answer": answer.to_dict(),
    }
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
