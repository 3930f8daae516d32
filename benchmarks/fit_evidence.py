"""Fits how likely it is that a memory holds the answer, from how near its best passage comes.

    python benchmarks/fit_evidence.py --data EVAL/tune --memories .bench/memories

Questions are asked of the whole corpus and of the corpus without their evidence, and each of
few passages with evidence and without, with a ranker that has learned from other questions.
A logistic model of three numbers is fitted to one half and told about the other; the one of
both halves is what `pipeline/evidence.py` holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from memctx.benchmarks.ranker_examples import (
    WEIGHTS,
    Case,
    Nearest,
    cases_of,
    options_of,
    sources_of,
)
from memctx.benchmarks.ranker_report import auroc
from memctx.benchmarks.unseen import by_other_half
from memctx.pipeline.evidence import given

Floats = NDArray[np.float64]
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Asked:
    """How near a memory came that held the answer, or did not; `few` passages, or a corpus."""

    folder: str
    fold: int
    few: bool
    held: bool
    nearest: Nearest


def main() -> None:
    """Asks, fits, prints."""
    options = options_of(__doc__, list(WEIGHTS), limit=100).parse_args()
    with sources_of(options) as sources:
        asked = list(_asked(cases_of(sources)))
    for unread in (False, True):
        ours = [one for one in asked if one.nearest.unread == unread]
        if ours:
            _tell("not read by the embedder" if unread else "read by the embedder", ours)


def _asked(cases: Sequence[Case]) -> Iterator[Asked]:
    """As many askings of whole corpora as of those without evidence; and all of few passages."""
    rest = {(case.source.name, case.number) for case in cases if _kind(case) == "rest"}
    for case, ranker in by_other_half(cases):
        if case.part is None and (case.source.name, case.number) not in rest:
            continue
        yield Asked(
            case.source.name,
            case.fold,
            _kind(case) not in ("", "rest"),
            case.part is None or case.part.held,
            case.source.nearest(case.number, ranker, case.part),
        )


def _kind(case: Case) -> str:
    return case.part.kind if case.part else ""


def _tell(what: str, asked: Sequence[Asked]) -> None:
    rows = np.array([given(a.nearest.likely, a.nearest.seen, a.nearest.coverage) for a in asked])
    held, fold = np.array([a.held for a in asked]), np.array([a.fold for a in asked])
    folders = np.array([a.folder for a in asked])
    unseen = np.zeros(len(asked))
    for half in (0, 1):
        line = _fit(rows[fold != half], held[fold != half])
        unseen[fold == half] = _probability(rows[fold == half], line)
    print(f"{what}: {len(asked)} askings, of unseen halves:")
    few = np.array([a.few for a in asked])
    for folder in dict.fromkeys(folders.tolist()):
        _line(folder, unseen, held, folders == folder)
    _line("whole", unseen, held, ~few)
    _line("few", unseen, held, few)
    _line("all", unseen, held, few | ~few)
    print("  fitted to all: bias, likely, cosine, coverage =", np.round(_fit(rows, held), 2))


def _fit(rows: Floats, held: NDArray[np.bool_]) -> Floats:
    signs = np.where(held, 1.0, -1.0)

    def loss(line: Floats) -> float:
        margin = signs * (rows @ line[1:] + line[0])
        return float(np.logaddexp(0, -margin).mean() + _RIDGE * (line[1:] ** 2).sum())

    found: Floats = minimize(loss, np.zeros(rows.shape[1] + 1), method="BFGS").x
    return found


def _probability(rows: Floats, line: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-(rows @ line[1:] + line[0])))
    return found


def _line(name: str, scores: Floats, held: NDArray[np.bool_], here: NDArray[np.bool_]) -> None:
    brier = ((scores - held) ** 2)[here].mean()
    told = f"AUROC {auroc(scores[here], held[here]):.3f}  Brier {brier:.3f}"
    print(f"  {name:10} {told}  {_rates(scores[here], held[here])}")


def _rates(scores: Floats, held: NDArray[np.bool_]) -> str:
    """Of answerable and of unanswerable questions, the shares declined at some thresholds."""
    return "  ".join(
        f"<{bar}: {(scores[held] < bar).mean():.2f}/{(scores[~held] < bar).mean():.2f}"
        for bar in (0.03, 0.05, 0.1, 0.2, 0.4)
    )


if __name__ == "__main__":
    main()
