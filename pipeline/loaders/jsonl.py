"""Records: JSON lines, JSON files, and standard input.

A record is `{"id", "title"?, "text", ...}` and becomes one document whose key is its
id; its other fields become metadata. Lines are read one by one, so a file of any length
takes the memory of its longest line. A line that is no record is skipped by number.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from ...errors import LoadError
from ...records import Document, Json, Skipped
from .base import Item, Loader
from .draft import refuse_empty, tidy
from .encoding import (
    Decoded,
    clean,
    decode,
    guess_encoding,
    marked_encoding,
    refuse_binary,
    unmarked_utf16,
)
from .text import load_plain

_HEAD = 65_536
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda constant: None)
_OWN = frozenset(["id", "title", "text"])


def load_jsonl(item: Item) -> Iterator[Document | Skipped]:
    """One document a record."""
    number = 0
    with item.open() as stream:
        for number, (line, notes) in enumerate(_lines(stream), 1):
            if line and not line.isspace():
                yield _parsed(item, line, notes, f"line {number}")
    if not number:
        raise LoadError("is empty")


def load_json(item: Item) -> Iterator[Document | Skipped]:
    """The documents of a list of records; of any other value, one, laid out in lines."""
    decoded = decode(item.read())
    refuse_empty(decoded.text)
    try:
        value = _DECODER.decode(decoded.text)
    except (ValueError, RecursionError) as error:
        if _is_record_line(decoded.text.partition("\n")[0]):
            yield from load_jsonl(item)  # JSON lines under a name that is not theirs
            return
        raise LoadError(f"is {_why(error)}") from error
    if isinstance(value, list) and value and not _missing(value[0]):
        for number, record in enumerate(value, 1):
            yield _document(item, record, decoded.notes, f"record {number}")
        return
    text = clean(json.dumps(value, indent=2, ensure_ascii=False))
    yield Document(item.key, text, title=item.stem, uri=item.uri, metadata=decoded.notes)


def load_stdin(item: Item) -> Iterator[Document | Skipped | Item]:
    """Records if the first line is one, else one text."""
    with item.open() as stream:
        first, _ = next(_lines(stream), ("", {}))
    loader: Loader = load_jsonl if _is_record_line(first) else load_plain
    yield from loader(item)


def _lines(stream: BinaryIO) -> Iterator[tuple[str, dict[str, Json]]]:
    """Lines of clean text, each with what its metadata should say of its encoding.

    Every line is read as UTF-8 if it can be, whatever others are in, so that one bad
    line harms no other.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    encoding = marked_encoding(head) or unmarked_utf16(head) or "utf-8"
    if encoding.startswith(("utf-16", "utf-32")):
        with io.TextIOWrapper(stream, encoding, errors="replace") as text:
            for wide in text:
                yield clean(wide), {"encoding": encoding}
        return
    refuse_binary(head, tolerated=0.1)
    fallback = ""
    for line in stream:
        try:
            yield clean(line.decode()), {}
        except UnicodeDecodeError:
            fallback = fallback or _fallback(head, line)
            strange = line.decode(fallback, "replace")
            lost = strange.count("\ufffd")
            yield clean(strange), Decoded("", fallback, lost).notes


def _fallback(head: bytes, line: bytes) -> str:
    """The encoding of lines that are not UTF-8, judged by those near the beginning."""
    odd = [one for one in head.splitlines()[:-1] if not _is_utf8(one)]
    try:
        return guess_encoding(b"\n".join(odd) or line)
    except LoadError:
        return "utf-8"  # binary data: the parser will say what is wrong with the line


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_record_line(line: str) -> bool:
    try:
        return not _missing(_DECODER.decode(line))
    except (ValueError, RecursionError):
        return False


def _missing(value: Any) -> str:
    """What keeps a value from being a record; empty if nothing does."""
    if not isinstance(value, Mapping):
        return f"expected an object, found {type(value).__name__}"
    key, text = value.get("id"), value.get("text")
    if isinstance(key, bool) or not isinstance(key, (str, int)) or key == "":
        return 'expected an "id" that is a string or a whole number'
    return "" if isinstance(text, str) else 'expected a "text" that is a string'


def _parsed(item: Item, line: str, notes: dict[str, Json], where: str) -> Document | Skipped:
    try:
        value = _DECODER.decode(line)
        return _document(item, value, notes, where)
    except (ValueError, RecursionError) as error:
        return Skipped(item.key, f"{where}: {_why(error)}")


def _document(item: Item, record: Any, notes: dict[str, Json], where: str) -> Document | Skipped:
    try:
        document = document_of(record)
    except LoadError as error:
        return Skipped(item.key, f"{where}: {error}")
    return replace(document, uri=item.uri, metadata={**document.metadata, **notes})


def document_of(record: Any) -> Document:
    """The document that a record is. Raises LoadError with what keeps it from being one."""
    if missing := _missing(record):
        raise LoadError(missing)
    key, text = clean(str(record["id"])), clean(record["text"])
    if not text or text.isspace():
        raise LoadError(f'the text of "{key}" is empty')
    others = {name: value for name, value in record.items() if name not in _OWN}
    title = record.get("title")
    title = clean(title) if isinstance(title, str) else ""
    return Document(key, text, title=title, metadata=tidy(others))


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON ({error.msg} at character {error.pos + 1})"
    return f"not valid JSON ({error})"


FORMATS: dict[str, Loader] = {
    ".jsonl": load_jsonl,
    ".ndjson": load_jsonl,
    ".json": load_json,
}
