"""English extraction with real weights: facts, names, offsets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memctx.errors import ModelNotFound
from memctx.kg.english import EnglishExtractor
from memctx.kg.extraction import Alias, Extraction

Triple = tuple[str, str, str]

PIECES = [
    "Marie Curie",
    "(born 7 November 1867 in Warsaw)",
    "was a physicist",
    ", also known as Madame Curie,",
    '"The Red Room"',
    "was founded by",
    "the World Health Organization (WHO)",
    "did not win",
    "Lyon, France",
    "She",
    "his debut album",
    "居里夫人",
    "🙂",
    "\n\n",
    "()",
    '"',
    "``Song ''",
    "e\u0301cole",
    ".",
]


def triples(extraction: Extraction) -> set[Triple]:
    return {(fact.subject.text, fact.relation, fact.object.text) for fact in extraction.facts}


def told(english: EnglishExtractor, text: str) -> set[Triple]:
    return triples(english.extract([text])[0])


def test_an_active_clause_gives_subject_relation_and_object(english: EnglishExtractor) -> None:
    text = "Marie Curie discovered polonium and radium in 1898."
    facts = english.extract([text])[0].facts
    found = {(f.subject.text, f.relation, f.object.text, f.time) for f in facts}
    assert ("Marie Curie", "discovered", "polonium", "1898") in found
    assert ("Marie Curie", "discovered", "radium", "1898") in found


def test_a_passive_clause_names_who_did_it(english: EnglishExtractor) -> None:
    found = told(english, "Microsoft was founded by Bill Gates and Paul Allen.")
    assert found == {
        ("Microsoft", "founded by", "Bill Gates"),
        ("Microsoft", "founded by", "Paul Allen"),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The committee did not approve the budget.",
            ("committee", "not approve", "budget"),
        ),
        ("Berlin is not the capital of France.", ("Berlin", "not is capital of", "France")),
        ("The museum was never owned by IBM.", ("museum", "not owned by", "IBM")),
    ],
)
def test_a_denied_clause_keeps_its_not(
    english: EnglishExtractor, text: str, expected: Triple
) -> None:
    found = told(english, text)
    assert expected in found
    assert all(relation.startswith("not ") for _, relation, _ in found)


def test_what_is_said_of_a_predicate_noun_is_said_of_its_subject(
    english: EnglishExtractor,
) -> None:
    text = "Escape to Paradise is a 1939 film directed by Erle Kenton and starring Bobby Breen."
    assert told(english, text) == {
        ("Escape to Paradise", "is", "1939 film"),
        ("Escape to Paradise", "directed by", "Erle Kenton"),
        ("Escape to Paradise", "starring", "Bobby Breen"),
    }


def test_a_text_may_begin_with_a_place_and_end_with_a_comma(english: EnglishExtractor) -> None:
    text = "France is where Marie Curie founded the Radium Institute, and in Warsaw,"
    assert ("Marie Curie", "founded", "Radium Institute") in told(english, text)


def test_appositions_owners_and_places_are_facts(english: EnglishExtractor) -> None:
    found = told(
        english,
        "Ada Lovelace, an English mathematician, was born in London, England. "
        "Her mother was Anne Isabella.",
    )
    assert ("Ada Lovelace", "is", "English mathematician") in found
    assert ("Ada Lovelace", "born in", "London") in found
    assert ("London", "in", "England") in found
    assert ("Ada Lovelace", "has mother", "Anne Isabella") in found


def test_a_pronoun_stands_for_the_name_before_it(english: EnglishExtractor) -> None:
    text = "Wolfgang Mozart was born in Salzburg. He composed The Magic Flute in Vienna."
    fact = next(f for f in english.extract([text])[0].facts if f.relation == "composed")
    assert fact.subject.text == "Wolfgang Mozart"
    assert text[fact.start : fact.end] == "He composed The Magic Flute in Vienna."


def test_brackets_give_births_deaths_and_other_names(english: EnglishExtractor) -> None:
    text = (
        "Samuel Clemens (born 30 November 1835 in Florida, Missouri), also known as Mark Twain, "
        "was an American writer. The World Health Organization (WHO) is an agency."
    )
    found = english.extract([text])[0]
    assert {
        ("Samuel Clemens", "born", "30 November 1835"),
        ("Samuel Clemens", "born in", "Florida"),
        ("Samuel Clemens", "also known as", "Mark Twain"),
        ("World Health Organization", "is", "agency"),
    } <= triples(found)
    assert Alias("Samuel Clemens", "Mark Twain", "also known as") in found.aliases
    assert Alias("World Health Organization", "WHO", "acronym") in found.aliases


def test_a_date_is_never_a_birth_name(english: EnglishExtractor) -> None:
    found = english.extract(["Daan Jansen( born July 15, 1995) is a Dutch player."])[0]
    assert found.aliases == ()
    assert ("Daan Jansen", "born", "July 15, 1995") in triples(found)


def test_the_same_texts_give_the_same_extractions_whatever_the_batch(
    english_model: Path, english: EnglishExtractor
) -> None:
    texts = ["Paris is in France.", "", "Lyon was founded by Rome.", "She left."]
    single = EnglishExtractor(english_model, weights="test", batch=1)
    assert single.extract(texts) == english.extract(texts)
    assert english.extract([""]) == [Extraction()]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12))
def test_every_offset_is_exact(english: EnglishExtractor, pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = english.extract([text])[0]
    spans = {(mention.start, mention.end) for mention in found.mentions}
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.text
    for fact in found.facts:
        assert {(m.start, m.end) for m in (fact.subject, fact.object)} <= spans
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.relation


def test_a_folder_without_a_pipeline_says_what_to_pull(tmp_path: Path) -> None:
    extractor = EnglishExtractor(tmp_path, weights="none")
    with pytest.raises(ModelNotFound, match="memctx models pull en_core_web_sm"):
        extractor.extract(["Paris."])
