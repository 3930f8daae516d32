"""What each stage of finding is worth: recall without it, on questions that were not seen.

    python benchmarks/ablation.py --data DIR --memories DIR [--limit 100] [--out docs]
        [--datasets musique,hotpotqa,2wiki] [--without names,graph,hops]

A stage is left out both where the ranker learns and where it judges; questions are judged
by models of the other half. "pairs" is the first model by itself, which sees no passage
beside another; it is given all candidates. Prints a table, and with `--out` writes its
section of OUT/benchmarks.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from memctx import load_settings
from memctx.benchmarks.ranker_examples import Remembering, Source, cases_of
from memctx.benchmarks.retrieval_runs import DEPTH, Dataset, read
from memctx.benchmarks.sections import replace_section
from memctx.benchmarks.unseen import Found, found, found_alone, judged_by_other_half
from memctx.pipeline.bootstrap import paired
from memctx.pipeline.engines import find_embedder
from memctx.pipeline.evaluation_tasks import retrieval_scores
from memctx.pipeline.stages import Stages, listed

_ALL = "all stages"
_METRIC = "recall@5"
_RESAMPLES = 10_000


def measure(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Found]:
    """What is found by all stages, without pairs, and without each stage named."""
    embedder = Remembering(find_embedder("all-MiniLM-L6-v2", load_settings()))
    variants: dict[str, Found] = {}
    for without in ("", *listed(options.without)):
        began = time.perf_counter()
        stages = Stages.without([without] if without else [])
        sources = [
            Source(
                options.data / name,
                options.memories,
                embedder,
                limit=options.limit,
                stages=stages,
            )
            for name in names
        ]
        judged = judged_by_other_half(cases_of(sources))
        for source in sources:
            source.close()
        variants[f"without {without}" if without else _ALL] = found(judged, DEPTH)
        if not without:
            variants["without pairs"] = found_alone(judged, DEPTH)
        seconds = time.perf_counter() - began
        print(f"{without or _ALL}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return variants


def table(variants: Mapping[str, Found], datasets: Sequence[Dataset]) -> Iterator[str]:
    """A row for each variant: recall, and how it differs from all stages, with its interval."""
    titles = [f"{data.name} ({len(data.questions)})" for data in datasets]
    yield f"| | {' | '.join(titles)} | all, difference (95% interval) |"
    yield "|---|" + "---:|" * (len(titles) + 1)
    whole = [_scores(variants[_ALL], data) for data in datasets]
    for name, found_ in variants.items():
        ours = [_scores(found_, data) for data in datasets]
        cells = [
            _mean(mine) if name == _ALL else f"{_mean(mine)}, {_difference(mine, full)}"
            for mine, full in zip(ours, whole, strict=True)
        ]
        together = _difference([*chain(*ours)], [*chain(*whole)]) if name != _ALL else ""
        yield f"| {name} | {' | '.join(cells)} | {together} |"


def _mean(scores: list[float]) -> str:
    return f"{100 * sum(scores) / len(scores):.1f}"


def _difference(ours: list[float], whole: list[float]) -> str:
    """In points, with its interval.

    >>> _difference([1.0, 1.0], [1.0, 1.0])
    '+0.0 (+0.0 to +0.0)'
    """
    gain = paired(ours, whole, random.Random(0), resamples=_RESAMPLES)
    return f"{100 * gain.mean:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"


def _scores(found_: Found, data: Dataset) -> list[float]:
    asked = data.questions
    return [
        retrieval_scores(question, found_[data.name, question.text])[_METRIC] for question in asked
    ]


def main() -> None:
    """Parses, measures, prints, writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    parser.add_argument("--memories", type=Path, required=True, help="where memories are kept")
    parser.add_argument("--datasets", default="musique,hotpotqa,2wiki")
    parser.add_argument("--without", default="names,graph,hops", help="stages, each left out once")
    parser.add_argument("--limit", type=int, default=100, help="questions of a dataset")
    parser.add_argument("--out", type=Path, help="folder for benchmarks.md")
    options = parser.parse_args()
    names = listed(options.datasets)
    datasets = [read(options.data / name, titles=True, limit=options.limit) for name in names]
    lines = "\n".join(table(measure(options, names), datasets))
    print(lines)
    if options.out:
        body = f"## What each stage is worth\n\n{_HOW.format(options=options)}\n\n{lines}"
        replace_section(options.out / "benchmarks.md", "ablation", body, title="Benchmarks")


_HOW = """\
`python benchmarks/ablation.py --data DIR --memories DIR --datasets {options.datasets} \
--without {options.without} --limit {options.limit} --out docs`

recall@5 in percent, of questions that the ranker has not seen: two halves without a gold
passage in common, each judged by models of the other. A stage is left out of learning and
of judging. *Without pairs* ranks all candidates by the first model, which sees no passage
beside another. Differences are from all stages on the same questions, by the paired
bootstrap."""


if __name__ == "__main__":
    main()
