"""How the cost of a passage grows with the memory: ingestion, the graph, and forgetting.

    python -m memctx.benchmarks.growth --data FOLDER [--sizes 1000,10000] [--out docs]
        [--keep FOLDER]

FOLDER holds `corpus.jsonl` and `queries.jsonl`. Makes a corpus of each size by repeating and
perturbing texts: each copy gets names of its own, so that entities grow with the passages.
Ingests it; then opens the graph, asks questions with all stages, and forgets documents.
Vectors are made by hashing and not by a model, so that what grows shows: a model costs the
same for every passage, and the same for every question. Prints a table; with --out writes
its section of OUT/benchmarks.md and a plot below OUT/images. With --keep, memories stay for
another run, which does not ingest again.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from memctx import HashingEmbedder, Memory
from memctx.benchmarks.sections import replace_section
from memctx.pipeline import ingest
from memctx.pipeline.bootstrap import percentile
from memctx.records import IngestReport

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_FORGOTTEN = 5
_QUESTIONS = 60
_HOW = """\
`python -m memctx.benchmarks.growth --data DIR --sizes {sizes} --out docs`

Vectors by hashing, not by a model, which would cost every passage and every question the
same; texts repeated, with one name in three changed; questions with all stages. Ingesting a
single document takes {start:.1f} s, which is the start of the processes that read; without
it, of a passage, {rest}."""
_PLOT = "![Cost of a passage, and times to ask and forget, by size](images/growth.png)"


@dataclass(frozen=True, slots=True)
class Measured:
    """One size. Times in milliseconds, sizes in KiB; up to `graph_kib` of a passage.

    Of questions it is the median, and the time below which 95 in 100 are answered.
    """

    passages: int
    entities: int
    facts: int
    ingest_ms: float
    store_kib: float
    graph_kib: float
    open_ms: float
    ask_p50: float
    ask_p95: float
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


def measure(report: IngestReport, questions: Sequence[str], folder: Path) -> Measured:
    """Looks at a memory, asks it, and forgets some of it: of a copy, the memory stays."""
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        status = memory.status()
    opened = _opened(folder / "memory")
    with TemporaryDirectory(dir=folder) as copy:
        shutil.copytree(folder / "memory", copy, dirs_exist_ok=True)
        with Memory(copy, embedder=HashingEmbedder()) as memory:
            asked = _asked(memory, questions)
            forgotten = _forgotten(memory)
    passages = report.chunks
    return Measured(
        passages,
        status.entities,
        status.facts,
        round(1000 * report.seconds / passages, 2),
        round(status.bytes["store"] / 1024 / passages, 2),
        round(opened["kib"] / passages, 2),
        round(opened["ms"], 1),
        round(percentile(asked, 0.5), 1),
        round(percentile(asked, 0.95), 1),
        round(percentile(forgotten, 0.5), 1),
    )


def _asked(memory: Memory, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, but for the first, at which indexes are opened."""
    memory.search(questions[0])
    return [memory.search(question).timings["total_ms"] for question in questions]


def _forgotten(memory: Memory) -> list[float]:
    """Milliseconds to forget each of some documents from the middle."""
    rows = memory.documents()
    times = []
    for row in rows[len(rows) // 2 :][:_FORGOTTEN]:
        began = time.perf_counter()
        memory.forget(row.key)
        times.append(1000 * (time.perf_counter() - began))
    return times


def plot(rows: list[Measured], file: Path) -> None:
    """Draws cost a passage, and times to ask and to forget, against the size of the memory."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    sizes = [row.passages for row in rows]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(sizes, [row.ingest_ms for row in rows], "o-", label="ingestion, ms")
    left.plot(sizes, [row.store_kib for row in rows], "o-", label="store, KiB")
    left.plot(sizes, [row.graph_kib for row in rows], "o-", label="graph in memory, KiB")
    left.set(xscale="log", xlabel="passages", title="A passage costs", ylim=(0, None))
    right.plot(sizes, [row.ask_p50 for row in rows], "o-", label="a question (median)")
    right.plot(sizes, [row.forget_ms for row in rows], "o-", label="to forget a document")
    right.set(xscale="log", xlabel="passages", title="Milliseconds", ylim=(0, None))
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.savefig(file, dpi=150)


def table(rows: list[Measured]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| passages | entities | facts | ingest, ms a passage | store, KiB a passage "
        "| graph, KiB a passage | opening the graph, ms | question p50, ms | p95, ms "
        "| forgetting, ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            *(row.passages, row.entities, row.facts, row.ingest_ms),
            *(row.store_kib, row.graph_kib, row.open_ms, row.ask_p50, row.ask_p95, row.forget_ms),
        )
        lines.append("| " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Parses, measures each size, prints and draws."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="corpus.jsonl, queries.jsonl")
    parser.add_argument("--sizes", default="1000,10000", help="passages, separated by commas")
    parser.add_argument("--readers", type=int, default=2, help="processes that read")
    parser.add_argument("--keep", type=Path, help="a folder for the memories")
    parser.add_argument("--out", type=Path, help="folder for benchmarks.md")
    args = parser.parse_args()
    ingest._READERS = args.readers  # nothing else is to be done: hashing embeds
    asked = (args.data / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in asked[:_QUESTIONS]]
    rows = []
    with TemporaryDirectory() as passing:
        start = take_in(args.data / "corpus.jsonl", 1, Path(passing) / "one").seconds
        for size in map(int, args.sizes.split(",")):
            folder = (args.keep or Path(passing)) / str(size)
            report = take_in(args.data / "corpus.jsonl", size, folder)
            rows.append(measure(report, questions, folder))
            sys.stderr.write(f"{rows[-1]}\n")
    sys.stdout.write(f"{table(rows)}\n")
    if args.out:
        plot(rows, args.out / "images" / "growth.png")
        how = _HOW.format(sizes=args.sizes, start=start, rest=_without(start, rows))
        body = f"## Growth\n\n{how}\n\n{table(rows)}\n\n{_PLOT}"
        replace_section(args.out / "benchmarks.md", "growth", body, title="Benchmarks")


def _without(start: float, rows: Sequence[Measured]) -> str:
    """Milliseconds of ingestion a passage, but for the seconds that any ingestion begins with."""
    left = [f"{row.ingest_ms - 1000 * start / row.passages:.1f}" for row in rows]
    return f"{', '.join(left)} ms"


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
