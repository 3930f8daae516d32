from __future__ import annotations

import pytest

from memctx import HashingEmbedder
from memctx.pipeline.summary.support import shortened, sources_of

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


def test_a_name_that_no_source_says_is_not_supported() -> None:
    assert supported("The ferry was founded by Josef Lind in 1904.") == []


def test_what_a_source_denies_is_not_supported_as_said() -> None:
    assert supported("Somebody was paid for the loss.") == []
    assert supported("The ferry never sank in a storm near Halden.") == []
    assert supported("Nobody was paid for the loss.") == [2]


def test_what_shortens_a_source_cites_it() -> None:
    assert shortened("The ferry sank near Halden.", SOURCES) == 1
    assert shortened("Anna Lind founded the ferry.", SOURCES) == 0
    assert shortened("", SOURCES) is None


def test_a_source_in_another_order_or_with_a_word_more_is_not_shortened() -> None:
    assert shortened("A storm sank the ferry.", SOURCES) is None
    assert shortened("The old ferry sank.", SOURCES) is None
    assert shortened("Anybody was ever paid.", SOURCES) is None


def test_words_that_are_far_apart_are_not_joined() -> None:
    source = "Anna saw that Josef, his uncle, both cousins and her teacher left."
    assert shortened("Anna left.", [source]) is None


def test_what_is_said_of_somebody_else_is_not_shortened() -> None:
    source = "A speaker of the Halden school board said Lind has been suspended."
    assert shortened("The school board has been suspended.", [source]) is None
    assert shortened("Lind has been suspended.", [source]) == 0


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Smith stole the money.", "Smith denied that he stole the money."),
        ("The company paid its workers.", "The company refused to say it paid its workers."),
        ("The mayor resigned.", "The mayor said he might have resigned."),
        ("The mayor resigned.", "The mayor appears to have resigned."),
        ("市长辞职了。", "市长可能辞职了。"),
    ],
)
def test_what_a_source_doubts_is_not_shortened_to_a_fact(sentence: str, source: str) -> None:
    assert shortened(sentence, [source]) is None
    assert shortened(source, [source]) == 0
