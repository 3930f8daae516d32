"""ROUGE, and the error where its library is absent."""

from __future__ import annotations

import sys

import pytest

from memctx.errors import MissingDependency
from memctx.pipeline.rouge import Rouge


def test_rouge_counts_shared_words_pairs_and_the_longest_sequence() -> None:
    # 4 of 5 words, 2 of 4 pairs and a common sequence of 4, on either side
    found = Rouge().score("the dome is green today", ["the dome was green today"])
    assert found["rouge1"] == pytest.approx(4 / 5)
    assert found["rouge2"] == pytest.approx(2 / 4)
    assert found["rougeL"] == pytest.approx(4 / 5)


def test_each_kind_takes_its_best_reference() -> None:
    rouge = Rouge()
    both = rouge.score("green dome", ["dome green", "a green hall"])
    alone = [rouge.score("green dome", [text]) for text in ("dome green", "a green hall")]
    assert both == {kind: max(one[kind] for one in alone) for kind in both}


def test_no_summary_and_no_reference_score_nothing() -> None:
    rouge = Rouge()
    assert set(rouge.score("", ["a dome"]).values()) == {0.0}
    assert set(rouge.score("a dome", []).values()) == {0.0}


def test_without_the_library_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rouge_score.rouge_scorer", None)
    with pytest.raises(MissingDependency, match="pip install rouge-score"):
        Rouge()
