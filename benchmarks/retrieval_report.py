"""The retrieval benchmark's section of docs/benchmarks.md, and its plot.

Knows nothing of how the figures were measured.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from memctx.benchmarks.retrieval_runs import Run, gain
from memctx.benchmarks.sections import replace_section

_OURS = "memctx"


def write_report(
    runs: Sequence[Run], missing: Sequence[str], out: Path, *, command: str, titles: bool
) -> None:
    """Writes OUT/benchmarks.md and, where matplotlib is installed, a plot in OUT/images."""
    name = "retrieval" if titles else "retrieval-no-titles"
    image = Path("images") / f"{name}.svg"
    try:
        plot(runs, out / image)
    except ImportError as error:
        print(f"no plot: {error}", file=sys.stderr)
        image = Path()
    body = section(runs, missing, command=command, image=image, titles=titles)
    replace_section(out / "benchmarks.md", name, body, title="Benchmarks")


def section(
    runs: Sequence[Run], missing: Sequence[str], *, command: str, image: Path, titles: bool
) -> str:
    """The section in Markdown: how it was measured, a table for each dataset, the plot."""
    parts = [
        f"## Finding evidence{'' if titles else ', titles hidden'}",
        f"`{command}`",
        _conditions(runs),
        *(f"Not measured: {line}." for line in missing),
        *("\n".join(_table(runs, dataset)) for dataset in _names(runs, "dataset")),
    ]
    if image.name:
        parts.append(f"![Recall and latency of each system on each dataset]({image.as_posix()})")
    return "\n\n".join(parts)


def _conditions(runs: Sequence[Run]) -> str:
    versions = {run.system: run.version for run in runs}
    named = ", ".join(f"{system} {version}" for system, version in versions.items())
    return (
        f"One run on {os.cpu_count()} {platform.machine()} CPU cores, Python "
        f"{platform.python_version()}: {named}. All embed with the same all-MiniLM-L6-v2 weights "
        "(bm25s does not embed). Index times leave out loading the model; query times include "
        "embedding the question. The last column is how many points of recall@5 memctx is ahead "
        "on the same questions, with the 95% interval of the paired bootstrap."
    )


def _table(runs: Sequence[Run], dataset: str) -> Iterator[str]:
    rows = [run for run in runs if run.dataset == dataset]
    ours = next((run for run in rows if run.system == _OURS), None)
    metrics = list(rows[0].scores)
    yield f"**{dataset}**, {len(rows[0].query_ms)} questions, {rows[0].passages} passages"
    yield ""
    yield f"| system | index s | p50 ms | p95 ms | {' | '.join(metrics)} | memctx ahead |"
    yield "|---|" + "---:|" * (len(metrics) + 4)
    for run in rows:
        scores = " | ".join(f"{run.percent(metric):.1f}" for metric in metrics)
        times = f"{run.index_seconds:.1f} | {run.latency(0.5):.1f} | {run.latency(0.95):.1f}"
        yield f"| {run.system} | {times} | {scores} | {_ahead(ours, run)} |"


def _ahead(ours: Run | None, theirs: Run) -> str:
    if ours is None or ours is theirs:
        return ""
    found = gain(ours, theirs)
    return f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def plot(runs: Sequence[Run], file: Path) -> None:
    """Draws recall@5 and median latency of each system, grouped by dataset.

    Raises:
        ImportError: matplotlib is not installed.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "memctx"  # the same figures give the same file
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _bars(left, runs, [run.percent("recall@5") for run in runs], "recall@5, %")
    _bars(right, runs, [run.latency(0.5) for run in runs], "median ms a question")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})


def _bars(axes: Any, runs: Sequence[Run], values: Sequence[float], label: str) -> None:
    datasets, systems = _names(runs, "dataset"), _names(runs, "system")
    width = 0.8 / len(systems)
    for number, system in enumerate(systems):
        pairs = zip(runs, values, strict=True)
        mine = [(run, value) for run, value in pairs if run.system == system]
        places = [datasets.index(run.dataset) + (number + 0.5) * width - 0.4 for run, _ in mine]
        axes.bar(places, [value for _, value in mine], width * 0.92, label=system)
    axes.set_xticks(range(len(datasets)), datasets)
    axes.set_ylabel(label)
    axes.spines[["top", "right"]].set_visible(False)


def _names(runs: Sequence[Run], field: str) -> list[str]:
    return list(dict.fromkeys(getattr(run, field) for run in runs))
