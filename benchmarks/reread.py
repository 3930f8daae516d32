"""The windows of `benchmarks.trust` read in other ways, beside one another.

    python -m memctx.benchmarks.reread --work DIR [--sets hotpotqa 2wiki] [--ways stored full bias]

`shipped`: what `benchmarks.trust` read, from stored states, and the first passage alone, too;
`stored`: from stored states, once; `full`: the same model with the same adapter reads the window
as one text; `bias`: as `stored`, with log p(passage) of the ranker on the attention to each
passage. DIR is that of `benchmarks.trust`; what was read is kept
there, a line each, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from memctx.benchmarks.corpus import rows_of
from memctx.benchmarks.split import REPORTED
from memctx.benchmarks.trust_data import Asking, kept
from memctx.config import load_settings
from memctx.pipeline.bootstrap import paired
from memctx.pipeline.engines import Places, find_memory_reader
from memctx.pipeline.metrics import token_f1
from memctx.reader import MemoryReader, PrefillReader, Reader

Way = Literal["full", "shipped", "stored", "bias"]
WAYS: tuple[Way, ...] = get_args(Way)


def main() -> None:
    """Reads what was not read yet, and prints F1 and differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=list(REPORTED))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    found: dict[str, dict[Way, list[float]]] = {}
    readers = _readers(options.work / "reread-states")
    for name in options.sets:
        asked = [one for one in kept(options.work, name) if one.arm == "held"]
        file = options.work / f"reread-{name}.jsonl"
        found[name] = {way: list(_scores(asked, way, readers[way], file)) for way in options.ways}
        _tell(name, found[name])
    _tell("all", {way: [f1 for each in found.values() for f1 in each[way]] for way in options.ways})


def _readers(states: Path) -> dict[Way, Reader | None]:
    """A reader for each way, of one model with one set of adapters."""
    reader = find_memory_reader(load_settings(), places=Places(states=states)).reader
    if not isinstance(reader, MemoryReader):
        raise SystemExit("this model is read by full prefill; there is nothing to compare")
    once = replace(reader, alone=False, twice=False)
    return {
        "shipped": None,
        "stored": once,
        "full": PrefillReader(reader.model, reader.answer_tokens),
        "bias": replace(once, care=replace(once.care, beta=1.0)),
    }


def _scores(asked: list[Asking], way: Way, reader: Reader | None, file: Path) -> Iterator[float]:
    """The F1 of each question's answer, read or, where `file` has it or none reads, kept."""
    there = {row["id"]: row["text"] for row in rows_of(file) if row["way"] == way}
    if reader is None:
        there = {one.id: one.text for one in asked}
    for one in asked:
        if one.id not in there and reader is not None:
            there[one.id] = reader.read(one.question, one.window, insist=True).text
            row = {"id": one.id, "way": way, "text": there[one.id]}
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        yield token_f1(there[one.id], one.answers)


def _tell(name: str, found: Mapping[Way, list[float]]) -> None:
    """F1 of each way, and how it differs from the first, with a 95% interval."""
    (first, ours), *others = found.items()
    said = [f"{name}, {len(ours)}: {first} {100 * float(np.mean(ours)):.1f}"]
    for way, theirs in others:
        gain = paired(theirs, ours, random.Random(0))
        said.append(
            f"{way} {100 * float(np.mean(theirs)):.1f} ({100 * gain.mean:+.1f}, "
            f"{100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
        )
    print("; ".join(said), flush=True)


if __name__ == "__main__":
    main()
