"""Answers held to the passages' own words beside free ones, and beside the nearest sentence.

    python -m memctx.benchmarks.verbatim --data EVAL/tune --work DIR --questions 100

Questions of the halves that no training saw; the gold passages and three that BM25 finds,
all arms over the same window, an answer insisted on. Each question is a line in DIR, so an
interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from memctx.benchmarks.corpus import rows_of
from memctx.benchmarks.reader_data import Item, items
from memctx.config import load_settings
from memctx.pipeline.bootstrap import paired
from memctx.pipeline.engines import Places, find_embedder, find_memory_reader
from memctx.pipeline.metrics import exact_match, token_f1
from memctx.reader import ExtractiveReader, MemoryReader, Reader, Window

SETS = "xquad_en,hotpotqa,cmrc2018"
_WINDOW = 1400
_DISTRACTORS = 3
_FREE = "free"


def main() -> None:
    """Parses, reads and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where measurements are kept")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--questions", type=int, default=100)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    free = _reader(args.work / "states")
    arms: dict[str, Reader] = {
        _FREE: replace(free, twice=False),
        "verbatim": replace(free, verbatim=True),
        "sentence": _quoting(),
    }
    out = args.work / "verbatim.jsonl"
    done = {row["id"] for row in rows_of(out)}
    for item in items(args.data, args.sets.split(","), args.questions, _WINDOW, free):
        if item.id not in done:
            with out.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(_row(item, arms), ensure_ascii=False) + "\n")
    _print(rows_of(out), list(arms))


def _reader(states: Path) -> MemoryReader:
    reader = find_memory_reader(load_settings(), places=Places(states=states)).reader
    if not isinstance(reader, MemoryReader):
        raise SystemExit("this model is read by full prefill; there is nothing to compare")
    return reader


def _quoting() -> ExtractiveReader:
    settings = load_settings()
    embedder = find_embedder(settings.embedder or "all-MiniLM-L6-v2", settings)
    return ExtractiveReader(embed=embedder.encode, embeds_chinese=embedder.reads_chinese)


def _row(item: Item, arms: Mapping[str, Reader]) -> dict[str, Any]:
    """What every arm answers, and in how many seconds; the first one finds no states."""
    window = _narrowed(item)
    answers, seconds = {}, {}
    for name, reader in arms.items():
        began = time.perf_counter()
        answers[name] = reader.read(item.question, window, insist=True).text
        seconds[name] = time.perf_counter() - began
    stands = any(answers[_FREE] in passage.text for passage in window.passages)
    about = {"id": item.id, "set": item.set, "answers": item.answers, "stands": stands}
    return about | {"said": answers, "seconds": seconds}


def _narrowed(item: Item) -> Window:
    """The gold passages and the likeliest others, in their order."""
    others = [p.chunk_id for p in item.window.passages if p.chunk_id not in item.gold]
    kept = item.gold | set(others[:_DISTRACTORS])
    return Window(tuple(p for p in item.window.passages if p.chunk_id in kept))


def _print(rows: Sequence[Mapping[str, Any]], arms: Sequence[str]) -> None:
    stands = sum(row["stands"] for row in rows)
    print(f"{len(rows)} questions; {stands} free answers stand in their window as they are")
    for name in arms:
        scores = {
            set_: _scores([r for r in rows if r["set"] == set_], name) for set_ in _sets(rows)
        }
        f1, exact = _scores(rows, name)
        seconds = statistics.median(row["seconds"][name] for row in rows)
        by_set = ", ".join(f"{set_} {_mean(of[0]):.1f}" for set_, of in scores.items())
        print(f"{name}: F1 {_mean(f1):.1f}, exact {_mean(exact):.1f} ({by_set}), {seconds:.1f} s")
        for ours, theirs, what in zip(
            (f1, exact), _scores(rows, _FREE), ("F1", "exact"), strict=True
        ):
            gain = paired(ours, theirs, random.Random(1))
            print(f"  {what} beside free: {100 * gain.mean:+.1f}", end=" ")
            print(f"[{100 * gain.low:+.1f}, {100 * gain.high:+.1f}], p {gain.p:.3f}")


def _sets(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["set"] for row in rows))


def _scores(rows: Sequence[Mapping[str, Any]], arm: str) -> tuple[list[float], list[float]]:
    """F1 and exact match of each answer."""
    said = [(row["said"][arm], row["answers"]) for row in rows]
    return [token_f1(*one) for one in said], [exact_match(*one) for one in said]


def _mean(values: Sequence[float]) -> float:
    return 100 * sum(values) / max(1, len(values))


if __name__ == "__main__":
    main()
