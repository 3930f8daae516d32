"""How the knowledge graph's tables change, within the transaction of the documents.

A `GraphWriter` lives as long as one transaction: it takes what comes and goes, and
at the end removes names that nothing mentions any more and settles the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from . import tables
from .database import slices
from .graph_checks import name_uses
from .graph_rows import NameRules, Readings, TextReading
from .settling import Alias, settle

_STATED = ("alias", "acronym")
_OPENING = 12  # characters within which a text names what it is about
_NO_NAMES = ("date", "number", "term")


class GraphWriter:
    """One transaction's changes to the graph."""

    def __init__(self, connection: Connection, rules: NameRules) -> None:
        self._connection, self._rules = connection, rules
        self._subjects: dict[int, str] = {}
        self._untitled: dict[int, int] = {}  # the extractions of their first chunks
        self._touched: set[int] = set()  # names that may have lost their last use
        self._fresh: set[int] = set()  # names that are to find their entity
        self._stated: set[Alias] = set()
        self._unsaid: set[tuple[int, int]] = set()  # aliases that a text does not state any more

    # --- what comes -------------------------------------------------------------------

    def put(self, readings: Readings) -> list[int]:
        """Keeps what was read; returns the chunks whose names and facts are others now."""
        if not readings.found:
            return []
        extractor = self._extractor(readings.extractor)
        known = self._extractions(readings.found)
        self._clear(list(known.values()), extractor)
        new = [key for key in readings.found if key not in known]
        if new:
            rows = [{"hash": key, "extractor_id": extractor} for key in new]
            self._connection.execute(insert(tables.extractions), rows)
        ids = known | self._extractions(new)
        self._insert({ids[key]: reading for key, reading in readings.found.items()})
        return self._readers(list(known.values()))

    def read(self, document_id: int, subject: str, chunks: Mapping[int, bytes]) -> None:
        """Chunks by number have the texts with these hashes; those never read stay unread."""
        known = self._extractions(chunks.values())
        rows = [
            {"chunk_id": chunk, "extraction_id": known[key]}
            for chunk, key in chunks.items()
            if key in known
        ]
        if rows:
            statement = insert(tables.readings).prefix_with("OR REPLACE", dialect="sqlite")
            self._connection.execute(statement, rows)
        if rows and subject:
            self._subjects[document_id] = subject
        elif rows and (first := known.get(chunks[min(chunks)])) is not None:
            self._untitled[document_id] = first

    def _extractor(self, fingerprint: str) -> int:
        column = tables.extractors.c
        query = select(column.id).where(column.fingerprint == fingerprint)
        known = self._connection.scalar(query)
        if known is not None:
            return int(known)
        made = self._connection.execute(insert(tables.extractors).values(fingerprint=fingerprint))
        return int(made.inserted_primary_key.id)  # type: ignore[union-attr]

    def _extractions(self, hashes: Iterable[bytes]) -> dict[bytes, int]:
        column = tables.extractions.c
        query = select(column.hash, column.id)
        return {
            key: number
            for some in slices(list(hashes))
            for key, number in self._connection.execute(query.where(column.hash.in_(some)))
        }

    def _readers(self, extractions: list[int]) -> list[int]:
        column = tables.readings.c
        query = select(column.chunk_id)
        return [
            chunk
            for some in slices(extractions)
            for chunk in self._connection.scalars(query.where(column.extraction_id.in_(some)))
        ]

    def _insert(self, found: Mapping[int, TextReading]) -> None:
        kinds: dict[str, str] = {}
        for reading in found.values():
            for mention in reading.mentions:
                kinds.setdefault(mention.text, mention.kind)
        for name in _unmentioned(found.values()):
            kinds.setdefault(name, "name")
        ids = self._names(kinds)
        for table, rows in (
            (tables.mentions, _mention_rows(found, ids)),
            (tables.facts, _fact_rows(found, ids)),
            (tables.aliases, _alias_rows(found, ids)),
        ):
            if rows:
                self._connection.execute(insert(table), rows)
            if table is tables.aliases:
                self._stated |= {(row["name_id"], row["alias_id"], row["why"]) for row in rows}

    def _names(self, kinds: Mapping[str, str]) -> dict[str, int]:
        """The number of each name; those that are new get one."""
        known = self._known(kinds)
        new = [text for text in kinds if text not in known]
        if new:
            rows = [self._new(text, kinds[text]) for text in new]
            self._connection.execute(insert(tables.names), rows)
            made = self._known(new)
            self._fresh |= set(made.values())
            known |= made
        return known

    def _new(self, text: str, kind: str) -> dict[str, Any]:
        row = {"text": text, "kind": kind, "entity_id": 0, "grouped": 0}
        hashes = self._rules.hashes(text, kind)
        return {**row, "bare": hashes.bare, "wording": hashes.wording, "frame": hashes.frame}

    def _known(self, texts: Iterable[str]) -> dict[str, int]:
        column = tables.names.c
        query = select(column.text, column.id)
        return {
            text: number
            for some in slices(list(texts))
            for text, number in self._connection.execute(query.where(column.text.in_(some)))
        }

    # --- what goes ----------------------------------------------------------------------

    def remove(self, document_id: int) -> None:
        """Takes away what was read from a document's chunks and from nowhere else."""
        connection, reading = self._connection, tables.readings.c
        chunks = select(tables.chunks.c.id).where(tables.chunks.c.document_id == document_id)
        used = select(reading.extraction_id).where(reading.chunk_id.in_(chunks)).distinct()
        extractions = list(connection.scalars(used))
        connection.execute(delete(tables.readings).where(reading.chunk_id.in_(chunks)))
        for some in slices(extractions):
            query = select(reading.extraction_id).where(reading.extraction_id.in_(some))
            self._drop(list(set(some) - set(connection.scalars(query))))
        subject = tables.subjects.c
        about = select(subject.name_id).where(subject.document_id == document_id)
        self._touched |= set(connection.scalars(about))
        self._subjects.pop(document_id, None)
        self._untitled.pop(document_id, None)
        connection.execute(delete(tables.subjects).where(subject.document_id == document_id))

    def _drop(self, extractions: list[int]) -> None:
        self._note(extractions)
        column = tables.extractions.c
        for some in slices(extractions):
            self._connection.execute(delete(tables.extractions).where(column.id.in_(some)))

    def _clear(self, extractions: list[int], extractor: int) -> None:
        """Empties extractions that are read anew; their chunks keep them."""
        self._note(extractions)
        for some in slices(extractions):
            for table in (tables.mentions, tables.facts, tables.aliases):
                self._connection.execute(delete(table).where(table.c.extraction_id.in_(some)))
            column = tables.extractions.c
            statement = update(tables.extractions).where(column.id.in_(some))
            self._connection.execute(statement.values(extractor_id=extractor))

    def _note(self, extractions: list[int]) -> None:
        """Remembers which names and aliases are about to lose a use."""
        fact, alias = tables.facts.c, tables.aliases.c
        named = (tables.mentions.c.name_id, fact.subject_id, fact.object_id)
        for some in slices(extractions):
            for column in named:
                query = select(column).where(column.table.c.extraction_id.in_(some)).distinct()
                self._touched |= set(self._connection.scalars(query))
            pairs = select(alias.name_id, alias.alias_id).where(alias.extraction_id.in_(some))
            for name, other in self._connection.execute(pairs):
                self._touched |= {name, other}
                self._unsaid.add((name, other))

    # --- the end ------------------------------------------------------------------------

    def finish(self) -> None:
        """Removes names without use, and settles what is new or lost its hold."""
        self._write_subjects()
        disturbed = self._unmerge_unsaid() | self._remove_unused()
        if disturbed:
            self._fresh |= self._loosened(disturbed)
        settle(self._connection, self._fresh, self._stated, self._rules)

    def _write_subjects(self) -> None:
        ids = self._names(dict.fromkeys(self._subjects.values(), "name"))
        rows = [{"document_id": d, "name_id": ids[t]} for d, t in self._subjects.items()]
        openings = self._openings(list(self._untitled.values()))
        rows += [
            {"document_id": document, "name_id": openings[extraction]}
            for document, extraction in self._untitled.items()
            if extraction in openings
        ]
        if not rows:
            return
        statement = insert(tables.subjects).prefix_with("OR REPLACE", dialect="sqlite")
        self._connection.execute(statement, rows)

    def _openings(self, extractions: list[int]) -> dict[int, int]:
        """The proper name that each text begins with, if any: what it is about, untitled."""
        column = tables.mentions.c
        query = (
            select(column.extraction_id, column.name_id)
            .where(column.start < _OPENING, column.kind.not_in(_NO_NAMES))
            # The earliest comes last, and of these the longest, so that it stays.
            .order_by(column.start.desc(), column.end)
        )
        return {
            extraction: name
            for some in slices(extractions)
            for extraction, name in self._connection.execute(
                query.where(column.extraction_id.in_(some))
            )
        }

    def _unmerge_unsaid(self) -> set[int]:
        """Takes back merges by aliases that no text states now; returns their entities."""
        merge, alias = tables.merges.c, tables.aliases.c
        disturbed: set[int] = set()
        for name, other in self._unsaid:
            still = select(exists().where(alias.name_id == name, alias.alias_id == other))
            if self._connection.scalar(still):
                continue
            gone = delete(tables.merges).where(
                merge.kept_id == name, merge.merged_id == other, merge.why.in_(_STATED)
            )
            if self._connection.execute(gone.where(~merge.parted)).rowcount:
                disturbed |= self._entities([name, other])
        return disturbed

    def _remove_unused(self) -> set[int]:
        """Deletes touched names that nothing uses; returns the entities they were in."""
        name = tables.names.c
        unused = [~exists().where(column == name.id) for column in name_uses()]
        query = select(name.id).where(*unused)
        gone = [
            number
            for some in slices(list(self._touched))
            for number in self._connection.scalars(query.where(name.id.in_(some)))
        ]
        disturbed = self._entities(gone)
        for some in slices(gone):
            self._connection.execute(delete(tables.names).where(name.id.in_(some)))
        self._fresh -= set(gone)
        return disturbed

    def _entities(self, names: Sequence[int]) -> set[int]:
        column = tables.names.c
        return {
            entity
            for some in slices(names)
            for entity in self._connection.scalars(
                select(column.entity_id).where(column.id.in_(some), column.entity_id != 0)
            )
        }

    def _loosened(self, entities: set[int]) -> set[int]:
        """The names that are left of these entities, without the merges that held them."""
        name, merge = tables.names.c, tables.merges.c
        left = [
            number
            for some in slices(list(entities))
            for number in self._connection.scalars(select(name.id).where(name.entity_id.in_(some)))
        ]
        for some in slices(left):
            held = or_(merge.kept_id.in_(some), merge.merged_id.in_(some))
            self._connection.execute(delete(tables.merges).where(held, ~merge.parted))
        return set(left)


def _unmentioned(readings: Iterable[TextReading]) -> Iterator[str]:
    """Names of facts and aliases, which need no mention of their own."""
    for reading in readings:
        for fact in reading.facts:
            yield from (fact.subject, fact.object)
        for alias in reading.aliases:
            yield from (alias.name, alias.alias)


def _mention_rows(found: Mapping[int, TextReading], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    rows = {
        (extraction, mention.start, mention.end): {
            "extraction_id": extraction,
            "start": mention.start,
            "end": mention.end,
            "name_id": ids[mention.text],
            "kind": mention.kind,
        }
        for extraction, reading in found.items()
        for mention in reading.mentions
    }
    return list(rows.values())


def _fact_rows(found: Mapping[int, TextReading], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "extraction_id": extraction,
            "subject_id": ids[fact.subject],
            "relation": fact.relation,
            "object_id": ids[fact.object],
            "time": fact.time,
            "start": fact.start,
            "end": fact.end,
        }
        for extraction, reading in found.items()
        for fact in reading.facts
    ]


def _alias_rows(found: Mapping[int, TextReading], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    rows: dict[tuple[int, int, int], dict[str, Any]] = {}
    for extraction, reading in found.items():
        for alias in reading.aliases:
            key = (extraction, ids[alias.name], ids[alias.alias])
            row = {"extraction_id": key[0], "name_id": key[1], "alias_id": key[2]}
            rows.setdefault(key, {**row, "why": alias.why})
    return list(rows.values())
