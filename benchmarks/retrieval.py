"""How well and how fast memctx finds evidence beside other libraries, in one run.

    python benchmarks/retrieval.py --data DIR --memories DIR [--out docs]
        [--datasets musique,hotpotqa,2wiki] [--peers bm25s,langchain,llamaindex,txtai]
        [--no-titles] [--limit N] [--vectors DIR] [--kept DIR]

DIR/<dataset> holds corpus.jsonl and queries.jsonl with "gold". Every system gets the same
passages, the same vectors (all-MiniLM-L6-v2), and the same questions, one at a time and of
all systems in turn, on the CPU. Loading a model is in no figure; embedding the question is
in every one but that of words alone. What memctx finds is by a ranker of the other half of
the questions, see benchmarks/unseen.py; its times are those of the ranker that ships.

Memories are made below --memories where they are missing; an index time of memctx is given
only then. --vectors keeps the passages' vectors for another run, --kept what was measured.
A system that is not installed (`pip install '.[bench]'`) is named and left out. Prints
ratios; with `--out` writes its section of OUT/benchmarks.md and a plot below OUT/images.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from memctx.benchmarks.ours import NAME, Memctx
from memctx.benchmarks.peers import PEERS, System
from memctx.benchmarks.ranker_examples import Remembering, Source, cases_of
from memctx.benchmarks.ranker_report import report
from memctx.benchmarks.retrieval_report import write_report
from memctx.benchmarks.retrieval_runs import DEPTH, Dataset, Run, gain, keep, kept, measure, read
from memctx.benchmarks.shared_vectors import SharedVectors
from memctx.benchmarks.unseen import Found, found, judged_by_other_half
from memctx.config import load_settings
from memctx.memory.embedder import Embedder
from memctx.pipeline.engines import find_embedder
from memctx.pipeline.stages import listed

_EVERY = 1_000_000  # more questions than any dataset has


def run_all(
    options: argparse.Namespace, datasets: Sequence[Dataset], embedder: Embedder
) -> tuple[list[Run], list[str]]:
    """Every system on every dataset; and why some systems are missing."""
    runs: list[Run] = []
    missing: list[str] = []
    ours = [Memctx(options.memories / data.name, embedder) for data in datasets]
    seconds = [one.index(data.texts) for one, data in zip(ours, datasets, strict=True)]
    unseen = _unseen(options, datasets, embedder)
    for one, data, took in zip(ours, datasets, seconds, strict=True):
        _tell(f"{data.name}: {len(data.texts)} passages, {len(data.questions)} questions")
        peers, missing = _peers(options, data, embedder)
        took_all = [took, *(peer.index(data.texts) for peer in peers)]
        runs += measure([one, *peers], data, unseen=unseen, seconds=took_all)
        one.close()
    return runs, missing


def _unseen(options: argparse.Namespace, datasets: Sequence[Dataset], embedder: Embedder) -> Found:
    """What memctx finds for each question, by a ranker that has not seen it."""
    _tell("fitting a ranker to each half of the questions")
    # Only what is fitted asks the same things many times; what is timed must embed anew.
    remembering = Remembering(embedder)
    sources = [
        Source(
            options.data / data.name, options.memories, remembering, limit=options.limit or _EVERY
        )
        for data in datasets
    ]
    judged = judged_by_other_half(cases_of(sources))
    report(judged)
    for source in sources:
        source.close()
    return found(judged, DEPTH)


def _peers(
    options: argparse.Namespace, data: Dataset, embedder: Embedder
) -> tuple[list[System], list[str]]:
    file = options.vectors / f"{data.name}.npz" if options.vectors else None
    vectors = SharedVectors(embedder, [text.whole for text in data.texts], file=file)
    peers: list[System] = []
    missing: list[str] = []
    for name in options.peers:
        try:
            peers.append(PEERS[name](vectors))
        except ImportError as error:
            missing.append(f"{name} is left out: {error}")
    return peers, missing


def print_ratios(runs: Sequence[Run]) -> None:
    """memctx beside each other system, a line for each."""
    for ours in (run for run in runs if run.system == NAME):
        print(_line(ours))
        for theirs in runs:
            if theirs.dataset == ours.dataset and theirs is not ours:
                print(f"{_line(theirs)}  {_ratios(ours, theirs)}")


def _line(run: Run) -> str:
    metrics = "  ".join(f"{name} {run.percent(name):5.1f}" for name in run.scores)
    index = "-" if run.index_seconds is None else f"{run.index_seconds:.1f}"
    return (
        f"{run.dataset:<10}{run.system:<18}  {metrics}  index {index:>6} s  "
        f"p50 {run.latency(0.5):6.1f} ms  p95 {run.latency(0.95):6.1f} ms"
    )


def _ratios(ours: Run, theirs: Run) -> str:
    ahead = gain(ours.scores["recall@5"], theirs.scores["recall@5"])
    index = ""
    if ours.index_seconds and theirs.index_seconds:
        index = f"index time x{ours.index_seconds / theirs.index_seconds:.2f}, "
    return (
        f"| memctx: recall@5 x{_ratio(ours.percent('recall@5'), theirs.percent('recall@5'))} "
        f"({100 * ahead.mean:+.1f}, {100 * ahead.low:+.1f} to {100 * ahead.high:+.1f}, "
        f"p {ahead.p:.4f}), {index}p50 x{_ratio(ours.latency(0.5), theirs.latency(0.5))}"
    )


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Parses, measures, prints, writes."""
    options = _options()
    os.environ["HF_HUB_OFFLINE"] = "1"  # no library need look for weights
    datasets = [
        read(options.data / name, titles=not options.no_titles, limit=options.limit)
        for name in options.datasets
    ]
    file = options.kept / "retrieval.json" if options.kept else None
    missing: list[str] = []
    if file is not None and file.is_file():
        runs = kept(file)
    else:
        embedder = find_embedder("all-MiniLM-L6-v2", load_settings())
        runs, missing = run_all(options, datasets, embedder)
        if file is not None:
            keep(runs, file)
    print_ratios(runs)
    for line in missing:
        _tell(line)
    if options.out:
        shown = shlex.join(["python", "benchmarks/retrieval.py", *_flags(options)])
        write_report(runs, missing, options.out, command=shown, titles=not options.no_titles)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    parser.add_argument("--memories", type=Path, required=True, help="where memories are kept")
    parser.add_argument("--datasets", type=listed, default=("musique", "hotpotqa", "2wiki"))
    parser.add_argument("--peers", type=listed, default=tuple(PEERS), help="by default all")
    parser.add_argument(
        "--no-titles",
        action="store_true",
        help="hide titles from all systems; wants memories and vectors of its own",
    )
    parser.add_argument("--limit", type=int, help="questions of a dataset; by default all")
    parser.add_argument("--vectors", type=Path, help="folder that keeps the passages' vectors")
    parser.add_argument("--kept", type=Path, help="folder that keeps what was measured")
    parser.add_argument("--out", type=Path, help="folder for benchmarks.md and images/")
    options = parser.parse_args()
    if unknown := set(options.peers) - set(PEERS):
        parser.error(f"no system {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    return options


def _flags(options: argparse.Namespace) -> list[str]:
    """The flags that change what is measured, for the report."""
    limit = ["--limit", str(options.limit)] if options.limit else []
    titles = ["--no-titles"] if options.no_titles else []
    named = ["--data", "DIR", "--memories", "DIR", "--datasets", ",".join(options.datasets)]
    return [*named, *titles, *limit, "--out", "docs"]


if __name__ == "__main__":
    main()
