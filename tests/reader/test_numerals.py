"""Numbers in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.reader.numerals import spelled_numbers

_DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It took twelve years.", {"12"}),
        ("Twenty-one of the three hundred and five", {"21", "305"}),
        ("in the nineteenth century, on its thirtieth day", {"19", "30"}),
        ("two million five hundred thousand people", {"2500000"}),
        ("a hundred ships", {"100"}),
        ("历时十二年，共两千零五人", {"12", "2005"}),
        ("一九〇二年", {"1902"}),
        ("人口三萬五千", {"35000"}),
        ("一亿二千万", {"120000000"}),
        ("they often wonder, and none won", set()),
        ("没有数字", set()),
    ],
)
def test_numbers_in_words_are_the_digits_they_stand_for(text: str, numbers: set[str]) -> None:
    assert spelled_numbers(text) == numbers


@given(st.integers(1, 9999))
def test_every_chinese_number_of_four_places_is_read(number: int) -> None:
    assert spelled_numbers(f"共{_in_chinese(number)}人") == {str(number)}


def _in_chinese(number: int) -> str:
    said, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + unit
        gap = not digit
    return said
