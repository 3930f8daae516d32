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
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    func,
    insert,
    select,
    true,
    union,
)

from ..errors import DocumentNotFound
from . import tables
from .chunk_reads import ChunkReads
from .database import AT_ONCE, slices
from .graph_checks import GraphChecks
from .graph_reads import GraphReads
from .graph_rows import NameRules, Readings, UnreadChunk
from .graph_writes import GraphWriter
from .rows import (
    Change,
    DocumentChange,
    DocumentRow,
    DocumentState,
    SourceState,
    StoredDocument,
)
from .settling import EachAlone
from .summary_nodes import SummaryNodes
from .summary_parts import SummaryParts
from .writes import (
    Vectors,
    forget_source_of,
    insert_vectors,
    log_read,
    remove_document,
    replace_document,
    replace_source,
)

_log = logging.getLogger(__name__)


class Store(ChunkReads, GraphReads, GraphChecks, SummaryNodes, SummaryParts):
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
        raise self._unknown_key(key)

    def _unknown_key(self, key: str) -> DocumentNotFound:
        column = tables.documents.c.key
        with self.reading() as connection:
            query = select(column).where(column.contains(Path(key).name)).limit(3)
            near = connection.scalars(query).all()
        hint = f"; did you mean {', '.join(near)}?" if near else "; `memctx list` shows all keys"
        return DocumentNotFound(f"no document has the key {key}{hint}")

    def all_documents(self) -> Iterator[StoredDocument]:
        """Every document with its text and origin, by number, streamed."""
        column = tables.documents.c
        query = select(tables.documents).order_by(column.id).limit(AT_ONCE // 5)
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

        `where` compares metadata as text; `keys` asks for any of these keys. A name that
        no document has is warned of: it is more likely mistyped than meant.
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
            found = list(connection.scalars(query))
        if not found or len(found) < len(keys):
            self._warn_of_unknown(collection, where or {}, keys)
        return found

    def _warn_of_unknown(
        self, collection: str | None, where: Iterable[str], keys: Sequence[str]
    ) -> None:
        """Tells what this memory does not know from conditions that nothing meets."""
        known = self.collections()
        if collection is not None and collection not in known:
            there = ", ".join(known) or "none"
            _log.warning("no collection is called %s; there are: %s", collection, there)
            return
        column = tables.documents.c
        inside = true() if collection is None else column.collection == collection
        for key in keys:
            with self.reading() as connection:
                there_is = select(column.id).where(column.key == key, inside).limit(1)
                if connection.scalar(there_is) is None:
                    _log.warning("%s", self._unknown_key(key))
        if where:
            self._warn_of_unknown_metadata(where)

    def _warn_of_unknown_metadata(self, names: Iterable[str]) -> None:
        with self.reading() as connection:
            rows = connection.scalars(select(tables.documents.c.metadata))
            fields = {field for metadata in rows for field in metadata}
        for name in names:
            if name not in fields:
                there = ", ".join(sorted(fields)) or "none"
                _log.warning("no document has the metadata %s; there are: %s", name, there)

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
        sources: Mapping[tuple[str, str, str], SourceState] | None = None,
        vectors: Mapping[bytes, Vectors] | None = None,
        model_id: int = 0,
        readings: Sequence[Readings] = (),
    ) -> None:
        """Writes documents, what was made of them and the sources they complete.

        One transaction. `sources` maps (collection, root, key) of sources that are now
        wholly read. A document that exists under the same key is replaced.
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


def _metadata_equals(field: Any, value: str) -> Any:
    # JSON keeps types, a command line has only text: compare with what the text may mean.
    plain = field.as_string() == value
    if value in ("true", "false"):
        return plain | (field.as_boolean() == (value == "true"))
    try:
        return plain | (field.as_float() == float(value))
    except ValueError:
        return plain
