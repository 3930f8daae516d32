from __future__ import annotations

import random

import numpy as np

from memctx import HashingEmbedder
from memctx.pipeline.summary.features import Material
from memctx.pipeline.summary.nodes import picked, stretches
from memctx.pipeline.summary.scorer import load_scorer
from memctx.pipeline.summary.units import units

WORDS = "dome copper mirror town ledger winter glass mountain letter debt journey star"


def sentences(count: int) -> list[str]:
    rng = random.Random(count)
    return [f"The {' '.join(rng.choices(WORDS.split(), k=9))} {n}." for n in range(count)]


def test_stretches_cover_a_document_in_order_and_the_whole_comes_last() -> None:
    *some, whole = stretches(sentences(300), "maker")
    places = [place for one in some for place in range(one.part.start, one.part.end)]
    assert places == list(range(300))
    assert (whole.part.start, whole.part.end) == (0, 300)
    assert whole.tokens > some[0].tokens


def test_a_document_of_one_part_needs_no_nodes() -> None:
    assert stretches(sentences(7), "maker") == stretches([], "maker") == []


def test_an_insertion_changes_the_stretch_that_it_is_in_and_the_whole() -> None:
    texts = sentences(400)
    before = {one.part.hash for one in stretches(texts, "maker")}
    after = {one.part.hash for one in stretches([*texts[:200], "New!", *texts[200:]], "maker")}
    assert 1 < len(after - before) <= 4
    assert len(before) > 8
    other = {one.part.hash for one in stretches(texts, "another")}
    assert not before & other


def test_an_extract_keeps_to_its_tokens_and_knows_nothing_of_other_stretches() -> None:
    texts = sentences(200)
    text = " ".join(texts)
    found = units(text)
    material = Material.of(found, found.texts(text), HashingEmbedder().encode(texts))
    stretch = stretches(material.texts, "maker")[1]
    picks = picked(material, stretch, 40, lambda said: len(said.split()), load_scorer())
    taken = [material.texts[stretch.part.start + pick] for pick in picks]
    assert 20 < sum(len(said.split()) for said in taken) <= 40
    alone = material.between(stretch.part.start, stretch.part.end)
    assert list(alone.texts) == texts[stretch.part.start : stretch.part.end]
    np.testing.assert_array_equal(
        picks, picked(material, stretch, 40, lambda said: len(said.split()), load_scorer())
    )
