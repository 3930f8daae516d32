"""Judging whether what was found can hold the answer."""

from __future__ import annotations

import pytest

from memctx.pipeline.evidence import THRESHOLD, judge
from memctx.records import DocumentRef, Passage, Signals


def passage(dense: float, lexical: float) -> Passage:
    document = DocumentRef(1, "d", "d", "")
    return Passage(document, 1, "text", 0, 4, None, "", 1.0, Signals(dense, lexical))


def test_nothing_found_holds_nothing() -> None:
    assert judge([], 9.0).probability == 0


@pytest.mark.parametrize("embedded", [True, False])
def test_more_shared_words_make_evidence_likelier(embedded: bool) -> None:
    likely = [judge([passage(0.5, n)], 10.0, embedded=embedded).probability for n in range(11)]
    assert likely == sorted(set(likely))
    assert likely[-1] > 0.8


def test_cosines_of_a_language_that_is_not_read_do_not_count() -> None:
    near, far = (judge([passage(c, 1.0)], 10.0, embedded=False) for c in (0.59, 0.1))
    assert near.probability == far.probability < THRESHOLD
    assert judge([passage(0.59, 1.0)], 10.0).probability > THRESHOLD
