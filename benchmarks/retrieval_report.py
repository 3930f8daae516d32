"""The retrieval benchmark's section of docs/benchmarks.md, and its plot.

Knows nothing of how the figures were measured.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from memctx.benchmarks.ours import NAME
from memctx.benchmarks.retrieval_runs import Run, gain, together
from memctx.benchmarks.sections import replace_section

Scores = Mapping[str, tuple[float, ...]]
_METRIC = "recall@5"


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
        "\n".join(_whole(runs)),
    ]
    if image.name:
        parts.append(f"![Recall and latency of each system on each dataset]({image.as_posix()})")
    return "\n\n".join(parts)


def _conditions(runs: Sequence[Run]) -> str:
    versions = {run.system: run.version for run in runs}
    named = ", ".join(f"{system} {version}" for system, version in versions.items())
    return (
        f"One run on {os.cpu_count()} {platform.machine()} CPU cores, Python "
        f"{platform.python_version()}: {named}. All but bm25s, which does not embed, share one "
        "embedding of the passages by all-MiniLM-L6-v2, and its seconds are part of each index "
        "time. Each question is asked of all systems in turn; its time includes embedding it.\n\n"
        "The ranker that ships with memctx was fitted to these questions. Its recall here is "
        "therefore **not the shipped ranker's**: questions are split into two halves without a "
        "gold passage in common, and each half is ranked by models of the other. Its times are "
        "the shipped ranker's. Peers are not fitted to anything.\n\n"
        "The last column is how many points of recall@5 memctx is ahead on the same questions, "
        "with the 95% interval of the paired bootstrap; the best peer is set in bold."
    )


def _table(runs: Sequence[Run], dataset: str) -> Iterator[str]:
    rows = [run for run in runs if run.dataset == dataset]
    ours = next((run for run in rows if run.system == NAME), None)
    best = best_peer({run.system: run.scores for run in rows})
    metrics = list(rows[0].scores)
    yield (
        f"**{dataset}**, {len(rows[0].scores[_METRIC])} questions "
        f"({len(rows[0].query_ms)} timed), {rows[0].passages} passages"
    )
    yield ""
    yield f"| system | index s | p50 ms | p95 ms | {' | '.join(metrics)} | memctx ahead |"
    yield "|---|" + "---:|" * (len(metrics) + 4)
    for run in rows:
        scores = " | ".join(f"{run.percent(metric):.1f}" for metric in metrics)
        index = "-" if run.index_seconds is None else f"{run.index_seconds:.1f}"
        times = f"{index} | {run.latency(0.5):.1f} | {run.latency(0.95):.1f}"
        ahead = "" if ours is None or run is ours else _ahead(ours.scores, run.scores)
        name = f"**{run.system}**" if run.system == best else run.system
        yield f"| {name} | {times} | {scores} | {ahead} |"


def _whole(runs: Sequence[Run]) -> Iterator[str]:
    """All datasets as one: every question counts the same."""
    scores = {system: together(runs, system) for system in _names(runs, "system")}
    best, ours = best_peer(scores), scores.get(NAME)
    metrics = list(next(iter(scores.values())))
    count = len(next(iter(scores.values()))[metrics[0]])
    yield f"**All {count} questions**"
    yield ""
    yield f"| system | {' | '.join(metrics)} | memctx ahead | p |"
    yield "|---|" + "---:|" * (len(metrics) + 2)
    for system, theirs in scores.items():
        means = " | ".join(f"{100 * sum(one) / len(one):.1f}" for one in theirs.values())
        other = ours is not None and system != NAME
        ahead = _ahead(ours, theirs) if ours is not None and other else ""
        p = f"{gain(ours[_METRIC], theirs[_METRIC]).p:.4f}" if ours is not None and other else ""
        yield f"| {f'**{system}**' if system == best else system} | {means} | {ahead} | {p} |"


def best_peer(scores: Mapping[str, Scores]) -> str | None:
    """The other system with the highest recall@5.

    >>> best_peer({"memctx": {"recall@5": (1.0,)}, "a": {"recall@5": (0.2,)}})
    'a'
    """
    peers = {system: sum(one[_METRIC]) for system, one in scores.items() if system != NAME}
    return max(peers, key=lambda system: peers[system], default=None)


def _ahead(ours: Scores, theirs: Scores) -> str:
    found = gain(ours[_METRIC], theirs[_METRIC])
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
    right.set_yscale("log")  # words alone take a hundredth of the others
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
