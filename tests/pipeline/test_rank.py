"""One order from many signals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.rank import dense_share, rank, reranked, unread, walk_share
from memctx.records import Signals

unit = st.floats(0, 1)
signals = st.dictionaries(
    st.integers(1, 50), st.builds(Signals, dense=unit, lexical=unit, graph=unit), max_size=12
)


@given(signals, unit)
def test_scores_are_in_order_between_nought_and_one(
    given_: dict[int, Signals], share: float
) -> None:
    ranked = rank(given_, share)
    scores = [score for _, score in ranked]
    assert sorted(chunk for chunk, _ in ranked) == sorted(given_)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_walk_lifts_what_words_and_vectors_put_behind() -> None:
    found = {1: Signals(0.5, 9.0, 0.0), 2: Signals(0.4, 8.0, 0.2), 3: Signals(0.1, 1.0, 0.0)}
    assert [chunk for chunk, _ in rank(found, 0.6)] == [2, 1, 3]
    assert [chunk for chunk, _ in rank(found, 0.6, graph_share=0.0)] == [1, 2, 3]


def test_a_walk_that_took_no_part_changes_no_score() -> None:
    without = {1: Signals(0.5, 9.0), 2: Signals(0.4, 8.0)}
    with_ = {1: Signals(0.5, 9.0, 0.0), 2: Signals(0.4, 8.0, 0.0)}
    assert rank(without, 0.6) == rank(with_, 0.6)


def test_an_embedder_that_reads_no_chinese_counts_little_there_and_so_does_a_walk() -> None:
    assert unread("邬静澜出生于哪里？", reads_chinese=False)
    assert not unread("邬静澜出生于哪里？", reads_chinese=True)
    assert not unread("Where was she born?", reads_chinese=False)
    assert dense_share(unread=True) < 0.2 < dense_share(unread=False)
    assert walk_share(unread=True) < walk_share(unread=False)


def test_what_a_cross_encoder_read_is_put_in_order_and_stays_ahead() -> None:
    ranked = [(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6), (5, 0.5)]
    again = reranked(ranked, {1: -9.0, 2: -1.0, 3: 4.0}, share=1.0)
    assert [chunk for chunk, _ in again] == [3, 2, 1, 4, 5]
    assert [score for _, score in again] == sorted((s for _, s in again), reverse=True)
    assert again[3:] == ranked[3:]


def test_without_anything_read_the_order_stays() -> None:
    assert reranked([(1, 0.9), (2, 0.8)], {}) == [(1, 0.9), (2, 0.8)]
    assert reranked([], {}) == []
