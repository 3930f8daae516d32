"""Questions whose passages are noisy or say what is not so: RGB (Chen et al. 2023).

    python -m memctx.benchmarks.rgb --data EVAL/tune --work DIR [--sets rgb_en_fact] [--limit 25]

Each set is ingested into a memory in DIR and its first questions are asked, once as ever and once
with an answer insisted on. What was answered is kept there, a line each, so that an interrupted
run goes on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memctx import Memory
from memctx.benchmarks.corpus import rows_of
from memctx.pipeline.ask import AskOptions
from memctx.pipeline.metrics import contains_groups

SETS = ("rgb_en_fact", "rgb_zh_fact", "rgb_zh_refine", "rgb_zh_int")
"""Passages changed to be false, English and Chinese; many useless ones; several to be joined."""


def main() -> None:
    """Asks what was not asked yet, and prints shares."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--limit", type=int, default=25, help="questions of a set")
    options = parser.parse_args()
    for name in options.sets:
        folder, file = options.data / name, options.work / f"{name}.jsonl"
        asked = rows_of(folder / "queries.jsonl")[: options.limit]
        with Memory(options.work / name) as memory:
            memory.ingest(folder / "corpus.jsonl")
            answers = list(_answers(asked, memory, file))
        said = Counter(
            _said(row, each["insisted"]) for row, each in zip(asked, answers, strict=True)
        )
        declined = sum(each["declined"] for each in answers)
        shares = {kind: count / len(asked) for kind, count in sorted(said.items())}
        told = ", ".join(f"{kind} {share:.0%}" for kind, share in shares.items())
        print(
            f"{name}, {len(asked)}: {told}; declined as ever {declined / len(asked):.0%}",
            flush=True,
        )


def _answers(asked: list[dict[str, Any]], memory: Memory, file: Path) -> Iterator[dict[str, Any]]:
    """Each question's answers, given or, where `file` has them, kept."""
    there = {row["id"]: row for row in rows_of(file)}
    for row in asked:
        if row["id"] not in there:
            insisted = memory.ask(row["question"], options=AskOptions(always_answer=True))
            declined = memory.ask(row["question"]).abstained
            there[row["id"]] = {
                "id": row["id"],
                "insisted": insisted.answer,
                "declined": declined,
            }
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(there[row["id"]], ensure_ascii=False) + "\n")
        yield there[row["id"]]


def _said(row: dict[str, Any], answer: str) -> str:
    """Whether that holds the right answer, the false one, both or neither."""
    right = bool(contains_groups(answer, row["answer_groups"]))
    false = bool(row["fakeanswer"] and contains_groups(answer, [[row["fakeanswer"]]]))
    if right and false:
        return "both"
    if right:
        return "right"
    return "false" if false else "neither"


if __name__ == "__main__":
    main()
