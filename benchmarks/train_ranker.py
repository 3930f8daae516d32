"""Trains the ranker that ships in data/ranker.json, and says how it does on unseen halves.

    python benchmarks/train_ranker.py --data EVAL/tune --memories .bench/memories

Three models of boosted trees (LightGBM), each fitted to what the one before says of
questions that it has not seen. The report is of two halves, each by models of the other;
what ships is fitted to both. The same data give the same file.
"""

from __future__ import annotations

import json
from pathlib import Path

from memctx.benchmarks.ranker_examples import WEIGHTS, cases_of, options_of, sources_of
from memctx.benchmarks.ranker_fit import fitted, stored
from memctx.benchmarks.ranker_report import report
from memctx.benchmarks.unseen import judged_by_other_half
from memctx.files import write_text


def main() -> None:
    """Reads, cross-validates, fits, writes."""
    parser = options_of(__doc__, list(WEIGHTS), limit=350)
    parser.add_argument("--out", type=Path, help="the file to write; none: only the report")
    parser.add_argument("--only-fit", action="store_true", help="no report")
    options = parser.parse_args()
    with sources_of(options) as sources:
        cases = cases_of(sources)
        if not options.only_fit:
            report(judged_by_other_half(cases))
        if options.out:
            text = json.dumps(stored(fitted(cases)), separators=(",", ":"))
            write_text(options.out, text + "\n")


if __name__ == "__main__":
    main()
