"""What the store tells of chunks and their vectors. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, exists, func, select

from ..errors import CorruptMemory
from ..records import Chunk, DocumentRef
from . import tables
from .database import AT_ONCE, Database, slices
from .rows import ChunkRow
from .writes import Vectors


class ChunkReads(Database):
    """Chunks and vectors, by number, by document, by hash and in order."""

    def chunk_ids(self, document_ids: Sequence[int]) -> npt.NDArray[np.int64]:
        """The chunks of the given documents, ascending."""
        column = tables.chunks.c
        with self.reading() as connection:
            found = [
                chunk_id
                for some in slices(document_ids)
                for chunk_id in connection.scalars(
                    select(column.id).where(column.document_id.in_(some))
                )
            ]
        return np.sort(np.asarray(found, dtype=np.int64))

    def chunk_starts(self, document_id: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """A document's chunks in the order of its text, and where each begins."""
        column = tables.chunks.c
        query = select(column.id, column.start).where(column.document_id == document_id)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(column.id)).all()
        found = np.asarray([tuple(row) for row in rows], np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def newest_chunk(self) -> int:
        """The highest number of a chunk; 0 if there is none."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(tables.chunks.c.id))) or 0

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, ChunkRow]:
        """The chunks with these numbers; numbers that no longer exist are left out."""
        query = chunk_query()
        with self.reading() as connection:
            rows = [
                row
                for some in slices(chunk_ids)
                for row in connection.execute(query.where(tables.chunks.c.id.in_(some)))
            ]
            return {row.id: row for row in chunk_rows(connection, rows)}

    def chunks_of(self, document_id: int) -> list[ChunkRow]:
        """A document's chunks, in the order of its text."""
        column = tables.chunks.c
        query = chunk_query().where(column.document_id == document_id).order_by(column.id)
        with self.reading() as connection:
            return chunk_rows(connection, connection.execute(query).all())

    def chunks_between(self, first: int, last: int) -> Iterator[ChunkRow]:
        """All chunks with first <= id <= last, by id, streamed."""
        column = tables.chunks.c
        while first <= last:
            query = chunk_query().where(column.id.between(first, last)).order_by(column.id)
            with self.reading() as connection:
                rows = chunk_rows(connection, connection.execute(query.limit(AT_ONCE)).all())
            yield from rows
            if len(rows) < AT_ONCE:
                return
            first = rows[-1].id + 1

    def vectors_between(
        self, first: int, last: int, model_id: int
    ) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Chunk ids and their vectors (n, width), by id, in blocks.

        Chunks that have no vector of this model are left out.
        """
        chunk = tables.chunks.c
        block = 8 * AT_ONCE
        while first <= last:
            query = (
                _vector_query(model_id)
                .where(chunk.id.between(first, last))
                .order_by(chunk.id)
                .limit(block)
            )
            with self.reading() as connection:
                rows = connection.execute(query).all()
            if rows:
                yield _stack(rows)
            if len(rows) < block:
                return
            first = rows[-1].id + 1

    def all_vectors(self, model_id: int) -> Iterator[tuple[bytes, bytes]]:
        """Every (hash, fp16 vector) of a model, as bytes, by hash, streamed."""
        column = tables.vectors.c
        query = select(column.hash, column.vector).where(column.model_id == model_id)
        query = query.order_by(column.hash).limit(8 * AT_ONCE)
        last = b""
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(column.hash > last)).all()
            for row in rows:
                yield row.hash, row.vector
            if not rows:
                return
            last = rows[-1].hash

    def damaged_vectors(self, model_id: int) -> list[bytes]:
        """The hashes under which a model's vector is of another length, or not finite."""
        width = select(tables.models.c.width).where(tables.models.c.id == model_id)
        with self.reading() as connection:
            size = 2 * (connection.scalar(width) or 0)
        return [
            key
            for key, vector in self.all_vectors(model_id)
            if len(vector) != size or not np.isfinite(np.frombuffer(vector, "<f2")).all()
        ]

    def vectors_of(
        self, chunk_ids: Sequence[int], model_id: int
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Of the given chunks, those that have a vector of this model, and it: (n, width)."""
        query = _vector_query(model_id)
        with self.reading() as connection:
            rows = [
                row
                for some in slices(chunk_ids)
                for row in connection.execute(query.where(tables.chunks.c.id.in_(some)))
            ]
        return _stack(rows)

    def missing_vectors(self, hashes: Iterable[bytes], model_id: int) -> set[bytes]:
        """Those of the hashes for which this model has made no vector yet."""
        wanted = set(hashes)
        column = tables.vectors.c
        query = select(column.hash).where(column.model_id == model_id)
        with self.reading() as connection:
            for some in slices(list(wanted)):
                wanted -= set(connection.scalars(query.where(column.hash.in_(some))))
        return wanted

    def unembedded(self, model_id: int, limit: int) -> list[ChunkRow]:
        """Up to `limit` chunks for which this model has made no vector yet."""
        vector = tables.vectors.c
        made = exists().where(vector.hash == tables.chunks.c.hash, vector.model_id == model_id)
        with self.reading() as connection:
            query = chunk_query().where(~made).limit(limit)
            return chunk_rows(connection, connection.execute(query).all())


def _vector_query(model_id: int) -> Any:
    """Chunks with a model's vectors of them; rows for `_stack`."""
    vector, model = tables.vectors.c, tables.models.c
    return (
        select(tables.chunks.c.id, vector.vector, model.width)
        .join(tables.vectors, vector.hash == tables.chunks.c.hash)
        .join(tables.models, model.id == vector.model_id)
        .where(vector.model_id == model_id)
    )


def _stack(rows: Sequence[Any]) -> tuple[npt.NDArray[np.int64], Vectors]:
    if not rows:
        return np.zeros(0, np.int64), np.zeros((0, 0), "<f2")
    blocks = [row.vector for row in rows]
    ids = np.asarray([row.id for row in rows], dtype=np.int64)
    sound = set(map(len, blocks)) == {2 * rows[0].width}
    vectors = np.frombuffer(b"".join(blocks) if sound else b"", dtype="<f2")
    if not sound or not np.isfinite(vectors).all():
        raise CorruptMemory(
            f"vectors of passages {ids[0]} to {ids[-1]} are damaged; "
            "`memctx verify --repair` makes them anew"
        )
    return ids, vectors.reshape(len(rows), -1)


def chunk_query() -> Any:
    """Chunks with what names their document; rows for `chunk_rows`."""
    chunk, document = tables.chunks.c, tables.documents.c
    return select(
        *tables.chunks.c, document.key, document.title, document.uri, document.collection
    ).join(tables.documents, document.id == chunk.document_id)


def chunk_rows(connection: Connection, rows: Sequence[Row[Any]]) -> list[ChunkRow]:
    """Rows of `chunk_query` as records.

    Raises:
        CorruptMemory: a passage cannot be that stretch of a text.
    """
    refs = document_refs(connection, rows)
    return [ChunkRow(row.id, refs[row.document_id], row.hash, _chunk(row)) for row in rows]


def document_refs(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, DocumentRef]:
    """The documents of rows that name them, by number.

    A document's metadata stands behind its text in the database, so that it is read once a
    document and not once a row.
    """
    column = tables.documents.c
    query = select(column.id, column.metadata)
    named = {row.document_id: row for row in rows}
    metadata = {
        number: found
        for some in slices(list(named))
        for number, found in connection.execute(query.where(column.id.in_(some)))
    }
    return {
        number: DocumentRef(
            number, row.key, row.title, row.uri, row.collection, metadata.get(number) or {}
        )
        for number, row in named.items()
    }


def _chunk(row: Row[Any]) -> Chunk:
    try:
        return Chunk(row.start, row.end, row.text, row.page, row.heading, row.context)
    except ValueError as error:
        raise CorruptMemory(
            f"passage {row.id} of {row.key} is damaged ({error}); forget that document and "
            "ingest it again"
        ) from error
