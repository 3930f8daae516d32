"""Which extractor a text goes to: Chinese, English, or any other language.

Decided per text by its script and its commonest words, so that a memory may hold
many languages and one document may change language between chunks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from .extraction import Extraction, Extractor
from .lexicon import words as lexicon

Language = Literal["en", "zh", "other"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[a-z']+")
_ENGLISH = lexicon(
    "the of and to in is was for on that with as by at from it an be are his her which has "
    "were or had not this but have they who he she"
)
_SHARE_HAN = 0.2
_SHARE_ENGLISH = 0.12
_READ = 2000
"""Characters of a text that are looked at."""


def language_of(text: str) -> Language:
    """English, Chinese or other; short Latin text without function words counts as English."""
    head = text[:_READ]
    letters = len(_LETTERS.findall(head))
    if letters == 0:
        return "other"
    if len(_HAN.findall(head)) > _SHARE_HAN * letters:
        return "other" if _KANA_HANGUL.search(head) else "zh"
    words = _WORDS.findall(head.lower())
    common = sum(1 for word in words if word in _ENGLISH)
    if common >= _SHARE_ENGLISH * max(len(words), 1):
        return "en"
    return "en" if len(words) < 8 and head.isascii() else "other"


class ByLanguage:
    """One extractor of many: each text goes to that of its language.

    `extractors` must hold "other"; a language without an extractor goes there.
    """

    def __init__(self, extractors: Mapping[Language, Extractor]) -> None:
        if "other" not in extractors:
            found = ", ".join(sorted(extractors)) or "none"
            raise ValueError(f"extractors need one for 'other', got {found}")
        self._extractors = dict(extractors)

    @property
    def fingerprint(self) -> str:
        """The fingerprints of all, in the order of their languages."""
        return "+".join(self._extractors[name].fingerprint for name in sorted(self._extractors))

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text, in the order given."""
        places: dict[Language, list[int]] = {}
        for place, text in enumerate(texts):
            language = language_of(text)
            chosen = language if language in self._extractors else "other"
            places.setdefault(chosen, []).append(place)
        found: dict[int, Extraction] = {}
        for name, chosen_places in places.items():
            batch = [texts[place] for place in chosen_places]
            extracted = self._extractors[name].extract(batch)
            found.update(zip(chosen_places, extracted, strict=True))
        return [found[place] for place in range(len(texts))]
