"""Whether the graph's tables agree with one another, for `verify`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, func, select

from . import tables
from .database import Database
from .graph_rows import MergeRow
from .grouping import grouped


class GraphChecks(Database):
    """Sentences about what is wrong; none when the graph is sound."""

    def graph_problems(self) -> list[str]:
        """Readings of no passage, names without use, and names in a wrong entity."""
        found = [
            (self._idle_extractions(), "readings belong to no passage"),
            (self._unused_names(), "names are used by nothing"),
            (self._misplaced_names(), "names are not in the entity that their merges say"),
        ]
        return [f"graph: {count} {what}" for count, what in found if count]

    def _idle_extractions(self) -> int:
        reading = tables.readings.c.extraction_id
        idle = ~exists().where(reading == tables.extractions.c.id)
        query = select(func.count()).select_from(tables.extractions).where(idle)
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def _unused_names(self) -> int:
        query = select(func.count()).select_from(tables.names)
        for column in name_uses():
            query = query.where(~exists().where(column == tables.names.c.id))
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def _misplaced_names(self) -> int:
        name = tables.names.c
        query = select(name.id, name.entity_id)
        with self.reading() as connection:
            stored = {row.id: row.entity_id for row in connection.execute(query)}
            merges = [MergeRow(*row) for row in connection.execute(select(tables.merges))]
        expected = grouped(stored, merges)
        return sum(1 for number, entity in stored.items() if expected[number] != entity)


def name_uses() -> tuple[Any, ...]:
    """Every column that refers to a name and keeps it alive."""
    return (
        tables.mentions.c.name_id,
        tables.facts.c.subject_id,
        tables.facts.c.object_id,
        tables.aliases.c.name_id,
        tables.aliases.c.alias_id,
        tables.subjects.c.name_id,
    )
