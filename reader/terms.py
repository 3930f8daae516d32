"""The words by which readers compare a question, an answer and a sentence.

Two views of a text: `tokens` keeps everything that carries meaning, with exact
offsets, for verbatim matching; `terms` keeps content words only (Chinese by
character pairs), for overlap. Pure functions; no dictionary, no model.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..sentences import CJK

_TOKEN = re.compile(
    rf"[{CJK}]"
    r"|[0-9０-９]+(?:[.,．，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?"
    rf"|[^\W_{CJK}0-9０-９]+(?:['’][^\W_{CJK}]+)?"
)
_CJK_TOKEN = re.compile(f"[{CJK}]")
_ARTICLES = frozenset({"a", "an", "the"})
_SUFFIXES = ("ingly", "edly", "ing", "ied", "ies", "ed", "es", "ly", "s")

_REMEMBERED = 1 << 16
"""Words whose form is kept: a long text says the same ones again and again."""

_STOPWORD_LIST = (
    "a an the of in on at to for from by with about as into than then and or but if so not no nor "
    "is are was were be been being am do does did done has have had having will would can could "
    "shall should may might must it its this that these those there here he him his she her hers "
    "they them their we us our you your i me my one s t what which who whom whose when where why "
    "how many much long also such other more most some any all each both"
)
_STOPWORDS = frozenset(_STOPWORD_LIST.split())
_STOP_CHARACTERS = frozenset("的了是在和与及或者吗呢吧啊哪何谁几多少什么怎样为")

_WHO = re.compile(r"^\W*(?:who|whom|whose)\b|谁|誰|哪位|何人", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"[\d\s年月日号號,.，。:/–-]*\d[\d\s年月日号號,.，。:/–-]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A normalised word, number or Chinese character that stands at `start:end`."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text without articles; case, width and digit grouping are ignored."""
    found = (Token(_normal(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))
    return [token for token in found if token.text not in _ARTICLES]


def numbers(text: str) -> frozenset[str]:
    """The numbers in a text that are written in digits, normalised."""
    return frozenset(token.text for token in tokens(text) if token.text[0].isdigit())


def echoes(text: str, question: str) -> bool:
    """Whether a text says the question again and nothing else."""
    return [token.text for token in tokens(text)] == [token.text for token in tokens(question)]


def asks_who(question: str) -> bool:
    """Whether a question asks for a person."""
    return bool(_WHO.search(question))


def is_number_for_a_person(text: str, question: str) -> bool:
    """Whether it is asked who, and a text names a bare number or date, in digits.

    >>> is_number_for_a_person("1926年", "茶馆是谁开办的？")
    True
    >>> is_number_for_a_person("Marta Ohlin", "Who founded it?")
    False
    """
    return bool(asks_who(question) and _BARE_NUMBER.fullmatch(text.strip()))


@functools.lru_cache(_REMEMBERED)
def _normal(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    if folded[:1].isdigit():
        return re.sub(r",(?=\d{3})", "", folded)
    return folded.replace("’", "'").removesuffix("'s")


def terms(text: str) -> list[str]:
    """Content terms in order: stemmed words, numbers, pairs of Chinese characters."""
    found = tokens(text)
    result = []
    for place, token in enumerate(found):
        if not _CJK_TOKEN.match(token.text):
            if token.text not in _STOPWORDS:
                result.append(_stem(token.text))
        elif place + 1 < len(found) and _adjacent_cjk(token, found[place + 1]):
            result.extend(_pair(token.text, found[place + 1].text))
    return result


def stems(text: str) -> list[str]:
    """All words in order, stemmed, function words too; Chinese by character."""
    normal = (_normal(found) for found in _TOKEN.findall(text))
    return [_stem(word) for words in normal for word in words.split()]  # ﷺ is four words


def is_function_word(stem: str) -> bool:
    """Whether a stem, as in `stems`, says nothing by itself."""
    return stem in _FUNCTION_STEMS


def _adjacent_cjk(token: Token, following: Token) -> bool:
    return token.end == following.start and bool(_CJK_TOKEN.match(following.text))


def _pair(first: str, second: str) -> Iterable[str]:
    if first not in _STOP_CHARACTERS and second not in _STOP_CHARACTERS:
        yield first + second


@functools.lru_cache(_REMEMBERED)
def _stem(word: str) -> str:
    """The word without its inflection, roughly: both sides are treated alike."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            return word[: -len(suffix)].removesuffix("i").removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word


_FUNCTION_STEMS = frozenset(map(_stem, _STOPWORDS)) | _STOP_CHARACTERS


def inverse_frequencies(bags: Collection[Collection[str]]) -> dict[str, float]:
    """How telling each term is among these bags: log(1 + n / how many bags hold it)."""
    counts = Counter(term for bag in bags for term in set(bag))
    return {term: math.log(1 + len(bags) / count) for term, count in counts.items()}


def overlap(wanted: Collection[str], found: Collection[str], idf: Mapping[str, float]) -> float:
    """The share of `wanted`'s weight that `found` holds, in [0, 1].

    Terms that `idf` does not know stand nowhere in the window; they weigh as much as
    its rarest term, so that a question about something else scores low everywhere.
    """
    rarest = max(idf.values(), default=1.0)
    weights = {term: idf.get(term, rarest) for term in wanted}
    total = sum(weights.values())
    return sum(weights[term] for term in weights.keys() & set(found)) / total if total else 0.0
