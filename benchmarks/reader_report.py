"""Tables and a plot from what `benchmarks.reader` measured."""

from __future__ import annotations

import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from memctx.benchmarks.corpus import rows_of
from memctx.benchmarks.sections import replace_section

_CJK = "\u3400", "\u9fff"


def write_report(work: Path, out: Path) -> None:
    """Write the section of the page and, beside it in `images`, the plot."""
    speed, quality = rows_of(work / "speed.jsonl"), rows_of(work / "quality.jsonl")
    store = rows_of(work / "store.jsonl")
    parts = ["## Reading from stored states\n"]
    parts += [
        "`python -m memctx.benchmarks.reader`, its four parts one after another. Gemma 3 270M "
        "on two cores of a CPU without bfloat16 instructions, so everything runs in float32; "
        "greedy decoding, the same passages in the same order for every arm.\n"
    ]
    parts += _speed(speed) + _quality(quality) + _store(store)
    images = out.parent / "images"
    if speed:
        _plot(speed, images / "reader-first-token.png")
        parts.append("![First token](images/reader-first-token.png)\n")
    if quality:
        _plot_curve(quality, images / "reader-curve.png")
        parts.append("![Divergence and F1 against time](images/reader-curve.png)\n")
    replace_section(out, "reader", "\n".join(parts), title="Benchmarks")


def _speed(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    lines = [
        "### Time to the first token\n",
        "Medians, loading of stored states counted; cold means that no state was there.\n",
        "| window | questions | full prefill s | warm s | times sooner | cold / full | load ms |"
        " s a token | with lookup | same text |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for window in sorted({row["window"] for row in rows}):
        group = [row for row in rows if row["window"] == window]

        def median(name: str, group: list[dict[str, Any]] = group) -> float:
            return float(statistics.median(row[name] for row in group))

        ratio = statistics.median(row["full_ms"] / row["warm_ms"] for row in group)
        cold = statistics.median(row["cold_ms"] / row["full_ms"] for row in group)
        plain = statistics.median(row["writing"]["plain"] for row in group)
        lookup = statistics.median(row["writing"]["lookup"] for row in group)
        same = sum(row["same_with_lookup"] for row in group)
        lines.append(
            f"| {window:,} | {len(group)} | {median('full_ms') / 1000:.2f} | "
            f"{median('warm_ms') / 1000:.2f} | {ratio:.1f} | {cold:.2f} | {median('load_ms'):.0f} "
            f"| {plain:.3f} | {lookup:.3f} | {same} of {len(group)} |"
        )
    peak = max(row["peak_mb"] for row in rows)
    return [*lines, f"\nPeak resident memory of the process that measured: {peak:,.0f} MB.\n"]


def _quality(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    lines = [
        "### Answers\n",
        "KL to full prefill and negative log-likelihood (NLL) of the gold answer are nats a "
        "token; differences to full prefill with the 95% interval of a paired bootstrap. EM and "
        "F1 only for arms that wrote an answer. ms: median from warm states to the logits of "
        "the gold answer.\n",
    ]
    whole = _whole(rows)
    every = [name for name in rows[0]["texts"] if all(name in row["texts"] for row in rows)]
    for group, arms in ((rows, every), (whole, list(whole[0]["arms"]))):
        sets = Counter(row["set"] for row in group)
        said = ", ".join(f"{name} {count}" for name, count in sets.items())
        lines += [
            f"{len(group)} questions ({said}):\n",
            "| arm | EM | F1 | F1 difference | KL | NLL | NLL difference | ms |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {' | '.join((arm, *_written(group, arm), *_measured(group, arm)))} |"
            for arm in arms
        ]
        lines.append("")
    return lines


def _whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the questions on which every arm was measured."""
    return [row for row in rows if "arms" in row]


def _written(rows: list[dict[str, Any]], arm: str) -> list[str]:
    """EM, F1, and its difference to full prefill; empty where the arm wrote no answer."""
    if arm not in rows[0]["texts"]:
        return ["", "", ""]
    f1, plain = (
        [100 * _f1(row["texts"][name], row["answers"]) for row in rows]
        for name in (arm, "full prefill")
    )
    em = [100 * _exact(row["texts"][arm], row["answers"]) for row in rows]
    return [f"{statistics.mean(em):.1f}", f"{statistics.mean(f1):.1f}", _difference(f1, plain)]


def _measured(rows: list[dict[str, Any]], arm: str) -> list[str]:
    """KL, NLL, its difference to full prefill, and time; empty where it was not measured."""
    if not all("arms" in row for row in rows):
        return ["", "", "", ""]
    seen = [row["arms"][arm] for row in rows]
    nll = [one["nll"] for one in seen]
    base = [row["arms"]["full prefill"]["nll"] for row in rows]
    kl = statistics.mean(one["kl"] for one in seen)
    ms = statistics.median(one["ms"] for one in seen)
    return [f"{kl:.3f}", f"{statistics.mean(nll):.3f}", _difference(nll, base), f"{ms:.0f}"]


def _store(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    row = rows[-1]
    return [
        "### The KV memory\n",
        f"{row['records']:,} chunks of 220 tokens written in {row['seconds']:.0f} s under a budget "
        f"of 1 GiB: never more than {row['most_bytes'] / 2**30:.2f} GiB on disk, the newest "
        f"{row['kept']} kept; {row['bytes_per_token']:,.0f} bytes a token. Loading 1,980 tokens "
        "from the page cache (reading, checksum, unpacking, turning) takes a median of "
        f"{row['load_2000_ms']:.0f} ms.\n",
    ]


def _difference(given: Sequence[float], base: Sequence[float]) -> str:
    """Mean difference and half the width of its 95% bootstrap interval."""
    gaps = np.array(given) - np.array(base)
    rng = np.random.default_rng(0)
    means = np.sort(rng.choice(gaps, (2000, len(gaps))).mean(1))
    return f"{gaps.mean():+.2f} ± {(means[1949] - means[49]) / 2:.2f}"


def _words(text: str) -> list[str]:
    """Words without articles and punctuation; each Chinese character by itself."""
    plain = "".join(" " if unicodedata.category(c)[0] in "PS" else c for c in text.lower())
    spaced = "".join(f" {c} " if _CJK[0] <= c <= _CJK[1] else c for c in plain)
    return [word for word in spaced.split() if word not in {"a", "an", "the"}]


def _f1(text: str, answers: Sequence[str]) -> float:
    best = 0.0
    said = _words(text)
    for answer in answers:
        gold = _words(answer)
        common = sum((Counter(said) & Counter(gold)).values())
        best = max(best, 2 * common / (len(said) + len(gold)) if common else 0.0)
    return best


def _exact(text: str, answers: Sequence[str]) -> float:
    return float(any(_words(text) == _words(answer) for answer in answers))


def _plot(rows: list[dict[str, Any]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    groups = defaultdict(list)
    for row in rows:
        groups[row["window"]].append(row)
    windows = sorted(groups)
    figure, axes = plt.subplots(figsize=(6, 3.6))
    names = {"full_ms": "full prefill", "cold_ms": "states, cold", "warm_ms": "states, warm"}
    for name, label in names.items():
        seconds = [statistics.median(r[name] for r in groups[w]) / 1000 for w in windows]
        axes.plot(windows, seconds, marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="window, tokens", ylabel="first token, seconds")
    axes.set_xticks(windows, [f"{window:,}" for window in windows])
    axes.minorticks_off()
    axes.legend(frameon=False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _plot_curve(rows: list[dict[str, Any]], path: Path) -> None:
    """KL to full prefill and F1 of each arm without bias, against its time."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    whole = _whole(rows)
    figure, (above, below) = plt.subplots(2, 1, figsize=(7, 6), sharex=True)
    for arm in whole[0]["arms"]:
        if arm == "closed book" or "bias" in arm:
            continue
        ms = statistics.median(row["arms"][arm]["ms"] for row in whole)
        if arm != "full prefill":
            kl = statistics.mean(row["arms"][arm]["kl"] for row in whole)
            _dot(above, ms, kl, arm)
        if all(arm in row["texts"] for row in rows):
            f1 = statistics.mean(100 * _f1(row["texts"][arm], row["answers"]) for row in rows)
            _dot(below, ms, f1, arm)
    above.set(yscale="log", ylabel="KL to full prefill, nats")
    below.set(xscale="log", ylabel=f"F1, {len(rows)} questions")
    below.set(xlabel="from warm states to the answer's logits, ms")
    for axes in (above, below):
        axes.margins(x=0.2, y=0.25)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _dot(axes: Any, ms: float, height: float, name: str) -> None:
    """A point with its name beside it, slanted so that neighbours can be told apart."""
    axes.scatter(ms, height)
    axes.annotate(
        name, (ms, height), xytext=(4, 4), textcoords="offset points", rotation=20, fontsize=8
    )
