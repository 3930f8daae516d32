"""The store: documents, chunks and vectors in SQL, and the log of their changes.

The only truth of a memory; every index is a projection of it (`projections.py`).
Each public writing method is one transaction, and each change of documents also
appends to the change log, so that a projection can tell what it has missed.

It never embeds, splits or ranks, and does not know which projections exist.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    Connection,
    Row,
    delete,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DatabaseError

from ..errors import CorruptMemory, DocumentNotFound, SchemaError
from ..records import Chunk, DocumentRef
from . import tables
from .engine import open_engine
from .migrations import check_current, migrate
from .rows import (
    Change,
    ChunkRow,
    DocumentChange,
    DocumentRow,
    DocumentState,
    SourceState,
    StoredDocument,
)
from .writes import (
    Vectors,
    forget_source_of,
    insert_vectors,
    remove_document,
    replace_document,
    replace_source,
)

_AT_ONCE = 500  # ids in one IN (...); SQLite's own limit is far above


class Store:
    """A memory's SQL database. Safe to share between threads.

    `read_only` stores refuse to write and can be opened while another process
    writes, and on media that cannot be written at all.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._engine = open_engine(path, read_only=read_only)
        try:
            with self._engine.begin() as connection:
                if read_only:
                    check_current(connection)
                else:
                    migrate(connection)
        except DatabaseError as error:
            self.close()
            raise CorruptMemory(
                f"{path} is not a readable memory ({error.orig}); restore it from a copy, or "
                "delete the folder and ingest again"
            ) from error
        except SchemaError:
            self.close()
            raise

    def close(self) -> None:
        """Closes all connections; the store cannot be used afterwards."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot of the store, for several reads that must agree."""
        with self._engine.connect() as connection:
            yield connection

    # --- settings and models ------------------------------------------------

    def setting(self, name: str) -> str | None:
        """The value of a setting of this memory, or None."""
        column = tables.settings.c
        with self.reading() as connection:
            return connection.scalar(select(column.value).where(column.name == name))

    def set_setting(self, name: str, value: str) -> None:
        """Writes a setting of this memory."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.settings).where(tables.settings.c.name == name))
            connection.execute(insert(tables.settings).values(name=name, value=value))

    def model_id(self, fingerprint: str) -> int | None:
        """The number under which vectors of the model with this fingerprint are kept."""
        column = tables.models.c
        with self.reading() as connection:
            return connection.scalar(select(column.id).where(column.fingerprint == fingerprint))

    def model_width(self, model_id: int) -> int:
        """Dimensions of the vectors of a model; 0 if there is no such model."""
        column = tables.models.c
        with self.reading() as connection:
            return connection.scalar(select(column.width).where(column.id == model_id)) or 0

    def add_model(self, fingerprint: str, name: str, width: int) -> int:
        """The model's number, given to it now if it is new."""
        known = self.model_id(fingerprint)
        if known is not None:
            return known
        with self._engine.begin() as connection:
            result = connection.execute(
                insert(tables.models).values(fingerprint=fingerprint, name=name, width=width)
            )
            return int(result.inserted_primary_key.id)  # type: ignore[union-attr]

    def drop_model(self, model_id: int) -> None:
        """Forgets a model and all vectors that it made."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.vectors).where(tables.vectors.c.model_id == model_id))
            connection.execute(delete(tables.models).where(tables.models.c.id == model_id))

    # --- what is there --------------------------------------------------------

    def sequence(self) -> int:
        """The number of the newest change; 0 while the memory is empty."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(tables.changes.c.sequence))) or 0

    def counts(self) -> dict[str, int]:
        """How many documents, chunks and vectors there are."""
        with self.reading() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (tables.documents, tables.chunks, tables.vectors)
            }

    def collections(self) -> tuple[str, ...]:
        """The names of the collections that hold documents, sorted."""
        column = tables.documents.c.collection
        with self.reading() as connection:
            return tuple(connection.scalars(select(column).distinct().order_by(column)))

    def sources(self, collection: str) -> dict[tuple[str, str], SourceState]:
        """What was ingested before: (root, key) of each source to its state then."""
        column = tables.sources.c
        query = select(
            column.root, column.key, column.size, column.mtime_ns, column.sha256, column.loader
        ).where(column.collection == collection)
        with self.reading() as connection:
            return {
                (root, key): SourceState(*state) for root, key, *state in connection.execute(query)
            }

    def roots(self, collection: str) -> tuple[str, ...]:
        """The roots from which the collection's sources came."""
        column = tables.sources.c
        query = select(column.root).where(column.collection == collection).distinct()
        with self.reading() as connection:
            return tuple(connection.scalars(query))

    def states(self, collection: str, keys: Sequence[str]) -> dict[str, DocumentState]:
        """For those of the keys that the collection holds: what is stored under them."""
        column = tables.documents.c
        query = select(column.key, column.id, column.hash, column.root, column.source).where(
            column.collection == collection
        )
        with self.reading() as connection:
            return {
                row.key: DocumentState(row.id, row.hash, row.root, row.source)
                for some in _slices(keys)
                for row in connection.execute(query.where(column.key.in_(some)))
            }

    def keys_by_source(
        self, collection: str, roots: Iterable[str]
    ) -> dict[tuple[str, str], list[str]]:
        """The documents of the given roots: (root, source) to the keys that came from it."""
        column = tables.documents.c
        query = select(column.root, column.source, column.key).where(
            column.collection == collection, column.root.in_(list(roots))
        )
        found: dict[tuple[str, str], list[str]] = {}
        with self.reading() as connection:
            for root, source, key in connection.execute(query):
                found.setdefault((root, source), []).append(key)
        return found

    def list_documents(self, collection: str | None = None) -> list[DocumentRow]:
        """All documents without their text, by collection and key."""
        column = tables.documents.c
        length = func.length(column.text)
        pieces = (
            select(func.count()).where(tables.chunks.c.document_id == column.id).scalar_subquery()
        )
        query = select(
            column.id,
            column.collection,
            column.key,
            column.title,
            column.uri,
            column.metadata,
            length.label("characters"),
            pieces.label("chunks"),
        ).order_by(column.collection, column.key)
        if collection is not None:
            query = query.where(column.collection == collection)
        with self.reading() as connection:
            return [DocumentRow(*row) for row in connection.execute(query)]

    def text(self, key: str, collection: str | None = None) -> str:
        """A document's whole text.

        Raises:
            DocumentNotFound: no document has this key, or several collections do.
        """
        return self.document_text(self.find(key, collection))

    def document_text(self, document_id: int) -> str:
        """The whole text of the document with this number; empty if there is none."""
        query = select(tables.documents.c.text).where(tables.documents.c.id == document_id)
        with self.reading() as connection:
            return connection.scalar(query) or ""

    def find(self, key: str, collection: str | None = None) -> int:
        """The number of the document with this key.

        Raises:
            DocumentNotFound: as `text`; names keys that come near.
        """
        column = tables.documents.c
        query = select(column.id, column.collection).where(column.key == key)
        if collection is not None:
            query = query.where(column.collection == collection)
        with self.reading() as connection:
            rows = connection.execute(query).all()
            if len(rows) == 1:
                return int(rows[0].id)
            if rows:
                names = ", ".join(sorted(row.collection for row in rows))
                raise DocumentNotFound(
                    f"{key} is in several collections ({names}); say which with --collection"
                )
            near = connection.scalars(
                select(column.key).where(column.key.contains(Path(key).name)).limit(3)
            ).all()
        hint = f"; did you mean {', '.join(near)}?" if near else "; `memctx list` shows all keys"
        raise DocumentNotFound(f"no document has the key {key}{hint}")

    def all_documents(self) -> Iterator[StoredDocument]:
        """Every document with its text and origin, by number, streamed."""
        column = tables.documents.c
        query = select(tables.documents).order_by(column.id).limit(_AT_ONCE // 5)
        last = 0
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(column.id > last)).all()
            yield from (StoredDocument(**row._mapping) for row in rows)
            if not rows:
                return
            last = rows[-1].id

    def matching(
        self,
        *,
        collection: str | None = None,
        where: Mapping[str, str] | None = None,
        keys: Sequence[str] = (),
    ) -> list[int]:
        """The numbers of the documents that meet all conditions given.

        `where` compares metadata as text; `keys` asks for any of these keys.
        """
        column = tables.documents.c
        query = select(column.id)
        if collection is not None:
            query = query.where(column.collection == collection)
        if keys:
            query = query.where(column.key.in_(list(keys)))
        for name, value in (where or {}).items():
            query = query.where(_metadata_equals(column.metadata[name], value))
        with self.reading() as connection:
            return list(connection.scalars(query))

    # --- chunks and vectors -----------------------------------------------------

    def chunk_ids(self, document_ids: Sequence[int]) -> npt.NDArray[np.int64]:
        """The chunks of the given documents, ascending."""
        column = tables.chunks.c
        with self.reading() as connection:
            found = [
                chunk_id
                for some in _slices(document_ids)
                for chunk_id in connection.scalars(
                    select(column.id).where(column.document_id.in_(some))
                )
            ]
        return np.sort(np.asarray(found, dtype=np.int64))

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, ChunkRow]:
        """The chunks with these numbers; numbers that no longer exist are left out."""
        query = _chunk_query()
        with self.reading() as connection:
            return {
                row.id: _chunk_row(row)
                for some in _slices(chunk_ids)
                for row in connection.execute(query.where(tables.chunks.c.id.in_(some)))
            }

    def chunks_of(self, document_id: int) -> list[ChunkRow]:
        """A document's chunks, in the order of its text."""
        column = tables.chunks.c
        query = _chunk_query().where(column.document_id == document_id).order_by(column.id)
        with self.reading() as connection:
            return [_chunk_row(row) for row in connection.execute(query)]

    def chunks_between(self, first: int, last: int) -> Iterator[ChunkRow]:
        """All chunks with first <= id <= last, by id, streamed."""
        column = tables.chunks.c
        while first <= last:
            query = _chunk_query().where(column.id.between(first, last)).order_by(column.id)
            with self.reading() as connection:
                rows = connection.execute(query.limit(_AT_ONCE)).all()
            yield from map(_chunk_row, rows)
            if len(rows) < _AT_ONCE:
                return
            first = rows[-1].id + 1

    def vectors_between(
        self, first: int, last: int, model_id: int
    ) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Chunk ids and their vectors (n, width), by id, in blocks.

        Chunks that have no vector of this model are left out.
        """
        chunk, vector = tables.chunks.c, tables.vectors.c
        block = 8 * _AT_ONCE
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
        query = query.order_by(column.hash).limit(8 * _AT_ONCE)
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
                for some in _slices(chunk_ids)
                for row in connection.execute(query.where(chunk.id.in_(some)))
            ]
        return _stack(rows)

    def missing_vectors(self, hashes: Iterable[bytes], model_id: int) -> set[bytes]:
        """Those of the hashes for which this model has made no vector yet."""
        wanted = set(hashes)
        column = tables.vectors.c
        query = select(column.hash).where(column.model_id == model_id)
        with self.reading() as connection:
            for some in _slices(list(wanted)):
                wanted -= set(connection.scalars(query.where(column.hash.in_(some))))
        return wanted

    def unembedded(self, model_id: int, limit: int) -> list[ChunkRow]:
        """Up to `limit` chunks for which this model has made no vector yet."""
        vector = tables.vectors.c
        made = exists().where(vector.hash == tables.chunks.c.hash, vector.model_id == model_id)
        with self.reading() as connection:
            rows = connection.execute(_chunk_query().where(~made).limit(limit)).all()
        return [_chunk_row(row) for row in rows]

    # --- the change log -----------------------------------------------------------

    def changes_since(self, sequence: int) -> list[Change]:
        """What happened after `sequence`, oldest first."""
        column = tables.changes.c
        query = select(
            column.sequence, column.what, column.document_id, column.first_chunk, column.last_chunk
        ).where(column.sequence > sequence)
        with self.reading() as connection:
            return [Change(*row) for row in connection.execute(query.order_by(column.sequence))]

    # --- writing --------------------------------------------------------------------

    def put_vectors(self, model_id: int, made: Mapping[bytes, Vectors]) -> None:
        """Keeps vectors by the hash of what was embedded, in one transaction."""
        with self._engine.begin() as connection:
            insert_vectors(connection, model_id, made)

    def apply(
        self,
        changes: Sequence[DocumentChange],
        *,
        sources: Mapping[tuple[str, str, str], SourceState] | None = None,
        vectors: Mapping[bytes, Vectors] | None = None,
        model_id: int = 0,
    ) -> None:
        """Writes documents, their vectors and the sources they complete: one transaction.

        `sources` maps (collection, root, key) of sources that are now wholly read.
        A document that exists under the same key is replaced.
        """
        with self._engine.begin() as connection:
            insert_vectors(connection, model_id, vectors or {})
            for change in changes:
                replace_document(connection, change)
            for where, state in (sources or {}).items():
                replace_source(connection, where, state)

    def forget(self, document_ids: Sequence[int]) -> None:
        """Removes documents with all that came from them, in one transaction.

        Their sources count as not yet read: whoever ingests them again gets them back.
        """
        with self._engine.begin() as connection:
            for document_id in document_ids:
                forget_source_of(connection, document_id)
                remove_document(connection, document_id)

    def forget_sources(self, collection: str, sources: Iterable[tuple[str, str]]) -> None:
        """Forgets that the (root, key) sources were ever read; documents stay."""
        column = tables.sources.c
        with self._engine.begin() as connection:
            for root, key in sources:
                connection.execute(
                    delete(tables.sources).where(
                        column.collection == collection, column.root == root, column.key == key
                    )
                )

    def problems(self) -> list[str]:
        """What the database says is wrong with itself; empty when sound."""
        with self.reading() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, sqlite3.Connection):
                return []
            found = [row[0] for row in raw.execute("PRAGMA integrity_check") if row[0] != "ok"]
            dangling = raw.execute("PRAGMA foreign_key_check").fetchall()
        return found + [f"row {row[1]} of {row[0]} points at nothing" for row in dangling]


# --- rows ---------------------------------------------------------------------------


def _slices(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _AT_ONCE):
        yield [_scalar(item) for item in items[start : start + _AT_ONCE]]


def _scalar(item: Any) -> Any:
    return item.item() if isinstance(item, np.generic) else item


def _stack(rows: Sequence[Any]) -> tuple[npt.NDArray[np.int64], Vectors]:
    ids = np.asarray([row.id for row in rows], dtype=np.int64)
    flat = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f2")
    return ids, flat.reshape(len(rows), -1) if rows else flat.reshape(0, 0)


def _chunk_query() -> Any:
    chunk, document = tables.chunks.c, tables.documents.c
    return select(
        *tables.chunks.c, document.key, document.title, document.uri, document.collection
    ).join(tables.documents, document.id == chunk.document_id)


def _chunk_row(row: Row[Any]) -> ChunkRow:
    return ChunkRow(
        id=row.id,
        document=DocumentRef(row.document_id, row.key, row.title, row.uri),
        collection=row.collection,
        hash=row.hash,
        chunk=Chunk(row.start, row.end, row.text, row.page, row.heading, row.context),
    )


def _metadata_equals(field: Any, value: str) -> Any:
    # JSON keeps types, a command line has only text: compare with what the text may mean.
    plain = field.as_string() == value
    if value in ("true", "false"):
        return plain | (field.as_boolean() == (value == "true"))
    try:
        return plain | (field.as_float() == float(value))
    except ValueError:
        return plain
