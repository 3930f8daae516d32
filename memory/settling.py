"""Which stored names are one entity: finds what may bear on it, and keeps what is decided.

The decision itself is a `NameRules`' own. Only names that share a hash with the
unsettled ones are looked at, so the cost follows the batch and not the memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from . import tables
from .database import slices
from .graph_rows import MergeRow, NameHashes, NameRow, NameRules, Unsettled
from .grouping import grouped

_CROWDED = 64
"""Names of the same first and last word beyond which those tell nothing."""

Alias = tuple[int, int, str]


class EachAlone:
    """The rules of a store that was given none: every name is an entity of its own."""

    def hashes(self, name: str, kind: str) -> NameHashes:
        """No name finds another."""
        return NameHashes(0, None, None)

    def merges(self, task: Unsettled) -> list[MergeRow]:
        """None."""
        return []


def settle(
    connection: Connection, fresh: Collection[int], stated: Collection[Alias], rules: NameRules
) -> None:
    """Gives the names `fresh` their entities, and weighs the aliases `stated`.

    All within the connection's transaction. The merges of fresh names must be gone.
    """
    ends = {name for alias in stated for name in alias[:2]} - set(fresh)
    if not fresh and not ends:
        return
    rows = list(_rows(connection, tables.names.c.id, fresh))
    known = _known(connection, rows, ends)
    merges = _merges(connection, [*known, *fresh])
    aliases = dict.fromkeys([*_aliases(connection, fresh), *stated])
    task = Unsettled(_records(rows), sorted(known.values(), key=_by_id), merges, sorted(aliases))
    made = rules.merges(task)
    _insert_merges(connection, made)
    entities = grouped([*known, *(row.id for row in rows)], [*merges, *made])
    before = {row.id: row.entity_id for row in rows}
    before |= {name.id: name.entity_id for name in known.values()}
    _write(connection, {name: to for name, to in entities.items() if before[name] != to})


def _by_id(name: NameRow) -> int:
    return name.id


def _known(
    connection: Connection, fresh: list[Row[Any]], ends: Iterable[int]
) -> dict[int, NameRow]:
    """Settled names that share a hash with a fresh one or are an alias's end; whole entities."""
    column = tables.names.c
    ids = {row.id for row in fresh}
    hashes: dict[Any, set[int]] = {
        column.bare: {row.bare for row in fresh} - {0},
        column.wording: {row.wording for row in fresh} - {None},
        column.frame: _uncrowded(connection, {row.frame for row in fresh} - {None}),
        column.id: set(ends),
    }
    found = [row for by, values in hashes.items() for row in _rows(connection, by, values)]
    entities = {row.entity_id for row in found if row.id not in ids}
    members = _rows(connection, column.entity_id, entities)
    return {row.id: row for row in _records(members) if row.id not in ids}


def _uncrowded(connection: Connection, frames: set[int]) -> set[int]:
    column = tables.names.c.frame
    query = select(column).group_by(column).having(func.count() <= _CROWDED)
    return {
        frame
        for some in slices(list(frames))
        for frame in connection.scalars(query.where(column.in_(some)))
    }


def _rows(connection: Connection, by: Any, values: Collection[int]) -> Iterator[Row[Any]]:
    query = select(tables.names)
    for some in slices(list(values)):
        yield from connection.execute(query.where(by.in_(some)))


def _records(rows: Iterable[Row[Any]]) -> list[NameRow]:
    named = [NameRow(row.id, row.text, row.kind, row.entity_id) for row in rows]
    return sorted(named, key=_by_id)


def _merges(connection: Connection, names: Collection[int]) -> list[MergeRow]:
    column = tables.merges.c
    return [
        MergeRow(*row)
        for some in slices(list(names))
        for row in connection.execute(select(tables.merges).where(column.kept_id.in_(some)))
    ]


def _aliases(connection: Connection, names: Collection[int]) -> Iterator[Alias]:
    column = tables.aliases.c
    query = select(column.name_id, column.alias_id, column.why)
    for some in slices(list(names)):
        concerned = or_(column.name_id.in_(some), column.alias_id.in_(some))
        for row in connection.execute(query.where(concerned)):
            yield row.name_id, row.alias_id, row.why


def _insert_merges(connection: Connection, merges: list[MergeRow]) -> None:
    if not merges:
        return
    statement = insert(tables.merges).prefix_with("OR IGNORE", dialect="sqlite")
    connection.execute(
        statement,
        [
            {"kept_id": m.kept_id, "merged_id": m.merged_id, "why": m.why, "score": m.score}
            for m in merges
        ],
    )


def _write(connection: Connection, entities: dict[int, int]) -> None:
    """Writes the entities that changed. New names come with entity 0: most stay alone."""
    column = tables.names.c
    newest = connection.scalar(select(func.max(tables.changes.c.sequence))) or 0
    joined = [{"of": name, "to": entity} for name, entity in entities.items() if name != entity]
    alone = [{"of": name} for name, entity in entities.items() if name == entity]
    for rows, to in ((joined, bindparam("to")), (alone, column.id)):
        if rows:
            statement = update(tables.names).where(column.id == bindparam("of"))
            connection.execute(statement.values(entity_id=to, grouped=newest), rows)
