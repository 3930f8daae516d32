"""Other languages, choosing the extractor, and worker processes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.errors import ExtractionError
from memctx.kg.chinese import ChineseExtractor
from memctx.kg.extraction import Alias, Extractor, Mention
from memctx.kg.languages import ByLanguage, Language, language_of
from memctx.kg.other import OtherExtractor
from memctx.kg.recipe import Recipe
from memctx.kg.workers import ExtractorPool


def test_other_languages_give_capitalised_names_and_no_facts() -> None:
    text = "Marie Curie wurde in Warschau geboren. Das Buch «El Estado del Mundo» kam später."
    found = OtherExtractor().extract([text])[0]
    assert [mention.text for mention in found.mentions] == [
        "Marie Curie",
        "Warschau",
        "Das Buch",
        "El Estado del Mundo",
    ]
    assert found.facts == ()


def test_an_acronym_in_brackets_is_an_alias_in_any_language() -> None:
    found = OtherExtractor().extract(["Hoy la Organización Mundial de la Salud (OMS) habló."])[0]
    assert found.aliases == (Alias("Organización Mundial de la Salud", "OMS", "acronym"),)


@given(st.text(max_size=80))
def test_offsets_are_exact_in_any_text(text: str) -> None:
    for mention in OtherExtractor().extract([text])[0].mentions:
        assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The bridge was built in 1890 and it is still in use.", "en"),
        ("Paris, Lyon, Rome", "en"),
        ("这座桥建于1890年。", "zh"),
        ("這座橋建於1890年，使用 Python 3 計算。", "zh"),
        ("Die Brücke wurde im Jahre 1890 von der Stadt gebaut und steht noch heute.", "other"),
        ("この橋は1890年に建設された。", "other"),
        ("1890 — 1902", "other"),
        ("", "other"),
    ],
)
def test_a_text_goes_to_the_extractor_of_its_language(text: str, language: Language) -> None:
    assert language_of(text) == language


def test_mixed_texts_come_back_in_their_order() -> None:
    chinese, other = ChineseExtractor(), OtherExtractor()
    both = ByLanguage({"zh": chinese, "other": other})
    texts = ["北京大学位于北京市。", "Gestern war Anna Schmidt da.", "王毅访问法国。"]
    expected: list[Extractor] = [chinese, other, chinese]
    one_by_one = [each.extract([text])[0] for each, text in zip(expected, texts, strict=True)]
    assert both.extract(texts) == one_by_one
    assert both.fingerprint == f"{other.fingerprint}+{chinese.fingerprint}"


def test_a_set_of_extractors_needs_one_for_the_rest() -> None:
    with pytest.raises(ValueError, match="need one for 'other', got zh"):
        ByLanguage({"zh": ChineseExtractor()})


def test_worker_processes_give_what_one_process_gives() -> None:
    recipe = Recipe()
    texts = [f"公司{number}由任正非创办。" for number in range(150)]
    expected = recipe.extractor().extract(texts)
    with ExtractorPool(recipe, workers=2) as pool:
        waits = [pool.begin(texts), pool.begin(texts[:3])]
        assert [wait() for wait in waits] == [expected, expected[:3]]
        assert pool.fingerprint == recipe.extractor().fingerprint


def test_few_texts_are_read_without_a_worker() -> None:
    with ExtractorPool(Recipe(), workers=2) as pool:
        assert pool.extract(["王毅访问法国。"])[0].mentions
        assert pool.workers_running == 0


def test_a_worker_that_dies_is_an_error_that_says_what_to_do() -> None:
    with ExtractorPool(Recipe(), workers=1) as pool:
        texts = ["王毅访问法国。"] * 100
        pool.extract(texts)
        pool.kill()
        with pytest.raises(ExtractionError, match="--no-graph"):
            pool.extract(texts)


def test_a_pool_has_no_fewer_than_no_workers() -> None:
    with pytest.raises(ValueError, match="got -1"):
        ExtractorPool(Recipe(), workers=-1)


def test_a_mention_must_fit_its_offsets() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        Mention(0, 3, "Lyon", "place")
