"""Which passages questions are made from: a sample of whole documents, the same every time.

Reads the store, a document at a time. What was read from a passage for the graph is used;
of one that was not read, names are found as far as that needs no weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ...kg.recipe import Recipe
from ...memory.store import Store
from ..extract import reading_of
from .made import Source

POOL = 4000
"""The most passages; about 4 MB of text."""

_SHARE = 4
"""No document has more than one in so many of them, unless it is the only one."""


def sampled(store: Store, *, seed: int, most: int = POOL) -> list[Source]:
    """At most `most` passages of different texts, in an order drawn from the seed."""
    found: list[Source] = []
    seen: set[bytes] = set()
    for document in _documents(store, seed, most):
        new = [source for key, source in _sources(store, document) if not _again(key, seen)]
        found += new[: most - len(found)]
        if len(found) == most:
            break
    return found


def _documents(store: Store, seed: int, most: int) -> Iterator[list[int]]:
    """The passages of each document, or of a stretch of a long one, by number."""
    documents = store.list_documents()
    documents.sort(key=lambda row: _hash(f"{seed} {row.collection} {row.key}"))
    share = most if len(documents) == 1 else max(1, most // _SHARE)
    for row in documents:
        ids = store.chunk_ids([row.id]).tolist()
        first = _hash(f"{row.key} {seed}") % max(1, len(ids) - share)
        yield ids[first : first + share] if len(ids) > share else ids


def _sources(store: Store, ids: list[int]) -> Iterator[tuple[bytes, Source]]:
    """Passages with what was read from them, and the hash of their text."""
    rows, readings = store.chunks(ids), store.readings_of(ids)
    unread = [number for number in ids if number in rows and number not in readings]
    extracted = Recipe().extractor().extract([rows[number].chunk.text for number in unread])
    found = {number: reading for number, (_, reading) in readings.items()}
    found |= dict(zip(unread, map(reading_of, extracted), strict=True))
    for number in ids:
        if number in rows:
            row = rows[number]
            yield row.hash, Source(number, row.chunk.text, found[number])


def _again(key: bytes, seen: set[bytes]) -> bool:
    """Whether a text came before; from now on it did."""
    known = key in seen
    seen.add(key)
    return known


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)
