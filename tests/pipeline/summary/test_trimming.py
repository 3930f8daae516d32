from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.summary.trimming import cut, joined


def words(text: str) -> int:
    return len(text.split())


def test_sentences_are_joined_by_a_space_where_their_script_has_one() -> None:
    assert joined(["The dome leaked.", "Nobody paid."]) == "The dome leaked. Nobody paid."
    assert joined(["圆顶漏水。", "没有人付钱。"]) == "圆顶漏水。没有人付钱。"
    assert joined([]) == ""


def test_a_sentence_is_cut_behind_a_word() -> None:
    sentence = "The dome, which leaked for a month, was mended."
    assert sentence[: cut(sentence, 5, words)] == "The dome, which leaked for"
    assert cut(sentence, 0, words) == 0
    assert cut("圆顶漏水。", 3, len) == 3


@given(st.text(alphabet="ab ,圆顶", max_size=40), st.integers(0, 10))
def test_a_cut_fits_and_the_next_word_would_not(text: str, budget: int) -> None:
    length = cut(text, budget, words)
    assert words(text[:length]) <= budget
