"""Questions with the gold passages given beside others, so that search has no part in it.

    python -m memctx.benchmarks.given --data EVAL/tune --work DIR [--sets xquad_en] [--others 4]

The passages are whole and stand in the order of their BM25 scores; an answer is insisted on.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np

from memctx.benchmarks.corpus import Corpus
from memctx.benchmarks.split import REPORTED, split
from memctx.config import load_settings
from memctx.pipeline.bootstrap import interval
from memctx.pipeline.engines import Places, find_memory_reader
from memctx.pipeline.metrics import exact_match, token_f1
from memctx.reader import Window, WindowPassage

_LIKELY = {1: 0.5, 2: 0.9}
"""p(passage) of all: one may be enough (`reader.alone`), or several are needed."""


def main() -> None:
    """Reads and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="keeps states")
    parser.add_argument(
        "--sets", nargs="+", choices=list(REPORTED), default=["xquad_en", "hotpotqa"]
    )
    parser.add_argument("--others", type=int, default=4, help="passages beside the gold ones")
    options = parser.parse_args()
    reader = find_memory_reader(load_settings(), places=Places(states=options.work))
    for name in options.sets:
        corpus = Corpus(options.data / name)
        found, exact = [], []
        for query in split(options.data, name, corpus).reported:
            window = _window(corpus, query, options.others)
            said = reader.read(query["question"], window, insist=True).text
            found.append(token_f1(said, query["answers"]))
            exact.append(exact_match(said, query["answers"]))
        f1 = interval(found, random.Random(0))
        print(
            f"{name}, {f1.n}: F1 {100 * f1.mean:.1f} +- {100 * f1.half:.1f} "
            f"({100 * float(np.mean(exact)):.1f})",
            flush=True,
        )


def _window(corpus: Corpus, query: dict[str, Any], others: int) -> Window:
    scores = corpus.scores(query["question"])
    gold = [corpus.index[key] for key in query["gold"]]
    beside = [int(place) for place in np.argsort(-scores, kind="stable") if place not in gold]
    places = sorted([*gold, *beside[:others]], key=lambda place: -scores[place])
    likely = _LIKELY[min(len(gold), 2)]
    rows = ((place, corpus.passages[place]) for place in places)
    return Window(tuple(WindowPassage(n, row["title"], "", row["text"], likely) for n, row in rows))


if __name__ == "__main__":
    main()
