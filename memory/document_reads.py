"""What the store tells of documents and collections. Reads only."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select, true

from ..conditions import OWN_KEYS, Condition, Where, condition_of
from ..errors import CollectionNotFound, DocumentNotFound
from ..records import CollectionInfo
from . import tables
from .database import AT_ONCE, Database
from .filtering import check_condition, fields_of, narrowed, says
from .near import nearest
from .rows import DocumentRow, StoredDocument

_log = logging.getLogger(__name__)
_LOOKED_AT = 10_000  # keys that a mistyped one is compared with
_TELLING = 3  # letters of a name that is looked for within keys


class DocumentReads(Database):
    """Documents by key, by number, by condition and in order, and their collections."""

    # --- collections ------------------------------------------------------------------

    def collections(self) -> tuple[str, ...]:
        """The names of the collections that hold documents, sorted."""
        column = tables.documents.c.collection
        with self.reading() as connection:
            return tuple(connection.scalars(select(column).distinct().order_by(column)))

    def collection_infos(self) -> list[CollectionInfo]:
        """The collections with how many documents and passages each holds, by name."""
        document, chunk = tables.documents.c, tables.chunks.c
        query = (
            select(document.collection, func.count(document.id.distinct()), func.count(chunk.id))
            .select_from(tables.documents)
            .outerjoin(tables.chunks, chunk.document_id == document.id)
            .group_by(document.collection)
            .order_by(document.collection)
        )
        with self.reading() as connection:
            return [CollectionInfo(*row) for row in connection.execute(query)]

    def require_collection(self, name: str) -> None:
        """Raises CollectionNotFound, which lists those there are, unless it holds documents."""
        known = self.collections()
        if name not in known:
            raise CollectionNotFound(_unknown_collection(name, known))

    # --- documents ------------------------------------------------------------------------

    def list_documents(
        self, collection: str | None = None, *, where: Where | None = None
    ) -> list[DocumentRow]:
        """All documents that meet a condition without their text, by collection and key."""
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
        condition = _checked(where)
        if condition is not None:
            query = query.where(narrowed(condition))
        with self.reading() as connection:
            rows = [DocumentRow(*row) for row in connection.execute(query)]
        if condition is None:
            return rows
        return [row for row in rows if condition.matches(fields_of(row))]

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

    def document(self, key: str, collection: str | None = None) -> StoredDocument:
        """A document, whole.

        Raises:
            DocumentNotFound: as `text`.
        """
        query = select(tables.documents).where(tables.documents.c.id == self.find(key, collection))
        with self.reading() as connection:
            return StoredDocument(**connection.execute(query).one()._mapping)

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

    def find(self, key: str, collection: str | None = None) -> int:
        """The number of the document with this key.

        Raises:
            DocumentNotFound: as `text`; names keys that come near.
        """
        column = tables.documents.c
        query = select(column.id, column.collection).where(column.key == key)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(column.collection)).all()
        here = [row for row in rows if collection in (None, row.collection)]
        if len(here) == 1:
            return int(here[0].id)
        names = ", ".join(row.collection for row in rows)
        if here:
            raise DocumentNotFound(
                f"{key} is in several collections ({names}); say which (collection, --collection)"
            )
        if rows:
            raise DocumentNotFound(
                f"collection {collection} holds no document with the key {key}; {names} does"
            )
        raise DocumentNotFound(self._unknown_key(key, collection))

    def _unknown_key(self, key: str, collection: str | None = None) -> str:
        near = self._keys_near(key, collection)
        hint = f"did you mean {', '.join(near)}?" if near else "`memctx list` shows all keys"
        return f"no document has the key {key}; {hint}"

    def _keys_near(self, key: str, collection: str | None) -> Sequence[str]:
        column = tables.documents.c
        inside = true() if collection is None else column.collection == collection
        query = select(column.key).where(inside).distinct()
        last = key.rstrip("/").rpartition("/")[2]
        within = query.where(column.key.icontains(last, autoescape=True))
        alike = query.order_by(func.abs(func.length(column.key) - len(key))).limit(_LOOKED_AT)
        with self.reading() as connection:
            if len(last) >= _TELLING or not last.isascii():
                holding = within.order_by(func.length(column.key), column.key).limit(3)
                if found := connection.scalars(holding).all():
                    return found
            return nearest(key, connection.scalars(alike).all())

    # --- conditions -------------------------------------------------------------------------

    def matching(
        self,
        *,
        collection: str | None = None,
        where: Where | None = None,
        keys: Sequence[str] = (),
    ) -> list[int]:
        """The numbers of the documents that meet all conditions given.

        `keys` asks for any of these keys. A name that no document has is warned of: it is
        more likely mistyped than meant.

        Raises:
            UsageError: `where` is no condition.
        """
        column = tables.documents.c
        condition = _checked(where)
        query: Select[Any] = select(column.id).order_by(column.id)
        if collection is not None:
            query = query.where(column.collection == collection)
        if keys:
            query = query.where(column.key.in_(list(keys)))
        found = self._meeting(query, condition)
        excludes = condition is not None and any(test.sign == "!=" for test in condition.tests())
        if not found or len(found) < len(keys) or excludes:
            self._warn_of_unknown(collection, condition, keys)
        return found

    def _meeting(self, query: Select[Any], condition: Condition | None) -> list[int]:
        with self.reading() as connection:
            if condition is None:
                return list(connection.scalars(query))
            column = tables.documents.c
            query = query.where(narrowed(condition))
            query = query.add_columns(*(column[name] for name in (*OWN_KEYS, "metadata")))
            rows = connection.execution_options(yield_per=AT_ONCE).execute(query)
            return [int(row.id) for row in rows if condition.matches(fields_of(row))]

    def _warn_of_unknown(
        self, collection: str | None, condition: Condition | None, keys: Sequence[str]
    ) -> None:
        """Tells what this memory does not know from conditions that nothing meets."""
        known = self.collections()
        if collection is not None and collection not in known:
            _log.warning("%s", _unknown_collection(collection, known))
            return
        column = tables.documents.c
        inside = true() if collection is None else column.collection == collection
        for key in keys:
            with self.reading() as connection:
                there_is = select(column.id).where(column.key == key, inside).limit(1)
                if connection.scalar(there_is) is None:
                    _log.warning("%s", self._unknown_key(key, collection))
        if condition is not None:
            self._warn_of_unknown_metadata({test.key: None for test in condition.tests()})

    def _warn_of_unknown_metadata(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in OWN_KEYS and not self._is_said(name)]
        if not unknown:
            return
        with self.reading() as connection:
            rows = connection.scalars(select(tables.documents.c.metadata))
            fields = sorted({field for metadata in rows for field in metadata})
        for name in unknown:
            _log.warning("no document has the metadata %s", _or_rather(name, fields))

    def _is_said(self, name: str) -> bool:
        query = select(tables.documents.c.id).where(says(name)).limit(1)
        with self.reading() as connection:
            return connection.scalar(query) is not None


def _checked(where: Where | None) -> Condition | None:
    condition = condition_of(where)
    if condition is not None:
        check_condition(condition)
    return condition


def _unknown_collection(name: str, known: Sequence[str]) -> str:
    return f"no collection is called {_or_rather(name, known)}"


def _or_rather(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    hint = f" (did you mean {', '.join(near)}?)" if near else ""
    return f"{name}{hint}; there are: {', '.join(known) or 'none'}"
