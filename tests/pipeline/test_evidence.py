"""Judging whether what was found can hold the answer."""

from __future__ import annotations

import pytest

from memctx.pipeline.evidence import judge, known_numbers
from memctx.reader import Window, WindowPassage
from memctx.records import DocumentRef, Passage, Signals


def passage(dense: float, lexical: float, score: float = 0.5) -> Passage:
    document = DocumentRef(1, "d", "d", "")
    return Passage(document, 1, "text", 0, 4, None, "", score, Signals(dense, lexical))


def test_nothing_found_holds_nothing() -> None:
    assert judge([], 9.0).probability == 0


@pytest.mark.parametrize("embedded", [True, False])
def test_more_shared_words_make_evidence_likelier(embedded: bool) -> None:
    likely = [judge([passage(0.5, n)], 10.0, embedded=embedded).probability for n in range(11)]
    assert likely == sorted(set(likely))


def test_the_likelier_the_best_passage_the_likelier_the_evidence() -> None:
    found = [judge([passage(0.5, 4.0, score)], 10.0).probability for score in (0.1, 0.5, 0.99)]
    assert found == sorted(set(found))
    assert found[0] < 0.3 < 0.8 < found[-1]


def test_cosines_of_a_language_that_is_not_read_do_not_count() -> None:
    near, far = (judge([passage(c, 1.0)], 10.0, embedded=False) for c in (0.59, 0.1))
    assert near.probability == far.probability
    assert (
        judge([passage(0.59, 1.0)], 10.0).probability > judge([passage(0.1, 1.0)], 10.0).probability
    )


@pytest.mark.parametrize("text", ["It had twelve domes.", "共有十二座圆顶。", "It had 12 domes."])
def test_a_number_in_words_bears_out_its_digits(text: str) -> None:
    window = Window((WindowPassage(1, "", "", text, 1.0),))
    assert "12" in known_numbers("How many?", window)
