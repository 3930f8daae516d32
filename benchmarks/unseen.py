"""What memctx finds when its ranker has not seen the question nor its evidence.

The ranker that ships was fitted to the very questions that are asked here. So questions
are split into two halves that share no gold passage, and each is judged by models of the
other. Everything else is as the product does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from memctx.benchmarks.ranker_examples import Case, Unseen
from memctx.benchmarks.ranker_fit import fitted, stored
from memctx.pipeline.ranking.ranker import Ranker, read_ranker

Found = Mapping[tuple[str, str], Sequence[str]]
"""Keys of documents, best first, by the folder's name and the question's text."""


def by_other_half(cases: Sequence[Case]) -> Iterator[tuple[Case, Ranker]]:
    """Every case with a ranker of the half that it is not in."""
    for fold in (0, 1):
        ranker = read_ranker(stored(fitted([case for case in cases if case.fold != fold])))
        yield from ((case, ranker) for case in cases if case.fold == fold)


def judged_by_other_half(cases: Sequence[Case]) -> list[Unseen]:
    """Every case, judged by models of the half that it is not in."""
    return [
        case.source.judged(case.number, ranker, case.part) for case, ranker in by_other_half(cases)
    ]


def found(judged: Sequence[Unseen], depth: int) -> Found:
    """The documents that come first in the end, of whole corpora."""
    return {_of(one): best(one.keys, one.probability, depth) for one in _whole(judged)}


def found_alone(judged: Sequence[Unseen], depth: int) -> Found:
    """The documents that come first by the first model, which sees no pairs of passages."""
    return {_of(one): best(one.keys, one.alone, depth) for one in _whole(judged)}


def best(keys: Sequence[str], scores: NDArray[np.float64], depth: int) -> list[str]:
    """The keys of the highest scores, each once; of equals, the first.

    >>> best(["a", "b", "a", "c"], np.array([0.1, 0.2, 0.9, 0.2]), 2)
    ['a', 'b']
    """
    order = np.argsort(-scores, kind="stable")
    return list(dict.fromkeys(keys[place] for place in order))[:depth]


def _whole(judged: Sequence[Unseen]) -> list[Unseen]:
    return [one for one in judged if one.part is None]


def _of(one: Unseen) -> tuple[str, str]:
    return one.question.folder, one.question.text.strip()  # as an evaluation set has it
