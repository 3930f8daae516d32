"""ROUGE of a summary against its references, through the rouge-score library.

Knows nothing of how a summary was made. The library splits text at everything that is
not a Latin letter or digit: Chinese summaries score 0 with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import MissingDependency

KINDS = ("rouge1", "rouge2", "rougeL")


class Rouge:
    """ROUGE-1, -2 and -L, F measure, with stemming (Lin 2004).

    Raises:
        MissingDependency: rouge-score is not installed.
    """

    def __init__(self) -> None:
        self._scorer = _scorer()

    def score(self, summary: str, references: Iterable[str]) -> Mapping[str, float]:
        """Each kind's best F measure over the references, in [0, 1]; 0 without any."""
        best = dict.fromkeys(KINDS, 0.0)
        for reference in references:
            for kind, found in self._scorer.score(reference, summary).items():
                best[kind] = max(best[kind], found.fmeasure)
        return best


def _scorer() -> Any:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise MissingDependency(
            "ROUGE needs the package rouge-score, which is not installed: "
            "`pip install rouge-score`, or leave summaries out with `--tasks`"
        ) from error
    return RougeScorer(list(KINDS), use_stemmer=True)
