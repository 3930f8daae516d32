"""What of a model's writing is the answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.reader.answer import is_complete, settled, tidy


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (" Ada Reed\nQuestion: Who else?", "Ada Reed"),
        ("\n\n Ada Reed", "Ada Reed"),
        ("Answer: Ada Reed. She was born in Oslo.", "Ada Reed."),
        ("Ing. Solberg. He was from Oslo.", "Ing. Solberg."),
        ("In the U.S. Army. It won.", "In the U.S. Army."),
        ("答案：艾达·里德。她生于奥斯陆。", "艾达·里德。"),
        ("", ""),
        ("\n", ""),
        ("A: 1902", "1902"),
    ],
)
def test_the_answer_is_the_first_sentence_without_cues(raw: str, answer: str) -> None:
    assert tidy(raw) == answer


def test_an_abbreviation_does_not_complete_an_answer_before_the_next_word_is_whole() -> None:
    assert not is_complete("in the U.S.")
    assert not is_complete("in the U.S. A")
    assert not is_complete("in the U.S. Army")
    assert is_complete("in the U.S. The war")
    assert is_complete("两年。")
    assert not is_complete("他说：“两年。")
    assert is_complete("Paris\n")
    assert not is_complete("\n")


_SCRAPS = (
    "Ing.| Solberg|U.S.| Army| The|A| |Paris|.|。|“|”|\n|Answer:|答案：|答|案|:|：|好的|！| etc."
    "| An| 5|他|?"
)
PIECES = st.sampled_from(_SCRAPS.split("|"))


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_streamed_words_are_never_taken_back(raw: str) -> None:
    told = ""
    seen = raw
    for length in range(1, len(raw) + 1):
        seen = raw[:length]
        assert settled(seen).startswith(told)
        told = settled(seen)
        if is_complete(seen):
            break
    assert tidy(seen).startswith(told)
