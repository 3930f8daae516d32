"""The sentences that a summary may be made of, with their documents and vectors.

Of one document all of them; of a query those of the passages that a search finds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...memory.database import slices
from ...memory.embedder import Embedder
from ...memory.rows import ChunkRow
from ...memory.store import Store
from ...reader.terms import terms
from ...records import DocumentRef
from .embedding import Embedding
from .entities import Entities, entities
from .features import Asked, Material
from .units import stacked, units


@dataclass(frozen=True, slots=True)
class Origin:
    """A sentence's source: `start:end` of a document's text, and the passage it is in."""

    document: DocumentRef
    chunk_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """n sentences with what is known of them, where each is from, and whom each names."""

    material: Material
    origins: Sequence[Origin]
    entities: Entities
    asked: Asked | None


def of_document(
    store: Store, document_id: int, embedding: Embedding, query: str | None
) -> Gathered:
    """All sentences of a document."""
    text, chunks = store.document_text(document_id), store.chunks_of(document_id)
    found = units(text, heads=_heads(chunks))
    texts = found.texts(text)
    embedder = embedding.embedder(text)
    owner = (chunks[0].document.collection, chunks[0].document.key) if chunks else ("", "")
    vectors = embedding.of_document(owner, texts, embedder)
    origins = _origins(found.spans, chunks)
    return Gathered(
        Material.of(found, texts, vectors),
        origins,
        _entities(store, origins, [row.id for row in chunks]),
        asked(query, embedder) if query else None,
    )


def of_chunks(
    store: Store, chunk_ids: Sequence[int], embedding: Embedding, query: str | None = None
) -> Gathered:
    """The sentences of passages, the first one's document first, each document's in order."""
    found, texts, origins = [], [], []
    rows = store.chunks(chunk_ids)
    documents = dict.fromkeys(rows[one].document for one in chunk_ids if one in rows)
    for document in documents:
        chunks = [row for row in rows.values() if row.document == document]
        chunks.sort(key=lambda row: row.chunk.start)
        text = store.document_text(document.id)
        for start, end in _merged(chunks):
            some = units(text[start:end])
            moved = [(start + first, start + last) for first, last in some.spans]
            found.append(replace(some, spans=moved))
            texts += [text[first:last] for first, last in moved]
            origins += _origins(moved, chunks)
    embedder = embedding.embedder(" ".join(texts))
    return Gathered(
        Material.of(stacked(found), texts, embedder.encode(texts)),
        origins,
        _entities(store, origins, chunk_ids),
        asked(query, embedder) if query else None,
    )


def asked(query: str, embedder: Embedder) -> Asked:
    """A query as features compare it."""
    return Asked(np.asarray(embedder.encode_query(query), np.float32), terms(query))


def _entities(store: Store, origins: Sequence[Origin], chunk_ids: Sequence[int]) -> Entities:
    spans = [(origin.document.id, origin.start, origin.end) for origin in origins]
    # Some chunks at a time: a book has tens of thousands of mentions.
    return entities(spans, (one for some in slices(chunk_ids) for one in store.mentions_of(some)))


def _origins(spans: Sequence[tuple[int, int]], chunks: Sequence[ChunkRow]) -> list[Origin]:
    starts = [row.chunk.start for row in chunks]
    homes = [chunks[max(0, bisect_right(starts, start) - 1)] for start, _ in spans]
    return [
        Origin(home.document, home.id, start, end)
        for home, (start, end) in zip(homes, spans, strict=True)
    ]


def _heads(chunks: Sequence[ChunkRow]) -> list[int]:
    """Where the heading above the text changes."""
    return [
        row.chunk.start
        for before, row in pairwise(chunks)
        if row.chunk.heading != before.chunk.heading
    ]


def _merged(chunks: Sequence[ChunkRow]) -> list[tuple[int, int]]:
    """The stretches that chunks cover; those that overlap or touch are one."""
    stretches: list[tuple[int, int]] = []
    for row in chunks:
        start, end = row.chunk.start, row.chunk.end
        if stretches and start <= stretches[-1][1] + 1:
            stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
        else:
            stretches.append((start, end))
    return stretches
