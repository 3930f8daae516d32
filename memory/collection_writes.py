"""The statements by which collections change, each within its caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, exists, select, update

from ..errors import KeyConflict
from . import tables

_SHOWN = 3
_HELD = (tables.documents, tables.sources, tables.summary_parts, tables.summary_nodes)


def check_no_shared_key(connection: Connection, one: str, other: str) -> None:
    """Raises KeyConflict, which names some, where two collections have documents of one key."""
    here, there = tables.documents.alias(), tables.documents.alias()
    query = (
        select(here.c.key)
        .join(there, there.c.key == here.c.key)
        .where(here.c.collection == one, there.c.collection == other)
        .order_by(here.c.key)
    )
    shared = connection.scalars(query).all()
    if shared:
        more = ", ..." if len(shared) > _SHOWN else ""
        raise KeyConflict(
            f"{one} and {other} both hold {', '.join(shared[:_SHOWN])}{more} "
            f"({len(shared)} in all), and a collection holds a key once; forget them in one of "
            "the two, or choose a name that is free"
        )


def move_collection(connection: Connection, old: str, new: str) -> None:
    """Gives all that is of one collection to another, which may hold something already."""
    _forget_sources_of_both(connection, old, new)
    for table in _HELD:
        moved = update(table).where(table.c.collection == old).values(collection=new)
        connection.execute(moved)


def _forget_sources_of_both(connection: Connection, one: str, other: str) -> None:
    """What both have read counts as not yet read: they may have read different versions."""
    source, twin = tables.sources, tables.sources.alias()
    both = exists().where(
        twin.c.root == source.c.root,
        twin.c.key == source.c.key,
        twin.c.collection.in_([one, other]),
        twin.c.collection != source.c.collection,
    )
    connection.execute(delete(source).where(source.c.collection.in_([one, other]), both))


def documents_in(connection: Connection, collection: str) -> list[int]:
    """The numbers of a collection's documents."""
    column = tables.documents.c
    query = select(column.id).where(column.collection == collection).order_by(column.id)
    return list(connection.scalars(query))


def forget_sources_in(connection: Connection, collection: str) -> None:
    """Forgets all that a collection has read."""
    connection.execute(delete(tables.sources).where(tables.sources.c.collection == collection))
