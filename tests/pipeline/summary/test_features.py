from __future__ import annotations

import numpy as np

from memctx import HashingEmbedder
from memctx.pipeline.summary.extraction import extract
from memctx.pipeline.summary.features import RELEVANCE, Asked, Material, features, ranks, smoothed
from memctx.pipeline.summary.scorer import load_scorer, score
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
    trees, rows = load_scorer(), features(material())
    assert trees.feature.max() < rows.shape[1]
    assert score(rows, trees).shape == (4,)
    assert score(rows[:0], trees).shape == (0,)


def test_an_extract_fits_its_budget_and_weighs_one() -> None:
    picks = extract(material(), None, 20, lambda text: len(text.split()), load_scorer())
    assert [pick.sentence for pick in picks] == sorted(pick.sentence for pick in picks)
    assert abs(sum(pick.weight for pick in picks) - 1) < 1e-9


def test_ranks_and_means_of_neighbours() -> None:
    assert ranks(np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 0.0, 0.5]
    assert smoothed(np.array([1.0, 2.0, 6.0]), 1).tolist() == [1.5, 3.0, 4.0]
