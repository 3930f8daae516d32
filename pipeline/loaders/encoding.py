"""From bytes to clean text: which encoding they are in, and which characters stay.

A byte order mark decides; else strict UTF-8; else a sample is judged. Bytes that are no
text at all are refused. This module knows nothing of formats or files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ...errors import LoadError
from ...records import Json
from .guess import guess

_SAMPLE = 65_536

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an Office file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (before 2007)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1b")) + b"\x7f"
_HIGH = re.compile(rb"[\x80-\xff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Characters that prose is made of, in the scripts that are written in UTF-16 files.
_PROSE = re.compile(
    "[\t\n\r\x20-\x7e\xa0-\xff\u0370-\u052f\u2010-\u203a\u20ac\u3000-\u30ff"
    "\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffee]"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Clean text, the encoding it came in, and how many characters were lost in decoding."""

    text: str
    encoding: str = "utf-8"
    replaced: int = 0

    @property
    def notes(self) -> dict[str, Json]:
        """What a document's metadata should say about this: nothing, for sound UTF-8."""
        notes: dict[str, Json] = {}
        if self.encoding != "utf-8":
            notes["encoding"] = self.encoding
        if self.replaced:
            notes["encoding_errors"] = self.replaced
        return notes


def clean(text: str) -> str:
    """Text with `\\n` line ends, without byte order mark, NULs and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    if _SURROGATE.search(text):
        # By way of UTF-16, which also joins pairs that were written as two halves.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.removeprefix("\ufeff")


def plain_json(value: Any) -> Json:
    """A value from a parser as clean JSON; what JSON cannot hold becomes text."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None  # neither infinite nor NaN
    if isinstance(value, dict):
        return {clean(str(key)): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return clean(str(value))


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Bytes as clean text. Raises LoadError for binary data.

    `declared` is what the format says of itself. It is believed when the bytes fit
    it; Latin-1, which is declared for everything, only when nothing else is likelier.
    """
    if marked := marked_encoding(data):
        return _leniently(data, marked)
    stated = _known(declared)
    if stated and stated != "cp1252" and (decoded := _strictly(data, stated)):
        return decoded
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _leniently(data, guess_encoding(data, western=stated == "cp1252"))
    if "\0" in text and (wide := unmarked_utf16(data)):
        return _leniently(data, wide)
    refuse_binary(data, tolerated=0.1)
    return Decoded(clean(text))


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark names, if there is one."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def guess_encoding(data: bytes, *, western: bool = False) -> str:
    """The likeliest encoding of bytes that are not sound UTF-8.

    `western` says that they are declared to be. Raises LoadError when they are no text.
    """
    sample = _sample(data)
    if wide := unmarked_utf16(sample):
        return wide
    refuse_binary(sample, tolerated=0.02)
    return "utf-8" if _mostly_utf8(sample) else guess(sample.replace(b"\0", b""), western=western)


def _known(encoding: str | None) -> str | None:
    """A declared encoding by the name to decode it with, or None if Python has none."""
    name = (encoding or "").strip().lower()
    if name in {"gb2312", "gbk", "gb_2312-80", "hz-gb-2312", "x-gbk"}:
        return "gb18030"  # declared for text that holds more than those sets do
    if name in {"iso-8859-1", "latin-1", "latin1", "windows-1252"}:
        return "cp1252"  # what browsers and mail readers take all of these for
    if name in {"us-ascii", "ascii"}:
        return None  # UTF-8 holds it, and beyond it the declaration is wrong
    try:
        return name if name and "".encode(name) is not None else None
    except (LookupError, UnicodeError):
        return None


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(clean(data.decode(encoding)), encoding)
    except UnicodeError:
        return None


def _leniently(data: bytes, encoding: str) -> Decoded:
    if decoded := _strictly(data, encoding):
        return decoded
    text = data.decode(encoding, "replace")
    replaced = text.count("\ufffd")
    if replaced > 0.1 * len(text):
        raise LoadError(f"cannot be read as text: most of it does not fit {encoding}")
    return Decoded(clean(text), encoding, replaced)


def _sample(data: bytes) -> bytes:
    """A stretch around the first byte that is not ASCII, whole in UTF-16 units."""
    found = _HIGH.search(data)
    start = max(0, found.start() - 1024 if found else 0) & ~3
    return data[start : start + _SAMPLE]


def refuse_binary(data: bytes, *, tolerated: float) -> None:
    """Raise LoadError when more than a share `tolerated` of the bytes are controls."""
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= tolerated * len(sample):
        return
    looks = next((noun for mark, noun in _SIGNATURES if data.startswith(mark)), None)
    raise LoadError(f"looks like {looks}, not text" if looks else "holds binary data, not text")


def unmarked_utf16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, recognised by the control bytes it holds."""
    sample = data[: min(len(data), _SAMPLE) & ~1]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= 0.02 * len(sample):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        if text and len(_PROSE.findall(text)) >= 0.85 * len(text):
            return encoding
    return None


def _mostly_utf8(sample: bytes) -> bool:
    """Whether the odd bad byte stands in text that is UTF-8 otherwise."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    return good > 4 * bad
