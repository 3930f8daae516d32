from __future__ import annotations

import numpy as np
import pytest

from memctx import HashingEmbedder
from memctx.pipeline.summary.extraction import extract
from memctx.pipeline.summary.features import RELEVANCE, Asked, Material, features, ranks, smoothed
from memctx.pipeline.summary.phrases import phrases
from memctx.pipeline.summary.scorer import Scorer, load_scorer
from memctx.pipeline.summary.units import units
from memctx.reader.terms import terms

TEXT = (
    "Chapter 1\nThe ferry sank in the storm of that year. Nobody knew why the ferry sank.\n\n"
    "Chapter 2\nThe board paid nothing for the ferry. A heron stood in the reeds all day."
)


def material(text: str = TEXT) -> Material:
    found = units(text)
    texts = found.texts(text)
    return Material.of(found, texts, HashingEmbedder().encode(texts))


def asked(query: str) -> Asked:
    return Asked(HashingEmbedder().encode_query(query), terms(query))


def test_every_sentence_has_a_finite_row_and_relevance_only_where_something_is_asked() -> None:
    plain, wanted = features(material()), features(material(), asked("who paid for the ferry"))
    assert plain.shape == wanted.shape
    assert np.isfinite(plain).all()
    assert np.isfinite(wanted).all()
    assert not plain[:, -RELEVANCE:].any()
    assert (plain[:, :-RELEVANCE] == wanted[:, :-RELEVANCE]).all()


def test_one_sentence_has_features_too() -> None:
    assert np.isfinite(features(material("The ferry sank in the storm."), asked("ferry"))).all()


def test_the_shipped_trees_read_all_columns() -> None:
    scorer, rows = load_scorer(), features(material())
    assert scorer.sentences.feature.max() < rows.shape[1]
    assert scorer.worth(rows).shape == (4,)
    assert scorer.worth(rows[:0]).shape == (0,)
    said = phrases(material(), None, np.arange(4), np.ones(4)).rows
    assert scorer.said.feature.max() < said.shape[1]
    chances = scorer.chances(said)
    assert chances.shape == (len(said),)
    assert ((chances > 0) & (chances < 1)).all()


def test_a_scorer_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="format 1"):
        Scorer.of({"format": 1})


def test_an_extract_fits_its_budget_and_weighs_one() -> None:
    picks = extract(material(), None, 20, lambda text: len(text.split()), load_scorer())
    assert [pick.sentence for pick in picks] == sorted(pick.sentence for pick in picks)
    assert abs(sum(pick.weight for pick in picks) - 1) < 1e-9


def test_ranks_and_means_of_neighbours() -> None:
    assert ranks(np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 0.0, 0.5]
    assert smoothed(np.array([1.0, 2.0, 6.0]), 1).tolist() == [1.5, 3.0, 4.0]
