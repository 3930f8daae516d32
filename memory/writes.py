"""The statements by which the store changes, each within its caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, exists, func, insert, select, update

from . import tables
from .graph_rows import subject_of
from .graph_writes import GraphWriter
from .rows import DocumentChange, SourceState

Vectors = npt.NDArray[np.float16]


def insert_vectors(connection: Connection, model_id: int, made: Mapping[bytes, Vectors]) -> None:
    """Keeps vectors (width,) by the hash of what was embedded."""
    if not made:
        return
    rows = [
        {"hash": key, "model_id": model_id, "vector": vector.astype("<f2").tobytes()}
        for key, vector in made.items()
    ]
    # Another batch may have met the same text first; its vector is the same.
    connection.execute(insert(tables.vectors).prefix_with("OR IGNORE", dialect="sqlite"), rows)


def replace_document(connection: Connection, change: DocumentChange, graph: GraphWriter) -> None:
    """Writes a document with its chunks in place of what its key held before."""
    document, column = change.document, tables.documents.c
    known = connection.scalar(
        select(column.id).where(column.collection == change.collection, column.key == document.key)
    )
    if known is not None:
        # New chunks first: vectors that both versions share then stay in use.
        connection.execute(
            update(tables.documents).where(column.id == known).values(key=f"\0{known}")
        )
    result = connection.execute(
        insert(tables.documents).values(
            collection=change.collection,
            key=document.key,
            root=change.root,
            source=change.source,
            title=document.title,
            uri=document.uri,
            text=document.text,
            hash=change.hash,
            metadata=dict(document.metadata),
        )
    )
    document_id = int(result.inserted_primary_key.id)  # type: ignore[union-attr]
    chunks = _insert_chunks(connection, document_id, change)
    if change.text_hashes:
        hashes = dict(zip(chunks, change.text_hashes, strict=True))
        graph.read(document_id, subject_of(document.key, document.title), hashes)
    if known is not None:
        remove_document(connection, known, graph)


def _insert_chunks(
    connection: Connection, document_id: int, change: DocumentChange
) -> Sequence[int]:
    """The numbers of the chunks, in the order of the text."""
    column = tables.chunks.c
    if not change.chunks:
        return []
    connection.execute(
        insert(tables.chunks),
        [
            {
                "document_id": document_id,
                "start": chunk.start,
                "end": chunk.end,
                "page": chunk.page,
                "heading": chunk.heading,
                "context": chunk.context,
                "text": chunk.text,
                "hash": key,
            }
            for chunk, key in zip(change.chunks, change.chunk_hashes, strict=True)
        ],
    )
    query = select(column.id).where(column.document_id == document_id).order_by(column.id)
    ids = connection.scalars(query).all()
    _log(connection, "add", document_id, (ids[0], ids[-1]))
    return ids


def remove_document(connection: Connection, document_id: int, graph: GraphWriter) -> None:
    """Removes a document, its chunks, and what was made of them and of nothing else."""
    graph.remove(document_id)
    chunk, vector = tables.chunks.c, tables.vectors.c
    bounds = select(func.min(chunk.id), func.max(chunk.id)).where(chunk.document_id == document_id)
    first, last = connection.execute(bounds).one()
    if first is not None:
        _log(connection, "remove", document_id, (first, last))
        gone = select(chunk.hash).where(chunk.document_id == document_id)
        kept = exists().where(chunk.hash == vector.hash, chunk.document_id != document_id)
        connection.execute(delete(tables.vectors).where(vector.hash.in_(gone), ~kept))
        connection.execute(delete(tables.chunks).where(chunk.document_id == document_id))
    _forget_summaries(connection, document_id)
    connection.execute(delete(tables.documents).where(tables.documents.c.id == document_id))


def _forget_summaries(connection: Connection, document_id: int) -> None:
    """Forgets what summaries made of a document; of one that is replaced it stays."""
    document = tables.documents.c
    for table in (tables.summary_parts, tables.summary_nodes):
        owned = exists().where(
            document.id == document_id,
            document.collection == table.c.collection,
            document.key == table.c.key,
        )
        connection.execute(delete(table).where(owned))


def forget_source_of(connection: Connection, document_id: int) -> None:
    """Forgets that the source of a document was ever read."""
    document, source = tables.documents.c, tables.sources.c
    query = select(document.collection, document.root, document.source)
    origin = connection.execute(query.where(document.id == document_id)).one_or_none()
    if origin is not None:
        connection.execute(
            delete(tables.sources).where(
                source.collection == origin.collection,
                source.root == origin.root,
                source.key == origin.source,
            )
        )


def _log(connection: Connection, what: str, document_id: int, bounds: tuple[int, int]) -> None:
    connection.execute(
        insert(tables.changes).values(
            what=what, document_id=document_id, first_chunk=bounds[0], last_chunk=bounds[1]
        )
    )


def log_read(connection: Connection, chunks: Sequence[int]) -> None:
    """Says of chunks that stayed that their names and facts changed, a run an entry."""
    runs: list[list[int]] = []
    for chunk in sorted(chunks):
        if runs and chunk == runs[-1][1] + 1:
            runs[-1][1] = chunk
        else:
            runs.append([chunk, chunk])
    for first, last in runs:
        _log(connection, "read", 0, (first, last))


def log_other_names(connection: Connection) -> None:
    """Says that something changed which is of no passage: whoever counts changes sees one."""
    _log(connection, "read", 0, (1, 0))


def replace_source(
    connection: Connection, where: tuple[str, str, str], state: SourceState | None
) -> None:
    """Remembers how the source (collection, root, key) was when it was read; None forgets it."""
    column = tables.sources.c
    collection, root, key = where
    connection.execute(
        delete(tables.sources).where(
            column.collection == collection, column.root == root, column.key == key
        )
    )
    if state is None:
        return
    connection.execute(
        insert(tables.sources).values(
            collection=collection,
            root=root,
            key=key,
            size=state.size,
            mtime_ns=state.mtime_ns,
            sha256=state.sha256,
            loader=state.loader,
        )
    )
