"""What is handed over to be remembered, as documents: texts, records and documents themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeAlias

from ..errors import LoadError, UsageError
from ..records import Document, Skipped
from .loaders.draft import refuse_empty, tidy
from .loaders.encoding import clean
from .loaders.jsonl import document_of

Addable: TypeAlias = str | Document | Mapping[str, Any]
"""A text, a document, or a record as in a `.jsonl` file: `{"id", "title"?, "text", ...}`."""

_EXPECTED = 'a text, a Document or a mapping with "id" and "text"'


def documents_from(
    given: Addable | Iterable[Addable],
    key: str | None = None,
    *,
    title: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Iterable[Document | Skipped]:
    """The documents that are to be added; `metadata` is what they have beside their own.

    One thing that cannot be added is an error; of several it is skipped, named by its number.

    Raises:
        UsageError: there is nothing to add, or a key or title where there is not one text.
    """
    if key == "" or (key is not None and not isinstance(key, str)):
        raise UsageError(f"a key is a text that is not empty, got {key!r}")
    more = tidy(dict(metadata or {}))
    if isinstance(given, str):
        return [_alone(Document(key or key_of(clean(given)), given, title=title or ""), more)]
    if key is not None or title is not None:
        raise UsageError("key and title go with one text; documents and records have their own")
    if isinstance(given, (Document, Mapping)):
        return [_alone(given, more)]
    if isinstance(given, (bytes, bytearray)) or not isinstance(given, Iterable):
        raise UsageError(f"expected {_EXPECTED}, or several of them; got {type(given).__name__}")
    return (_numbered(number, item, more) for number, item in enumerate(given, 1))


def key_of(text: str) -> str:
    """The key of a text that has none: of the same text always the same."""
    return f"text-{blake2b(text.encode(), digest_size=8).hexdigest()}"


def _alone(item: Addable, more: Mapping[str, Any]) -> Document:
    try:
        return _document(item, more)
    except LoadError as error:
        raise UsageError(f"this cannot be added: {error}") from error


def _numbered(number: int, item: Any, more: Mapping[str, Any]) -> Document | Skipped:
    try:
        return _document(item, more)
    except LoadError as error:
        return Skipped(item.key if isinstance(item, Document) else f"item {number}", str(error))


def _document(item: Any, more: Mapping[str, Any]) -> Document:
    """The item as a document, tidied. Raises LoadError with the reason why it is none."""
    if isinstance(item, Mapping):
        document = document_of(item)
    elif isinstance(item, str):
        document = Document(key_of(clean(item)), item)
    elif isinstance(item, Document):
        document = item
    else:
        raise LoadError(f"should be {_EXPECTED}, is {type(item).__name__}")
    key, text = clean(document.key), clean(document.text)
    refuse_empty(text)
    if not key:
        raise LoadError("has a key without a readable character")
    if text != document.text and (document.headings or document.pages or document.tables):
        raise LoadError("has marks, and its text line ends or characters that move them; tidy it")
    return replace(
        document,
        key=key,
        text=text,
        title=clean(document.title),
        uri=clean(document.uri),
        metadata={**more, **tidy(dict(document.metadata))},
    )
