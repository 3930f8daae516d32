"""Reading from stored states beside full prefill: time to the first token, and what it costs.

    python -m memctx.benchmarks.reader speed   --data EVAL/tune --work DIR --windows 1024,2048
    python -m memctx.benchmarks.reader quality --data EVAL/tune --work DIR --questions 300
    python -m memctx.benchmarks.reader store   --work DIR
    python -m memctx.benchmarks.reader report  --work DIR --out docs/benchmarks.md

Same model, passages, order, prompt and greedy decoding for every arm; each window is read
once. Each measurement is a line in DIR, so an interrupted run goes on where it stopped.
Passages are the gold ones and the BM25 neighbours that fit into the window, by BM25 score.
p(passage) is a logistic regression on BM25 scores, fitted on questions of the first halves; all
arms read only those that are kept to report on (`split`).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from memctx.benchmarks.corpus import rows_of
from memctx.benchmarks.reader_data import Item, items, scale
from memctx.benchmarks.reader_report import write_report
from memctx.config import load_settings
from memctx.pipeline.engines import Places, find_memory_reader
from memctx.reader import Care, MemoryReader, PrefillReader, Window
from memctx.reader.assembly import Assembled, Assembler
from memctx.reader.fidelity import Probe, full_logits, kl, memory_logits
from memctx.reader.kv_memory import KvMemory
from memctx.reader.kv_record import pack
from memctx.reader.packing import Buffers, place
from memctx.reader.quantise import States
from memctx.reader.repair import repair

SETS = "musique,hotpotqa,2wiki,xquad_en,xquad_zh"
DEFAULT = Care()
WRITING = ("no repair", "default", "15% repaired", "calibrated bias", "shuffled bias")
"""Arms that also write an answer, beside full prefill and closed book."""

FEW = ("no repair", "default", "calibrated bias")
"""Arms that answer every question; all arms are measured on the first questions alone."""


def main() -> None:
    """Parses and runs one part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("speed", "quality", "store", "report"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where measurements are kept")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--all-arms", type=int, default=100, help="questions read by every arm")
    parser.add_argument("--windows", default="1024,2048,4096,8192")
    parser.add_argument("--window", type=int, default=1024, help="of the quality part")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.part == "report":
        write_report(args.work, args.out)
    elif args.part == "store":
        _write(args.work / "store.jsonl", _store(args.work / "many"))
    elif args.part == "speed":
        for window in map(int, args.windows.split(",")):
            _speed(args, window)
    else:
        _quality(args)


def _reader(folder: Path) -> MemoryReader:
    """Reads each window once, as full prefill does."""
    reader = find_memory_reader(load_settings(), places=Places(states=folder)).reader
    if not isinstance(reader, MemoryReader):
        raise SystemExit("this model is read by full prefill; there is nothing to compare")
    return replace(reader, care=DEFAULT, alone=False, twice=False)


# --- speed ----------------------------------------------------------------------------


def _speed(args: argparse.Namespace, window: int) -> None:
    """First-token times of full prefill, cold and warm states, on the same questions."""
    out = args.work / "speed.jsonl"
    done = {row["id"] for row in rows_of(out) if row["window"] == window}
    reader = _reader(args.work / "speed-states")
    full = PrefillReader(reader.model, reader.answer_tokens)
    chosen = items(args.data, args.sets.split(","), args.questions, window, reader)
    memory = reader.assembler.memory
    for item in (item for item in chosen if item.id not in done):
        if memory is not None:
            memory.evict(0)
        asked = (item.question, item.window)
        cold, warm = reader.read(*asked), reader.read(*asked)
        plain = full.read(*asked)
        guessing = replace(reader, care=replace(reader.care, lookup=8)).read(*asked)
        row = {
            "id": item.id,
            "window": window,
            "tokens": plain.prompt_tokens,
            "full_ms": plain.first_token_ms,
            "cold_ms": cold.first_token_ms,
            "warm_ms": warm.first_token_ms,
            "load_ms": warm.load_ms,
            "cached": warm.cached_tokens,
            "same_with_lookup": guessing.text == warm.text,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
            "writing": _writing_times(reader, item),
        }
        _write(out, row)
        print(json.dumps(row), flush=True)


def _writing_times(reader: MemoryReader, item: Item) -> dict[str, float]:
    """Seconds for an answer's tokens after the first, plain and with guesses."""
    found = {}
    for name, lookup in (("plain", 0), ("lookup", 8)):
        began = time.perf_counter()
        reading = replace(reader, care=replace(reader.care, lookup=lookup)).read(
            item.question, item.window
        )
        after = time.perf_counter() - began - (reading.first_token_ms or 0) / 1000
        found[name] = after / max(reading.answer_tokens - 1, 1)
    return found


# --- quality --------------------------------------------------------------------------


def _quality(args: argparse.Namespace) -> None:
    out = args.work / "quality.jsonl"
    done = {row["id"] for row in rows_of(out)}
    reader = _reader(args.work / "states")
    sets = args.sets.split(",")
    probabilities = scale(args.data, sets)
    chosen = items(args.data, sets, args.questions, args.window, reader)
    for number, item in enumerate(chosen):
        if item.id not in done:
            few = number >= args.all_arms
            row = {"id": item.id, "set": item.set} | _arms(reader, item, probabilities, few=few)
            _write(out, row)
            print(item.id, row["texts"], flush=True)


def _arms(reader: MemoryReader, item: Item, probabilities: Any, *, few: bool) -> dict[str, Any]:
    """What each arm makes of a question, the states of its passages being there."""
    rng = np.random.default_rng(len(item.question))
    p = probabilities(item)
    window = _scored(item.window, p)
    windows = {
        "shuffled bias": _scored(window, list(rng.permutation(p))),
        "oracle bias": _scored(window, [0.99 if i in item.gold else 0.05 for i in _ids(window)]),
    }
    for passage in window.passages:
        reader.warm(passage)
    plain, readers = PrefillReader(reader.model, reader.answer_tokens), _readers(reader)
    texts = {"full prefill": plain.read(item.question, window).text}
    if not few:
        texts["closed book"] = plain.read(item.question, Window(())).text
    for name in FEW if few else WRITING:
        texts[name] = readers[name].read(item.question, windows.get(name, window)).text
    found = {"texts": texts, "answers": item.answers}
    if few:
        return found
    asking = Asking(Probe(item.question, window, item.answers[0]), reader)
    arms = {"full prefill": asking.measured(partial(full_logits, reader), window)}
    arms["closed book"] = asking.measured(partial(full_logits, reader), Window(()))
    for name, arm in readers.items():
        arms[name] = asking.measured(partial(memory_logits, arm), windows.get(name, window))
    return found | {"arms": arms}


@dataclass(slots=True)
class Asking:
    """One question, read by one arm after another; the first is what the others are held to."""

    probe: Probe
    reader: MemoryReader
    wanted: Any = None

    def measured(self, read: Callable[[Probe], Any], window: Window) -> dict[str, float]:
        """KL to the first arm and NLL of the gold answer, in nats a token; milliseconds."""
        began = time.perf_counter()
        logits = read(replace(self.probe, window=window))
        spent = 1000 * (time.perf_counter() - began)
        self.wanted = logits if self.wanted is None else self.wanted
        text = self.probe.answer
        gold = self.reader.model.encode(f" {text}" if text.isascii() else text)
        nll = -logits.float().log_softmax(-1)[range(len(gold)), gold]
        divergence = kl(self.wanted, logits).mean()
        return {"kl": float(divergence), "nll": float(nll.mean()), "ms": spent}


def _readers(reader: MemoryReader) -> dict[str, MemoryReader]:
    """The arms that read from stored states."""
    biased = replace(DEFAULT, beta=1.0)
    mine = reader.assembler
    still = Unturned(mine.model, mine.maker, mine.memory, format=mine.format)
    none = replace(DEFAULT, first=0, share=0.0)
    cares = {
        "no repair": none,
        "first 8 of each passage": replace(none, first=8),
        "default": DEFAULT,
        "15% repaired": replace(none, share=0.15),
        "calibrated bias": biased,
        "shuffled bias": biased,
        "oracle bias": biased,
    }
    return {
        "naive concatenation": replace(reader, assembler=still, care=none),
        "random repair": RandomRepair(mine, DEFAULT, reader.answer_tokens),
        **{name: replace(reader, care=care) for name, care in cares.items()},
    }


class Unturned(Assembler):
    """Leaves keys at the positions that they were computed at."""

    @property
    def turns(self) -> list[Any]:
        """No rotation in any layer."""
        return [0 * frequencies for frequencies in super().turns]


@dataclass(frozen=True, slots=True)
class RandomRepair(MemoryReader):
    """Recomputes as many tokens as the default does, chosen by lot."""

    def mend(self, assembled: Assembled, ids: Sequence[int]) -> None:
        """As `MemoryReader.mend`, elsewhere."""
        layout = assembled.layout
        if len(layout.starts) < 2:
            return
        later = layout.length - layout.starts[1]
        count = round(self.care.share * later)
        count += sum(
            min(self.care.first, b - a)
            for a, b in zip(layout.starts[1:], layout.ends[1:], strict=True)
        )
        lot = np.random.default_rng(layout.length).choice(later, min(count, later), replace=False)
        places = sorted(int(place) + layout.starts[1] for place in lot)
        repair(self.model.weights, assembled.cache, ids, places)


def _scored(window: Window, scores: Sequence[float]) -> Window:
    pairs = zip(window.passages, scores, strict=True)
    return Window(tuple(replace(passage, score=float(score)) for passage, score in pairs))


def _ids(window: Window) -> list[int]:
    return [passage.chunk_id for passage in window.passages]


# --- the KV memory --------------------------------------------------------------------


def _store(folder: Path, *, records: int = 10_000, tokens: int = 220) -> dict[str, float]:
    """Writes and reads more records than the budget holds; loads of 2,000 tokens."""
    import torch

    budget = 1 << 30
    memory = KvMemory(folder, budget=budget)
    shape = (18, 1, tokens, 256)
    stored = pack(States(torch.randn(shape), torch.randn(shape)), "int8")
    began, most = time.perf_counter(), 0
    for number in range(records):
        memory.put(f"{number:040x}", stored)
        if number % 500 == 0:
            most = max(most, memory.usage().bytes)
    written = time.perf_counter() - began
    kept = [n for n in range(records) if memory.has(f"{n:040x}")]
    loads = [_load_ms(memory, kept[-9:], tokens) for _ in range(30)]
    usage = memory.usage()
    memory.evict(0)
    return {
        "records": records,
        "seconds": written,
        "budget": budget,
        "most_bytes": max(most, usage.bytes),
        "kept": len(kept),
        "newest_kept": kept[-1] == records - 1,
        "bytes_per_token": usage.bytes / usage.records / tokens,
        "load_2000_ms": statistics.median(loads),
    }


def _load_ms(memory: KvMemory, numbers: Sequence[int], tokens: int) -> float:
    """Reading, checking, unpacking and turning the states of these records."""
    import torch

    turns = [1.0 / 10000 ** (torch.arange(128) / 128)] * 18
    room = (18, 1, tokens * len(numbers), 256)
    buffers = Buffers(torch.zeros(room), torch.zeros(room))
    began = time.perf_counter()
    for place_in_window, number in enumerate(numbers):
        found = memory.get(f"{number:040x}")
        if found is None:
            raise SystemExit("a record that was kept cannot be read")
        start = place_in_window * tokens
        place(found, buffers, start, shift=start, turns=turns)
    return 1000 * (time.perf_counter() - began)


def _write(out: Path, row: dict[str, Any]) -> None:
    with out.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
