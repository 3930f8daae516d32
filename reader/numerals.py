"""Numbers that are written in words, English or Chinese, as the digits they stand for.

For whole numbers as texts have them: "twelve", "twenty-one", "three hundred and five",
"twelfth"; 十二, 二百零五, 三萬, and years digit by digit, 一九〇二. Pure functions; what is no
number gives none.
"""

from __future__ import annotations

import re

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS = _TENS_WORDS.split()
_WORDS = (
    {word: value for value, word in enumerate(_SMALL_WORDS.split())}
    | {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), 1)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)}
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_NUMBER_WORD = "|".join(sorted((*_WORDS, *_SCALES), key=len, reverse=True))
_ENGLISH = re.compile(
    rf"\b(?:{_NUMBER_WORD})(?:(?:[ -]| and )(?:{_NUMBER_WORD}))*\b", re.IGNORECASE
)

_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "两": 2, "兩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHINESE = re.compile(f"[{''.join((*_DIGITS, *_UNITS, *_GROUPS))}]+")


def spelled_numbers(text: str) -> frozenset[str]:
    """The numbers that a text has in words, in digits.

    >>> sorted(spelled_numbers("Twenty-one of them came on the twelfth; 其中三百零五人"))
    ['12', '21', '305']
    """
    english = (_english(found.group().lower()) for found in _ENGLISH.finditer(text))
    chinese = (_chinese(found.group()) for found in _CHINESE.finditer(text))
    return frozenset((*english, *chinese))


def without_numbers(text: str) -> str:
    """A text without its numbers, in digits or in words.

    >>> without_numbers("twelve men, 十二人, 12")
    ' men, 人, '
    """
    return _CHINESE.sub("", _ENGLISH.sub("", re.sub(r"\d[\d,.]*", "", text)))


def _english(words: str) -> str:
    values = (word for word in re.split(r"[ -]", words) if word != "and")
    total = group = 0
    for word in values:
        if word in _WORDS:
            group += _WORDS[word]
        elif word == "hundred":
            group = max(group, 1) * 100
        else:
            total, group = total + max(group, 1) * _SCALES[word], 0
    return str(total + group)


def _chinese(characters: str) -> str:
    if all(character in _DIGITS for character in characters):
        return "".join(str(_DIGITS[character]) for character in characters)
    total = group = digit = 0
    for character in characters:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            group, digit = group + (digit or 1) * _UNITS[character], 0
        else:
            whole = _GROUPS[character] == 10**8  # which counts all that went before
            before, last = (total, 0) if whole else (0, total)
            total = last + (before + group + digit or 1) * _GROUPS[character]
            group = digit = 0
    return str(total + group + digit)
