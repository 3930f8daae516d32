from __future__ import annotations

from memctx import HashingEmbedder
from memctx.pipeline.summary.support import sources_of

SOURCES = [
    "Anna Lind founded the ferry in 1904.",
    "The ferry sank in a storm near Halden.",
    "Nobody was ever paid for the loss.",
]


def supported(sentence: str) -> list[int]:
    embedder = HashingEmbedder()
    vectors = embedder.encode([sentence, *SOURCES])
    return sources_of(sentence, vectors[0], SOURCES, vectors[1:])


def test_a_sentence_is_supported_by_the_source_that_says_it() -> None:
    assert supported("The ferry was founded by Anna Lind in 1904.") == [0]


def test_a_sentence_of_two_sources_cites_both() -> None:
    assert set(supported("Anna Lind founded the ferry, which sank near Halden.")) == {0, 1}


def test_another_number_is_not_supported() -> None:
    assert supported("Anna Lind founded the ferry in 1905.") == []


def test_what_no_source_says_is_not_supported() -> None:
    assert supported("The emperor danced with the ferry.") == []
    assert supported("") == []
    assert sources_of("Anna", HashingEmbedder().encode_query("Anna"), [], None) == []  # type: ignore[arg-type]
