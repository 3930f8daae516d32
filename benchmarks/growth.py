"""How the cost of a passage grows with the memory: ingestion, the graph, and forgetting.

    python -m memctx.benchmarks.growth --data CORPUS.jsonl [--sizes 1000,10000] [--plot FILE.png]

Makes a corpus of each size by repeating and perturbing texts: each copy gets names of its
own, so that entities grow with the passages. Ingests it, embedding by hashing so that the
graph's own cost shows; then opens the graph, asks for its arrays, and forgets one document.
Prints a table (Markdown) and draws it.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memctx import HashingEmbedder, Memory
from memctx.pipeline import ingest
from memctx.records import IngestReport

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_FORGOTTEN = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One size. Times in milliseconds, sizes in KiB, both a passage but for the last two."""

    passages: int
    entities: int
    facts: int
    ingest_ms: float
    store_kib: float
    graph_kib: float
    open_ms: float
    forget_ms: float


def texts(corpus: Path, count: int) -> Iterator[dict[str, str]]:
    """`count` records from a corpus, which is repeated with one name in three changed."""
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    for number in range(count):
        row, copy = rows[number % len(rows)], number // len(rows)
        record = {"id": f"{number}", "title": row["title"], "text": row["text"]}
        if copy:
            record = {
                name: value if name == "id" else _perturbed(value, copy)
                for name, value in record.items()
            }
        yield record


def take_in(corpus: Path, count: int, folder: Path) -> IngestReport:
    """A memory of `count` records in `folder`, made unless it is there already."""
    noted = folder / "ingest.json"
    if not noted.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "corpus.jsonl"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(record) + "\n" for record in texts(corpus, count))
        with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
            noted.write_text(json.dumps(memory.ingest(file).to_dict()))
    return IngestReport(**json.loads(noted.read_text()))


def measure(corpus: Path, count: int, folder: Path) -> Measured:
    """Ingests `count` records into a memory, and looks at it."""
    report = take_in(corpus, count, folder)
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        size = memory.status().bytes["store"] / 1024
    opened = _opened(folder / "memory")
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        memory.graph()
        status = memory.status()
        forgotten = []
        for number in range(_FORGOTTEN):
            began = time.perf_counter()
            memory.forget(str(count // 2 + number))
            forgotten.append(1000 * (time.perf_counter() - began))
    passages = report.chunks
    return Measured(
        passages,
        status.entities,
        status.facts,
        round(1000 * report.seconds / passages, 2),
        round(size / passages, 2),
        round(opened["kib"] / passages, 2),
        round(opened["ms"], 1),
        round(statistics.median(forgotten), 1),
    )


def plot(rows: list[Measured], file: Path) -> None:
    """Draws cost a passage and time to forget against the size of the memory."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    sizes = [row.passages for row in rows]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(sizes, [row.ingest_ms for row in rows], "o-", label="ingestion, ms")
    left.plot(sizes, [row.store_kib for row in rows], "o-", label="store, KiB")
    left.plot(sizes, [row.graph_kib for row in rows], "o-", label="graph in memory, KiB")
    left.set(xscale="log", xlabel="passages", title="A passage costs", ylim=(0, None))
    left.legend(frameon=False)
    right.plot(sizes, [row.forget_ms for row in rows], "o-", color="tab:red")
    right.set(xscale="log", xlabel="passages", title="To forget a document, ms", ylim=(0, None))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.savefig(file, dpi=150)


def table(rows: list[Measured]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| passages | entities | facts | ingest, ms a passage | store, KiB a passage "
        "| graph, KiB a passage | opening the graph, ms | forgetting, ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            *(row.passages, row.entities, row.facts, row.ingest_ms),
            *(row.store_kib, row.graph_kib, row.open_ms, row.forget_ms),
        )
        lines.append("| " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Parses, measures each size, prints and draws."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a corpus.jsonl")
    parser.add_argument("--sizes", default="1000,10000", help="passages, separated by commas")
    parser.add_argument("--readers", type=int, default=2, help="processes that read")
    parser.add_argument("--plot", type=Path, help="a .png to draw")
    args = parser.parse_args()
    ingest._READERS = args.readers  # nothing else is to be done: hashing embeds
    rows = []
    for size in map(int, args.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(args.data, size, Path(folder)))
        sys.stderr.write(f"{rows[-1]}\n")
    sys.stdout.write(table(rows) + "\n")
    if args.plot:
        plot(rows, args.plot)


def _perturbed(text: str, copy: int) -> str:
    """Every third different name gets the copy's number, wherever it stands."""

    def renamed(found: re.Match[str]) -> str:
        name = found.group()
        return f"{name}{_letters(copy)}" if sum(map(ord, name)) % 3 == 0 else name

    return _NAME.sub(renamed, text)


def _letters(number: int) -> str:
    """A number as small letters, so that a name stays a word."""
    found = ""
    while number:
        number, rest = divmod(number, 26)
        found += chr(ord("a") + rest)
    return found


def _opened(folder: Path) -> dict[str, float]:
    """What opening the graph takes, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, str(folder)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


_OPEN = """
import json, os, sys, time
import numpy, scipy.sparse
from memctx import HashingEmbedder, Memory
def held():
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
with Memory(sys.argv[1], embedder=HashingEmbedder()) as memory:
    memory.documents()
    before, began = held(), time.perf_counter()
    arrays = memory.graph().arrays
    ms = 1000 * (time.perf_counter() - began)
    print(json.dumps({"ms": ms, "kib": held() - before}))
"""


if __name__ == "__main__":
    main()
