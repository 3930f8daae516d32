"""What summarising costs as a document grows: time, memory, after an edit, after a kill.

    python -m memctx.benchmarks.summary_length --data FOLDER --work FOLDER [--sizes 50000,500000]
        [--hashing] [--graph] [--no-kill]

Joins texts of FOLDER (books, then stories and articles, each once) to documents of so many
tokens, and summarises each in a process of its own: the first time, again, and after one
sentence was put into its middle. The smallest document is also summarised in a process that
is killed (SIGKILL) halfway, and then once more. Memory is what the process holds at most,
less what it held when its models had been loaded and used. Seconds are of the clock and of
the processor. With --hashing, vectors are made by hashing and not by a model, which takes the
same for every sentence: what else grows shows. Prints a table (Markdown).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from memctx import HashingEmbedder, Memory
from memctx.memory.store import Store
from memctx.pipeline.progress import Quiet

_SETS = ("books", "squality", "loogle", "quality", "qmsum")
_CHARACTERS_A_TOKEN = 4.1
_EDIT = "\n\nThat night the lamp on the pier burned blue, and nobody could say why.\n\n"
_SMALL = "The ferry was late again. " * 40


class Counted(Quiet):
    """Counts sentences embedded."""

    made = 0.0

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        self.made += amount


def texts(data: Path) -> str:
    """The texts of the sets, one behind another."""
    files = [file for name in _SETS for file in sorted((data / name).glob("*.jsonl"))]
    rows = (json.loads(line) for file in files for line in file.open(encoding="utf-8"))
    return "\n\n".join(row["text"] for row in rows if "text" in row)


def opened(folder: Path, hashing: bool, progress: Counted | None = None) -> Memory:
    """The memory in a folder."""
    return Memory(folder, embedder=HashingEmbedder() if hashing else None, progress=progress)


def take_in(folder: Path, text: str, hashing: bool, graph: bool) -> None:
    """A memory of that document, and of a small one that loads the models."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"id": "long", "text": text}, {"id": "small", "text": _SMALL}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with opened(folder / "memory", hashing) as memory:
        memory.ingest(folder / "corpus.jsonl", graph=graph)


def command_of(folder: Path, hashing: bool) -> list[str]:
    """Summarises in a process of its own."""
    words = [sys.executable, "-m", __spec__.name, "--child", str(folder / "memory")]
    return [*words, "--hashing"] if hashing else words


def summarised(folder: Path, hashing: bool) -> dict[str, Any]:
    """What one summary takes."""
    done = subprocess.run(command_of(folder, hashing), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def child(folder: Path, hashing: bool) -> None:
    """Summarises, and prints what it took."""
    counted = Counted()
    with opened(folder, hashing, counted) as memory:
        memory._workspace.embedder.encode([_SMALL] * 64)  # loads torch, and fills its pools
        memory.summarise("small")
        counted.made, before, cpu, began = 0, _held(), time.process_time(), time.perf_counter()
        summary = memory.summarise("long", max_tokens=300)
        figures = {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "embedded": counted.made,
            "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before,
            "citations": len(summary.citations),
        }
    sys.stdout.write(json.dumps(figures))


def killed(folder: Path, parts: int, hashing: bool) -> tuple[int, dict[str, Any]]:
    """Kills a summary when `parts` are stored; how many are, and what the next one takes."""
    with subprocess.Popen(command_of(folder, hashing), stdout=subprocess.DEVNULL) as running:
        while running.poll() is None and _parts(folder) < parts:
            time.sleep(0.2)
        os.kill(running.pid, signal.SIGKILL)
    return _parts(folder), summarised(folder, hashing)


def measure(
    work: Path, text: str, tokens: int, *, kill: bool, hashing: bool, graph: bool
) -> list[tuple[str, dict[str, Any]]]:
    """All figures of one length."""
    folder = work / str(tokens)
    text = text[: round(tokens * _CHARACTERS_A_TOKEN)]
    take_in(folder, text, hashing, graph)
    rows = [(name, summarised(folder, hashing)) for name in ("first", "again")]
    whole = _parts(folder)
    middle = text.index("\n", len(text) // 2)
    take_in(folder, text[:middle] + _EDIT + text[middle:], hashing, graph)
    rows.append(("after an edit", summarised(folder, hashing)))
    if kill:
        other = work / f"{tokens}-killed"
        take_in(other, text, hashing, graph)
        stored, row = killed(other, whole // 2, hashing)
        rows.append((f"after a kill with {stored} of {whole} parts stored", row))
    return rows


def main() -> None:
    """Measures each length and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder of sets with a `text` in each line")
    parser.add_argument("--work", type=Path, help="a folder for the memories")
    parser.add_argument("--sizes", default="50000,500000", help="tokens, separated by commas")
    parser.add_argument("--hashing", action="store_true", help="vectors without a model")
    parser.add_argument("--graph", action="store_true", help="with the graph's entities")
    parser.add_argument("--no-kill", action="store_true", help="kill nothing")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.child, args.hashing)
        return
    text, sizes = texts(args.data), [int(size) for size in args.sizes.split(",")]
    kill = not args.no_kill
    say("| tokens | summary | seconds | processor s | sentences embedded | MiB above the models |")
    say("|---|---|---|---|---|---|")
    for tokens in sizes:
        for name, row in measure(
            args.work,
            text,
            tokens,
            kill=kill and tokens == min(sizes),
            hashing=args.hashing,
            graph=args.graph,
        ):
            say(
                f"| {tokens:,} | {name} | {row['seconds']:.1f} | {row['cpu']:.1f} "
                f"| {row['embedded']:,.0f} | {row['mib']:.0f} |"
            )


def say(line: str) -> None:
    """A line of the table, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _held() -> float:
    """MiB that this process holds now."""
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _parts(folder: Path) -> int:
    store = Store(folder / "memory" / "memory.sqlite3", read_only=True)
    try:
        return store.part_count()
    finally:
        store.close()


if __name__ == "__main__":
    main()
