"""How well and how fast memctx finds evidence beside other libraries, in one run.

    python benchmarks/retrieval.py --data DIR [--datasets musique,hotpotqa,2wiki] [--out docs]
        [--systems memctx,bm25s,langchain,llamaindex,txtai] [--no-titles] [--limit N]

DIR/<dataset> holds corpus.jsonl and queries.jsonl with "gold". Every system gets the same
passages, the same embedder weights (all-MiniLM-L6-v2 from memctx's cache), the same
questions one at a time, on the CPU. Loading a model is in no figure; embedding the
question is in every one. A system that is not installed (`pip install '.[bench]'`) is
named and left out. Prints ratios; with `--out` writes its section of OUT/benchmarks.md
and a plot below OUT/images.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from memctx.benchmarks.peers import SYSTEMS
from memctx.benchmarks.retrieval_report import write_report
from memctx.benchmarks.retrieval_runs import Dataset, Run, gain, measure, read
from memctx.config import load_settings
from memctx.models.resolve import resolve

_EMBEDDER = "all-MiniLM-L6-v2"


def run_all(
    names: Sequence[str], datasets: Sequence[Dataset], weights: Path
) -> tuple[list[Run], list[str]]:
    """Every system on every dataset; and why some systems are missing."""
    runs: list[Run] = []
    missing: dict[str, str] = {}
    for data in datasets:
        for name in names:
            try:
                system = SYSTEMS[name](weights)
            except ImportError as error:
                missing[name] = f"{name} is left out: {error}"
                continue
            _tell(f"{data.name}: {name}, {len(data.texts)} passages")
            runs.append(measure(system, data))
            system.close()
    return runs, list(missing.values())


def print_ratios(runs: Sequence[Run]) -> None:
    """memctx beside each other system, a line for each dataset."""
    for ours in (run for run in runs if run.system == "memctx"):
        print(_line(ours))
        for theirs in runs:
            if theirs.dataset == ours.dataset and theirs is not ours:
                print(f"{_line(theirs)}  {_ratios(ours, theirs)}")


def _line(run: Run) -> str:
    metrics = "  ".join(f"{name} {run.percent(name):5.1f}" for name in run.scores)
    return (
        f"{run.dataset:<10}{run.system:<18}  {metrics}  index {run.index_seconds:6.1f} s  "
        f"p50 {run.latency(0.5):6.1f} ms  p95 {run.latency(0.95):6.1f} ms"
    )


def _ratios(ours: Run, theirs: Run) -> str:
    found = gain(ours, theirs)
    return (
        f"| memctx: recall@5 x{_ratio(ours.percent('recall@5'), theirs.percent('recall@5'))} "
        f"({100 * found.mean:+.1f}, {100 * found.low:+.1f} to {100 * found.high:+.1f}, "
        f"p {found.p:.3f}), index time x{_ratio(ours.index_seconds, theirs.index_seconds)}, "
        f"p50 x{_ratio(ours.latency(0.5), theirs.latency(0.5))}"
    )


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Parses, measures, prints, writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    parser.add_argument("--datasets", default="musique,hotpotqa,2wiki")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="by default all")
    parser.add_argument("--no-titles", action="store_true", help="hide titles from all systems")
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--out", type=Path, help="folder for benchmarks.md and images/")
    args = parser.parse_args()
    names = args.systems.split(",")
    if unknown := set(names) - set(SYSTEMS):
        parser.error(f"no system {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}")
    os.environ["HF_HUB_OFFLINE"] = "1"  # the weights are a folder; no library need look further
    weights = resolve(_EMBEDDER, cache=load_settings().cache).path
    datasets = [
        read(args.data / name, titles=not args.no_titles, limit=args.limit)
        for name in args.datasets.split(",")
    ]
    runs, missing = run_all(names, datasets, weights)
    print_ratios(runs)
    for line in missing:
        _tell(line)
    if args.out:
        shown = shlex.join(["python", "benchmarks/retrieval.py", "--data", "DIR", *_flags(args)])
        write_report(runs, missing, args.out, command=shown, titles=not args.no_titles)


def _flags(args: argparse.Namespace) -> list[str]:
    """The flags that change what is measured, for the report."""
    limit = ["--limit", str(args.limit)] if args.limit else []
    titles = ["--no-titles"] if args.no_titles else []
    return ["--datasets", args.datasets, *titles, *limit, "--out", "docs"]


if __name__ == "__main__":
    main()
