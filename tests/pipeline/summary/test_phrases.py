"""What is known of a phrase, on a text small enough to be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from memctx.pipeline.summary.features import Asked, Material
from memctx.pipeline.summary.phrases import Phrases, phrases
from memctx.reader.terms import stems

from .test_features import asked, material

VALUES = np.array([0.2, 0.9, 0.4, 0.1])


def row(found: Phrases, name: str) -> np.ndarray:
    place = list(found.names).index(name)
    return np.asarray(found.rows[place])


@pytest.fixture
def ferry() -> Material:
    """Two sections of two sentences; the ferry sank in both of the first."""
    return material()


def told(ferry: Material, near: list[int], query: Asked | None = None) -> Phrases:
    return phrases(ferry, query, np.array(near), VALUES)


def test_how_often_and_where_a_phrase_is_said(ferry: Material) -> None:
    found = told(ferry, [0, 1, 2, 3])
    assert row(found, "ferry sank")[:6] == pytest.approx([np.log(3), 0.5, 1, 0.5, 0, 0])
    assert row(found, "board paid")[:6] == pytest.approx([np.log(2), 0.25, 1, 0.5, 0.5, 2])


def test_the_words_of_a_phrase_and_the_sentences_it_is_in(ferry: Material) -> None:
    found = told(ferry, [1, 2])
    ferry_sank, the_ferry = row(found, "ferry sank"), row(found, "the ferry")
    assert the_ferry[6:8].tolist() == [1, 0], "the first says nothing by itself"
    assert the_ferry[8:10] == pytest.approx([np.log(5), np.log(4)])
    assert the_ferry[10:12].tolist() == [1, 1], "both sections have both words"
    assert ferry_sank[12:16] == pytest.approx([1, 1, 1, 0.9]), "of sentence 1 alone, the worthiest"
    assert "ferri sank" not in found.names


def test_only_phrases_of_the_sentences_given_are_told(ferry: Material) -> None:
    found = told(ferry, [3])
    last = {"a heron", "heron stood", "stood in", "in the", "the reed", "reed all", "all day"}
    assert set(found.names) == last
    assert found.holds.shape == (1, 7)
    assert found.holds.toarray().all()


def test_relevance_is_nought_where_nothing_is_asked(ferry: Material) -> None:
    plain, wanted = told(ferry, [0, 2]), told(ferry, [0, 2], asked("who paid for the ferry"))
    assert not plain.rows[:, 16:19].any()
    assert row(wanted, "the ferry")[18] == 1, "ferry is asked for"
    assert row(wanted, "board paid")[16] > row(wanted, "that year")[16]
    assert np.isfinite(wanted.rows).all()


def test_a_character_that_stands_for_several_words_is_these_words() -> None:
    text = "The prophet ﷺ said so to them. They went home by the river."
    found = phrases(material(text), None, np.array([0, 1]), np.ones(2))
    assert all(len(name.split(" ")) == 2 for name in found.names)
    assert np.isfinite(found.rows).all()


def test_chinese_phrases_are_pairs_of_characters() -> None:
    text = "渡船在风暴中沉没。没有人知道原因。"
    found = phrases(material(text), None, np.array([0, 1]), np.ones(2))
    assert "渡 船" in found.names
    assert np.isfinite(found.rows).all()
    assert stems("渡船 sank") == ["渡", "船", "sank"]
