"""Trains the ranker that ships in data/ranker.json, and says how it does on unseen halves.

    python benchmarks/train_ranker.py --data EVAL/tune --memories .bench/memories

Three models of boosted trees (LightGBM), each fitted to what the one before says of
questions that it has not seen. The report is of two halves, each by models of the other;
what ships is fitted to both. The same data give the same file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from memctx.benchmarks.ranker_examples import Case, Unseen, cases_of, options_of, sources_of
from memctx.benchmarks.ranker_fit import fitted, stored
from memctx.benchmarks.ranker_report import report
from memctx.files import write_text
from memctx.pipeline.ranking.ranker import read_ranker

WEIGHTS = {
    **{"musique": 1.6, "hotpotqa": 1.0, "2wiki": 1.0},
    **{"xquad_en": 0.5, "xquad_zh": 0.5, "cmrc2018": 0.5, "drcd": 0.5},
}
"""What is learned from, and how much a question of each folder weighs."""


def main() -> None:
    """Reads, cross-validates, fits, writes."""
    parser = options_of(__doc__, list(WEIGHTS), limit=350)
    parser.add_argument("--out", type=Path, help="the file to write; none: only the report")
    parser.add_argument("--only-fit", action="store_true", help="no report")
    options = parser.parse_args()
    with sources_of(options) as sources:
        cases = [case for one in sources for case in cases_of(one, WEIGHTS.get(one.name, 0.5))]
        if not options.only_fit:
            report([found for fold in (0, 1) for found in _half(cases, fold)])
        if options.out:
            text = json.dumps(stored(fitted(cases)), separators=(",", ":"))
            write_text(options.out, text + "\n")


def _half(cases: Sequence[Case], fold: int) -> list[Unseen]:
    """What models of the other half say of this one."""
    ranker = read_ranker(stored(fitted([case for case in cases if case.fold != fold])))
    asked = [case for case in cases if case.fold == fold]
    return [case.source.judged(case.number, ranker) for case in asked]


if __name__ == "__main__":
    main()
