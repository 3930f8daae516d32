"""Which legacy encoding bytes are in, for text that is neither UTF-8 nor UTF-16.

The two-byte encodings of East Asia are told apart here, by how many of their characters
are common ones in each: a few words suffice, where general detectors need paragraphs.
All others are left to charset-normalizer. Pure functions over a sample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENOUGH = 1_024
"""Bytes, from the first that is not ASCII, that characters are counted in."""


@dataclass(frozen=True, slots=True)
class _Script:
    """An encoding's common characters, its others, and anything else above ASCII."""

    encoding: str
    tokens: re.Pattern[bytes]

    @classmethod
    def of(cls, encoding: str, common: bytes, other: bytes) -> _Script:
        """Tokens whose first group is a common character and whose second a sound one."""
        return cls(encoding, re.compile(b"(%s)|(%s)|[\x80-\xff]" % (common, other)))

    def share(self, sample: bytes) -> float:
        """The share of common characters, from 0 to 1; 0 when bytes do not fit."""
        common = broken = joined = 0
        last = -1
        tokens = list(self.tokens.finditer(sample))
        if len(sample) == _ENOUGH:
            del tokens[-1:]  # it may be cut off
        for token in tokens:
            common += token.lastindex == 1
            broken += token.lastindex is None
            joined += token.start() == last
            last = token.end()
        # Lone letters above ASCII between ASCII letters are what Western text looks like.
        if broken > 0.02 * len(tokens) or joined < 0.3 * len(tokens):
            return 0.0
        return common / max(len(tokens), 1)


# Common are the symbols and the first level of each standard, which orders characters by
# use: 3,755 of GB 2312, 5,401 of Big5, 2,965 of JIS X 0208 and its kana, 2,350 of KS X 1001.
_EAST_ASIAN = (
    _Script.of(
        "gb18030",
        rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]",
        rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])",
    ),
    _Script.of(
        "cp949",
        rb"[\xa1-\xa3\xb0-\xc8][\xa1-\xfe]",
        rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x81-\xfe]",
    ),
    _Script.of(
        "cp950",
        rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]",
        rb"[\x87-\xfe][\x40-\x7e\xa1-\xfe]",
    ),
    _Script.of(
        "cp932",
        rb"\x81[\x40-\xfc]|\x82[\x9f-\xf1]|\x83[\x40-\x96]|[\x88-\x98][\x40-\xfc]",
        rb"[\x82-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\xa1-\xdf]",
    ),
    _Script.of(
        "euc_jp",
        rb"[\xa1\xa3-\xa5\xb0-\xcf][\xa1-\xfe]",
        rb"\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|[\xa1-\xfe]{2}",
    ),
)

_OTHERS = [
    *(f"cp125{page}" for page in range(9)),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "koi8_r", "cp866", "cp874"),
]

# Western and Central European code pages share most letters. A guess other than cp1252
# must be at home in the language that the text seems to be in.
_LATIN = frozenset(["cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_9"])
_CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Slovene", "Croatian", "Romanian")
_AT_HOME = {
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": ("Turkish",),
    "iso8859_9": ("Turkish",),
    "cp1257": ("Lithuanian", "Latvian", "Estonian"),
    "cp1258": ("Vietnamese",),
}


def guess(sample: bytes, *, western: bool = False) -> str:
    """The likeliest encoding of text that is not Unicode.

    When it is declared to be `western`, only clear signs of East Asia say otherwise.
    """
    first = re.search(rb"[\x80-\xff]", sample)
    start = first.start() if first else 0
    asian = _east_asian(sample[start : start + _ENOUGH])
    return asian or ("cp1252" if western else _any_other(sample))


def _east_asian(sample: bytes) -> str | None:
    shares = {script.encoding: script.share(sample) for script in _EAST_ASIAN}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] < 0.6:
        return None
    # Korean syllables lie where half of the common Chinese characters do: a dozen that
    # all stay within them are Korean.
    high = sum(byte > 0x7F for byte in sample)
    if best == "gb18030" and high > 24 and shares["cp949"] > shares[best] - 0.01:
        return "cp949"
    if best == "cp950" and not _fits(sample, best):
        return "big5hkscs"
    return best


def _fits(sample: bytes, encoding: str) -> bool:
    return "\ufffd" not in sample[:-1].decode(encoding, "replace")[:-1]


def _any_other(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(sample, cp_isolation=_OTHERS)
    best = matches.best()
    if best is None:
        return "cp1252"
    if best.encoding not in _LATIN:
        return best.encoding
    for match in matches:
        letters = {letter for letter in str(match) if letter > "\x7f" and letter.isalpha()}
        if match.language in _AT_HOME.get(match.encoding, ()) and len(letters) > 2:
            return match.encoding
    return "cp1252"
