"""What the store tells of the knowledge graph. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from ..records import DocumentRef
from . import tables
from .chunk_reads import document_refs
from .database import AT_ONCE, Database, slices
from .graph_rows import (
    FactRow,
    GraphCounts,
    MentionRow,
    MergeRow,
    NamedSpan,
    NameRow,
    Said,
    StatedAlias,
    StatedFact,
    TextReading,
    UnreadChunk,
    subject_of,
)

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Which chunk mentions which name how often, and the name of its document's subject.

    `chunks`, `names` and `counts` are (n,), one row a pair, by chunk; `read` (m,) are
    the chunks, ascending, and `subjects` (m,) their documents' subject, 0 if none.
    """

    chunks: Ids
    names: Ids
    counts: Ids
    read: Ids
    subjects: Ids


class GraphReads(Database):
    """Names, mentions, facts and merges."""

    # --- what is there ------------------------------------------------------------------

    def graph_counts(self) -> GraphCounts:
        """How much the graph holds."""
        name, reading = tables.names.c, tables.readings.c
        unread = ~exists().where(reading.chunk_id == tables.chunks.c.id)
        merged = tables.merges.c.parted.is_(False)
        with self.reading() as connection:

            def count(query: Select[Any]) -> int:
                return connection.scalar(query) or 0

            return GraphCounts(
                entities=count(select(func.count(name.entity_id.distinct()))),
                names=count(select(func.count()).select_from(tables.names)),
                mentions=count(select(func.count()).select_from(tables.mentions)),
                facts=count(select(func.count()).select_from(tables.facts)),
                merges=count(select(func.count()).select_from(tables.merges).where(merged)),
                unread=count(select(func.count()).select_from(tables.chunks).where(unread)),
            )

    def said_since(self, chunk_id: int) -> Said:
        """What the chunks after this one mention and state."""
        reading, mention, fact = tables.readings.c, tables.mentions.c, tables.facts.c
        entities = (
            select(func.count(tables.names.c.entity_id.distinct()))
            .select_from(tables.readings)
            .join(tables.mentions, mention.extraction_id == reading.extraction_id)
            .join(tables.names, tables.names.c.id == mention.name_id)
            .where(reading.chunk_id > chunk_id)
        )
        facts = (
            select(func.count())
            .select_from(tables.readings)
            .join(tables.facts, fact.extraction_id == reading.extraction_id)
            .where(reading.chunk_id > chunk_id)
        )
        with self.reading() as connection:
            return Said(connection.scalar(entities) or 0, connection.scalar(facts) or 0)

    def extractors(self) -> tuple[str, ...]:
        """The fingerprints of the extractors whose readings are in use."""
        extractor = tables.extractors.c
        used = exists().where(tables.extractions.c.extractor_id == extractor.id)
        with self.reading() as connection:
            return tuple(connection.scalars(select(extractor.fingerprint).where(used)))

    def unread(self, hashes: Iterable[bytes], extractor: str | None) -> set[bytes]:
        """Those of the texts' hashes that this extractor, or None for any, has not read."""
        wanted = set(hashes)
        column = tables.extractions.c
        query = _by(select(column.hash), extractor)
        with self.reading() as connection:
            for some in slices(list(wanted)):
                wanted -= set(connection.scalars(query.where(column.hash.in_(some))))
        return wanted

    def unread_chunks(self, extractor: str | None, limit: int) -> list[UnreadChunk]:
        """Up to `limit` chunks that this extractor, or None for any, has not read."""
        chunk, document, reading = tables.chunks.c, tables.documents.c, tables.readings.c
        made = (
            select(reading.chunk_id)
            .join(tables.extractions, tables.extractions.c.id == reading.extraction_id)
            .where(reading.chunk_id == chunk.id)
        )
        query = (
            select(chunk.id, chunk.document_id, document.key, document.title, chunk.text)
            .join(tables.documents, document.id == chunk.document_id)
            .where(~_by(made, extractor).exists())
            .order_by(chunk.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return [
                UnreadChunk(row.id, row.document_id, subject_of(row.key, row.title), row.text)
                for row in connection.execute(query)
            ]

    def kinds(self) -> dict[str, int]:
        """How many entities are of each kind, by the names that they go by."""
        name = tables.names.c
        query = select(name.kind, func.count()).where(name.id == name.entity_id)
        query = query.group_by(name.kind).order_by(func.count().desc(), name.kind)
        with self.reading() as connection:
            return {kind: count for kind, count in connection.execute(query)}

    def mention_kinds(self) -> dict[int, dict[str, int]]:
        """By entity: how often its mentions were taken for a thing of each kind."""
        name, mention = tables.names.c, tables.mentions.c
        query = select(name.entity_id, mention.kind, func.count()).select_from(tables.mentions)
        query = query.join(tables.names, name.id == mention.name_id)
        found: dict[int, dict[str, int]] = {}
        with self.reading() as connection:
            for entity, kind, count in connection.execute(
                query.group_by(name.entity_id, mention.kind)
            ):
                found.setdefault(entity, {})[kind] = count
        return found

    # --- names and entities ---------------------------------------------------------------

    def names(self, ids: Sequence[int]) -> list[NameRow]:
        """The names with these numbers, by number."""
        return self._names(tables.names.c.id, ids)

    def names_of(self, entity_ids: Sequence[int]) -> list[NameRow]:
        """All names of these entities, by number."""
        return self._names(tables.names.c.entity_id, entity_ids)

    def names_like(self, bare: int) -> list[NameRow]:
        """The names whose normal form has this hash, by number."""
        return self._names(tables.names.c.bare, [bare])

    def names_with(self, parts: Sequence[str], limit: int) -> list[NameRow]:
        """Up to `limit` names that hold any of these parts, short ones first; a scan."""
        column = tables.names.c
        query = select(column.id, column.text, column.kind, column.entity_id)
        query = query.where(or_(*(column.text.icontains(part, autoescape=True) for part in parts)))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(func.length(column.text)).limit(limit))
            return [NameRow(*row) for row in rows]

    def _names(self, by: Any, values: Sequence[int]) -> list[NameRow]:
        column = tables.names.c
        query = select(column.id, column.text, column.kind, column.entity_id)
        with self.reading() as connection:
            rows = [
                NameRow(*row)
                for some in slices(values)
                for row in connection.execute(query.where(by.in_(some)))
            ]
        return sorted(rows, key=lambda row: row.id)

    def names_grouped_since(self, sequence: int) -> Iterator[tuple[NameRow, int]]:
        """Names that found another entity after a change, and their `bare` hash, streamed."""
        column = tables.names.c
        query = select(column.id, column.text, column.kind, column.entity_id, column.bare)
        query = query.where(column.grouped > sequence).order_by(column.id).limit(20 * AT_ONCE)
        last = 0
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(column.id > last)).all()
            for *name, bare in rows:
                yield NameRow(*name), bare
            if not rows:
                return
            last = rows[-1].id

    def merges_of(self, name_ids: Sequence[int]) -> list[MergeRow]:
        """The merges between these names, parted ones too."""
        column = tables.merges.c
        with self.reading() as connection:
            return [
                MergeRow(*row)
                for some in slices(name_ids)
                for row in connection.execute(
                    select(tables.merges).where(
                        or_(column.kept_id.in_(some), column.merged_id.in_(some))
                    )
                )
            ]

    # --- mentions and facts -----------------------------------------------------------------

    def mentions_of(self, chunk_ids: Sequence[int]) -> list[MentionRow]:
        """The mentions in these chunks, in the order of the text."""
        return self._mentions(tables.readings.c.chunk_id, chunk_ids)

    def mentions_of_entity(self, entity_id: int, limit: int) -> list[MentionRow]:
        """Up to `limit` mentions of an entity, by chunk."""
        ids = [name.id for name in self.names_of([entity_id])]
        return self._mentions(tables.mentions.c.name_id, ids, limit)

    def _mentions(
        self, by: Any, values: Sequence[int], limit: int | None = None
    ) -> list[MentionRow]:
        mention, chunk, name = tables.mentions.c, tables.chunks.c, tables.names.c
        columns = (name.entity_id, name.text.label("name"), mention.kind)
        query = _placed((*columns, mention.start, mention.end), tables.mentions)
        query = query.join(tables.names, name.id == mention.name_id)
        query = query.order_by(chunk.id, mention.start).limit(limit)
        rows, refs = self._placed_rows(query, by, values, limit)
        return [
            MentionRow(
                chunk_id=row.chunk_id,
                document=refs[row.document_id],
                entity_id=row.entity_id,
                name=row.name,
                kind=row.kind,
                start=row.at + row.start,
                end=row.at + row.end,
            )
            for row in rows
        ]

    def _placed_rows(
        self, query: Any, by: Any, values: Sequence[int], limit: int | None
    ) -> tuple[list[Row[Any]], dict[int, DocumentRef]]:
        """Rows of `_placed`, at most `limit`, and the documents that they name."""
        with self.reading() as connection:
            rows = _rows(connection, query, by, values)[:limit]
            return rows, document_refs(connection, rows)

    def facts_of(self, chunk_ids: Sequence[int]) -> list[FactRow]:
        """The facts that these chunks state, in the order of the text."""
        return self._facts(tables.readings.c.chunk_id, chunk_ids)

    def facts_of_entity(self, entity_id: int, limit: int) -> list[FactRow]:
        """Up to `limit` facts with an entity at one of their ends."""
        ids = [name.id for name in self.names_of([entity_id])]
        fact = tables.facts.c
        found = self._facts(fact.subject_id, ids, limit)
        found += self._facts(fact.object_id, ids, limit)
        return list({(row.id, row.chunk_id): row for row in found}.values())[:limit]

    def _facts(self, by: Any, values: Sequence[int], limit: int | None = None) -> list[FactRow]:
        fact, chunk = tables.facts.c, tables.chunks.c
        subject, object_ = tables.names.alias(), tables.names.alias()
        columns = (
            *(fact.id.label("fact_id"), fact.relation, fact.time, fact.start, fact.end),
            *(subject.c.text.label("subject"), subject.c.entity_id.label("subject_id")),
            *(object_.c.text.label("object"), object_.c.entity_id.label("object_id")),
        )
        query = _placed(columns, tables.facts)
        query = query.join(subject, subject.c.id == fact.subject_id)
        query = query.join(object_, object_.c.id == fact.object_id)
        query = query.order_by(chunk.id, fact.start, fact.id).limit(limit)
        rows, refs = self._placed_rows(query, by, values, limit)
        return [_fact_row(row, refs[row.document_id]) for row in rows]

    def incidence(self, first: int, last: int) -> Incidence:
        """The mentions and subjects of the chunks first..last that were read."""
        reading, mention = tables.readings.c, tables.mentions.c
        pairs = (
            select(reading.chunk_id, mention.name_id, func.count())
            .join(tables.mentions, mention.extraction_id == reading.extraction_id)
            .where(reading.chunk_id.between(first, last))
            .group_by(reading.chunk_id, mention.name_id)
        )
        chunk, subject = tables.chunks.c, tables.subjects.c
        about = (
            select(reading.chunk_id, func.coalesce(subject.name_id, 0))
            .join(tables.chunks, chunk.id == reading.chunk_id)
            .outerjoin(tables.subjects, subject.document_id == chunk.document_id)
            .where(reading.chunk_id.between(first, last))
            .order_by(reading.chunk_id)
        )
        with self.reading() as connection:
            mentioned = _columns(connection.execute(pairs).all(), 3)
            read = _columns(connection.execute(about).all(), 2)
        return Incidence(*mentioned, *read)

    def readings_of(self, chunk_ids: Sequence[int]) -> dict[int, tuple[str, TextReading]]:
        """By chunk, for those that were read: the extractor's fingerprint, and the reading."""
        reading, extractor = tables.readings.c, tables.extractors.c
        query = (
            select(reading.chunk_id, reading.extraction_id, extractor.fingerprint)
            .join(tables.extractions, tables.extractions.c.id == reading.extraction_id)
            .join(tables.extractors, extractor.id == tables.extractions.c.extractor_id)
        )
        with self.reading() as connection:
            rows = _rows(connection, query, reading.chunk_id, chunk_ids)
        found = self._readings(list({row.extraction_id for row in rows}))
        return {row.chunk_id: (row.fingerprint, found[row.extraction_id]) for row in rows}

    def _readings(self, ids: Sequence[int]) -> dict[int, TextReading]:
        name, other = tables.names.alias(), tables.names.alias()
        mention, fact, alias = tables.mentions.c, tables.facts.c, tables.aliases.c
        spans = select(mention.extraction_id, mention.start, mention.end, name.c.text, mention.kind)
        spans = spans.join(name, name.c.id == mention.name_id)
        facts = (
            select(fact.extraction_id, name.c.text, fact.relation, other.c.text)
            .add_columns(fact.start, fact.end, fact.time)
            .join(name, name.c.id == fact.subject_id)
            .join(other, other.c.id == fact.object_id)
            .order_by(fact.id)
        )
        aliases = (
            select(alias.extraction_id, name.c.text, other.c.text, alias.why)
            .join(name, name.c.id == alias.name_id)
            .join(other, other.c.id == alias.alias_id)
        )
        found: dict[int, tuple[list[Any], list[Any], list[Any]]] = {i: ([], [], []) for i in ids}
        parts = ((spans, NamedSpan), (aliases, StatedAlias), (facts, StatedFact))
        with self.reading() as connection:
            for some in slices(ids):
                for place, (query, record) in enumerate(parts):
                    where = query.selected_columns[0].in_(some)
                    for extraction, *row in connection.execute(query.where(where)):
                        found[extraction][place].append(record(*row))
        return {number: TextReading(*parts_) for number, parts_ in found.items()}


def _by(query: Any, extractor: str | None) -> Any:
    """Restricts extractions to those of an extractor; None lets all through."""
    if extractor is None:
        return query
    mine = select(tables.extractors.c.id).where(tables.extractors.c.fingerprint == extractor)
    return query.where(tables.extractions.c.extractor_id == mine.scalar_subquery())


def _placed(columns: Sequence[Any], table: Any) -> Select[Any]:
    """Rows of `table` with chunk, its start, and its document, for each chunk that has them."""
    reading, chunk, document = tables.readings.c, tables.chunks.c, tables.documents.c
    return (
        select(
            chunk.id.label("chunk_id"), chunk.start.label("at"), document.id.label("document_id")
        )
        .add_columns(document.key, document.title, document.uri, document.collection, *columns)
        .select_from(table)
        .join(tables.readings, reading.extraction_id == table.c.extraction_id)
        .join(tables.chunks, chunk.id == reading.chunk_id)
        .join(tables.documents, document.id == chunk.document_id)
    )


def _rows(connection: Connection, query: Any, by: Any, values: Sequence[int]) -> list[Row[Any]]:
    return [row for some in slices(values) for row in connection.execute(query.where(by.in_(some)))]


def _fact_row(row: Row[Any], document: DocumentRef) -> FactRow:
    return FactRow(
        id=row.fact_id,
        chunk_id=row.chunk_id,
        document=document,
        subject=row.subject,
        subject_id=row.subject_id,
        relation=row.relation,
        object=row.object,
        object_id=row.object_id,
        time=row.time,
        start=row.at + row.start,
        end=row.at + row.end,
    )


def _columns(rows: Sequence[Any], width: int) -> tuple[Ids, ...]:
    flat = np.asarray([tuple(row) for row in rows], dtype=np.int64).reshape(-1, width)
    return tuple(np.ascontiguousarray(flat[:, column]) for column in range(width))
