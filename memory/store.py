"""The store: documents, chunks and vectors in SQL, and the log of their changes.

The only truth of a memory; every index is a projection of it (`projections.py`).
Each public writing method is one transaction, and each change of documents also
appends to the change log, so that a projection can tell what it has missed.

It never embeds, splits or ranks, and does not know which projections exist.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Connection,
    delete,
    func,
    insert,
    select,
    union,
)

from . import tables
from .chunk_reads import ChunkReads
from .collection_writes import (
    check_no_shared_key,
    documents_in,
    forget_sources_in,
    move_collection,
)
from .database import slices
from .document_reads import DocumentReads
from .graph_checks import GraphChecks
from .graph_reads import GraphReads
from .graph_rows import NameRules, Readings, UnreadChunk
from .graph_writes import GraphWriter
from .rows import (
    Change,
    DocumentChange,
    DocumentState,
    SourceState,
)
from .settling import EachAlone
from .summary_nodes import SummaryNodes
from .summary_parts import SummaryParts
from .writes import (
    Vectors,
    forget_source_of,
    insert_vectors,
    log_other_names,
    log_read,
    remove_document,
    replace_document,
    replace_source,
)

_log = logging.getLogger(__name__)


class Store(DocumentReads, ChunkReads, GraphReads, GraphChecks, SummaryNodes, SummaryParts):
    """A memory's SQL database. Safe to share between threads.

    `read_only` stores refuse to write and can be opened while another process
    writes, and on media that cannot be written at all. `rules` say which names are one
    entity. Without `create` an empty store is refused.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        rules: NameRules | None = None,
        create: bool = True,
    ) -> None:
        self._rules = rules or EachAlone()
        super().__init__(path, read_only=read_only, create=create)

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
        """The roots from which the collection's documents and sources came."""
        source, document = tables.sources.c, tables.documents.c
        query = union(
            select(source.root).where(source.collection == collection),
            select(document.root).where(document.collection == collection),
        )
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
                for some in slices(keys)
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

    def drop_vectors(self, model_id: int, hashes: Sequence[bytes]) -> None:
        """Removes a model's vectors by hash: their passages count as not embedded."""
        column = tables.vectors.c
        with self._engine.begin() as connection:
            for some in slices(hashes):
                connection.execute(
                    delete(tables.vectors).where(column.model_id == model_id, column.hash.in_(some))
                )

    def apply(
        self,
        changes: Sequence[DocumentChange],
        *,
        sources: Mapping[tuple[str, str, str], SourceState | None] | None = None,
        vectors: Mapping[bytes, Vectors] | None = None,
        model_id: int = 0,
        readings: Sequence[Readings] = (),
    ) -> None:
        """Writes documents, what was made of them and the sources they complete.

        One transaction. `sources` maps (collection, root, key) of sources that are now
        wholly read, or with None count as not yet read. A document that exists under the same
        key is replaced.
        """
        with self._changing_graph() as (connection, graph):
            insert_vectors(connection, model_id, vectors or {})
            for some in readings:
                log_read(connection, graph.put(some))
            for change in changes:
                replace_document(connection, change, graph)
            for where, state in (sources or {}).items():
                replace_source(connection, where, state)

    def read(self, readings: Readings, chunks: Sequence[tuple[UnreadChunk, bytes]]) -> None:
        """Adds what was read from stored chunks, given with the hashes of their texts."""
        documents: dict[int, tuple[str, dict[int, bytes]]] = {}
        for chunk, key in chunks:
            documents.setdefault(chunk.document_id, (chunk.subject, {}))[1][chunk.chunk_id] = key
        with self._changing_graph() as (connection, graph):
            others = graph.put(readings)
            for document_id, (subject, hashes) in documents.items():
                graph.read(document_id, subject, hashes)
            log_read(connection, sorted({*others, *(chunk.chunk_id for chunk, _ in chunks)}))

    @contextmanager
    def _changing_graph(self) -> Iterator[tuple[Connection, GraphWriter]]:
        """One transaction, at whose end names are settled."""
        with self._engine.begin() as connection:
            graph = GraphWriter(connection, self._rules)
            yield connection, graph
            graph.finish()

    def forget(self, document_ids: Sequence[int]) -> None:
        """Removes documents with all that came from them, in one transaction.

        Their sources count as not yet read: whoever ingests them again gets them back.
        """
        with self._changing_graph() as (connection, graph):
            for document_id in document_ids:
                forget_source_of(connection, document_id)
                remove_document(connection, document_id, graph)

    def rename_collection(self, old: str, new: str) -> int:
        """Gives a collection another name, in one transaction; returns how many documents.

        Raises:
            CollectionNotFound: there is no such collection.
            KeyConflict: the other name is that of one which shares a key with it.
        """
        self.require_collection(old)
        with self._engine.begin() as connection:
            count = len(documents_in(connection, old))
            if new != old:
                check_no_shared_key(connection, old, new)
                move_collection(connection, old, new)
                log_other_names(connection)
            return count

    def drop_collection(self, name: str) -> int:
        """Removes a collection with all its documents, in one transaction; returns how many.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        self.require_collection(name)
        with self._changing_graph() as (connection, graph):
            found = documents_in(connection, name)
            for document_id in found:
                remove_document(connection, document_id, graph)
            forget_sources_in(connection, name)
            return len(found)

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
            checked = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found = [problem for problem in checked if problem != "ok"]
        return found + [f"row {row[1]} of {row[0]} points at nothing" for row in dangling]
