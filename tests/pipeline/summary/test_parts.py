from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.summary.parts import parts

SENTENCES = [f"Sentence number {number} of the long story." for number in range(2000)]


@given(st.lists(st.text(max_size=6), max_size=400))
def test_parts_hold_every_sentence_once_and_are_of_bounded_size(texts: list[str]) -> None:
    found = parts(texts, "model")
    assert [place for part in found for place in range(part.start, part.end)] == list(
        range(len(texts))
    )
    assert all(8 <= part.size <= 96 for part in found[:-1])


def test_an_edit_changes_one_or_two_parts_of_many() -> None:
    before = {part.hash for part in parts(SENTENCES, "model")}
    assert len(before) > 30
    rng = random.Random(3)
    for _ in range(20):
        place = rng.randrange(len(SENTENCES))
        for edited in (
            [*SENTENCES[:place], "Something else.", *SENTENCES[place + 1 :]],
            [*SENTENCES[:place], "One more.", *SENTENCES[place:]],
            [*SENTENCES[:place], *SENTENCES[place + 1 :]],
        ):
            after = {part.hash for part in parts(edited, "model")}
            assert len(after - before) <= 3


def test_another_model_makes_other_parts() -> None:
    one, other = (parts(SENTENCES[:50], maker) for maker in ("one", "other"))
    assert {part.hash for part in one}.isdisjoint(part.hash for part in other)
