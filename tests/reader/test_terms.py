"""Words as readers compare them."""

from __future__ import annotations

import pytest

from memctx.reader.estimate import estimated_tokens
from memctx.reader.terms import (
    inverse_frequencies,
    is_number_for_a_person,
    overlap,
    terms,
    tokens,
)


def test_tokens_ignore_case_width_articles_and_digit_grouping_and_keep_offsets() -> None:
    text = "The Dome of １９０２ cost 1,250.5 crowns; 天文台's"
    found = tokens(text)
    assert [token.text for token in found] == [
        "dome", "of", "1902", "cost", "1250.5", "crowns", "天", "文", "台", "s",
    ]  # fmt: skip
    assert [text[t.start : t.end] for t in found][2] == "１９０２"
    assert tokens("Reed's")[0].text == tokens("Reed’s")[0].text == "reed"


def test_terms_are_stemmed_words_and_pairs_of_chinese_characters() -> None:
    assert terms("When was it founded?") == terms("the founding")
    assert terms("studies") == terms("study's") or terms("studied") == terms("studies")
    assert terms("天文台在哪里") == ["天文", "文台"]
    assert terms("天。文") == []


def test_overlap_is_the_weighted_share_of_what_is_wanted() -> None:
    idf = inverse_frequencies([{"dome", "built"}, {"dome"}, {"port"}])
    assert idf["built"] > idf["dome"]
    assert overlap({"dome", "built"}, {"dome", "built", "x"}, idf) == pytest.approx(1)
    assert 0 < overlap({"dome", "built"}, {"dome"}, idf) < 0.5
    assert overlap({"elsewhere", "dome"}, {"dome"}, idf) < overlap({"dome"}, {"dome"}, idf)
    assert overlap(set(), {"dome"}, idf) == 0


def test_tokens_are_estimated_by_characters_words_and_digits() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("天文台。") == 4
    assert estimated_tokens("The observatory, 1902") == 1 + 2 + 1 + 2


@pytest.mark.parametrize("text", ["1926年", "1926", "12/3/1926", "1926年5月18日"])
def test_a_bare_number_is_no_person(text: str) -> None:
    assert is_number_for_a_person(text, "Who founded it?")
    assert is_number_for_a_person(text, "茶馆是谁开办的？")
    assert not is_number_for_a_person(text, "When was it founded?")
    assert not is_number_for_a_person(text, "茶馆是哪一年开办的？")


@pytest.mark.parametrize("text", ["沈玉兰", "Louis 14", "the 49ers", ""])
def test_a_name_with_or_without_a_number_may_be_a_person(text: str) -> None:
    assert not is_number_for_a_person(text, "Who founded it?")
