"""Orders made anew."""

from __future__ import annotations

from memctx.pipeline.rank import reranked


def test_what_a_cross_encoder_read_is_put_in_order_and_stays_ahead() -> None:
    ranked = [(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6), (5, 0.5)]
    again = reranked(ranked, {1: -9.0, 2: -1.0, 3: 4.0}, share=1.0)
    assert [chunk for chunk, _ in again] == [3, 2, 1, 4, 5]
    assert [score for _, score in again] == sorted((s for _, s in again), reverse=True)
    assert again[3:] == ranked[3:]


def test_without_anything_read_the_order_stays() -> None:
    assert reranked([(1, 0.9), (2, 0.8)], {}) == [(1, 0.9), (2, 0.8)]
    assert reranked([], {}) == []
