"""What the store tells of chunks and their vectors. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, exists, func, select

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

    def newest_chunk(self) -> int:
        """The highest number of a chunk; 0 if there is none."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(tables.chunks.c.id))) or 0

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, ChunkRow]:
        """The chunks with these numbers; numbers that no longer exist are left out."""
        query = chunk_query()
        with self.reading() as connection:
            return {
                row.id: chunk_row(row)
                for some in slices(chunk_ids)
                for row in connection.execute(query.where(tables.chunks.c.id.in_(some)))
            }

    def chunks_of(self, document_id: int) -> list[ChunkRow]:
        """A document's chunks, in the order of its text."""
        column = tables.chunks.c
        query = chunk_query().where(column.document_id == document_id).order_by(column.id)
        with self.reading() as connection:
            return [chunk_row(row) for row in connection.execute(query)]

    def chunks_between(self, first: int, last: int) -> Iterator[ChunkRow]:
        """All chunks with first <= id <= last, by id, streamed."""
        column = tables.chunks.c
        while first <= last:
            query = chunk_query().where(column.id.between(first, last)).order_by(column.id)
            with self.reading() as connection:
                rows = connection.execute(query.limit(AT_ONCE)).all()
            yield from map(chunk_row, rows)
            if len(rows) < AT_ONCE:
                return
            first = rows[-1].id + 1

    def vectors_between(
        self, first: int, last: int, model_id: int
    ) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Chunk ids and their vectors (n, width), by id, in blocks.

        Chunks that have no vector of this model are left out.
        """
        chunk, vector = tables.chunks.c, tables.vectors.c
        block = 8 * AT_ONCE
        while first <= last:
            query = (
                select(chunk.id, vector.vector)
                .join(tables.vectors, vector.hash == chunk.hash)
                .where(vector.model_id == model_id, chunk.id.between(first, last))
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

    def all_vectors(self, model_id: int) -> Iterator[tuple[bytes, Vectors]]:
        """Every (hash, vector) of a model, by hash, streamed."""
        column = tables.vectors.c
        query = select(column.hash, column.vector).where(column.model_id == model_id)
        query = query.order_by(column.hash).limit(8 * AT_ONCE)
        last = b""
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(column.hash > last)).all()
            for row in rows:
                yield row.hash, np.frombuffer(row.vector, dtype="<f2")
            if not rows:
                return
            last = rows[-1].hash

    def vectors_of(
        self, chunk_ids: Sequence[int], model_id: int
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Of the given chunks, those that have a vector of this model, and it: (n, width)."""
        chunk, vector = tables.chunks.c, tables.vectors.c
        query = (
            select(chunk.id, vector.vector)
            .join(tables.vectors, vector.hash == chunk.hash)
            .where(vector.model_id == model_id)
        )
        with self.reading() as connection:
            rows = [
                row
                for some in slices(chunk_ids)
                for row in connection.execute(query.where(chunk.id.in_(some)))
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
            rows = connection.execute(chunk_query().where(~made).limit(limit)).all()
        return [chunk_row(row) for row in rows]


def _stack(rows: Sequence[Any]) -> tuple[npt.NDArray[np.int64], Vectors]:
    ids = np.asarray([row.id for row in rows], dtype=np.int64)
    flat = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f2")
    return ids, flat.reshape(len(rows), -1) if rows else flat.reshape(0, 0)


def chunk_query() -> Any:
    """Chunks with what names their document; rows for `chunk_row`."""
    chunk, document = tables.chunks.c, tables.documents.c
    return select(
        *tables.chunks.c, document.key, document.title, document.uri, document.collection
    ).join(tables.documents, document.id == chunk.document_id)


def chunk_row(row: Row[Any]) -> ChunkRow:
    """A row of `chunk_query` as a record."""
    return ChunkRow(
        id=row.id,
        document=DocumentRef(row.document_id, row.key, row.title, row.uri),
        collection=row.collection,
        hash=row.hash,
        chunk=Chunk(row.start, row.end, row.text, row.page, row.heading, row.context),
    )
