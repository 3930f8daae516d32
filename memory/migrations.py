"""How a store reaches the newest schema: one function a version, run in order.

A migration that has shipped never changes; the next one corrects it. The number
of those that have run is kept in the table `settings` under "schema".
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, update

from ..errors import CorruptMemory, SchemaError
from . import tables

_EMPTY = (
    "the store of this memory, memory.sqlite3, is missing or empty; restore it from a copy, or "
    "delete the memory's folder and ingest again"
)


def _create_tables(connection: Connection) -> None:
    first = ["settings", "models", "sources", "documents", "chunks", "vectors", "changes"]
    tables.metadata.create_all(connection, [tables.metadata.tables[name] for name in first])


def _create_graph(connection: Connection) -> None:
    second = [
        *("extractors", "extractions", "readings", "names", "mentions", "facts"),
        *("aliases", "merges", "subjects"),
    ]
    tables.metadata.create_all(connection, [tables.metadata.tables[name] for name in second])


def _create_summaries(connection: Connection) -> None:
    tables.metadata.create_all(connection, [tables.summary_parts])


def _create_nodes(connection: Connection) -> None:
    tables.metadata.create_all(connection, [tables.summary_nodes])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create_tables,
    _create_graph,
    _create_summaries,
    _create_nodes,
)


def migrate(connection: Connection, *, create: bool = True) -> None:
    """Brings the store up to date within the connection's transaction.

    Raises:
        SchemaError: the store was made by a newer memctx, or is another program's.
        CorruptMemory: it is empty and may not be created.
    """
    version = schema_version(connection)
    if version == 0 and not create:
        raise CorruptMemory(_EMPTY)
    for step in MIGRATIONS[version:]:
        step(connection)
    if version == len(MIGRATIONS):
        return
    value = str(len(MIGRATIONS))
    settings = tables.settings
    if version == 0:
        connection.execute(insert(settings).values(name="schema", value=value))
    else:
        connection.execute(update(settings).where(settings.c.name == "schema").values(value=value))


def schema_version(connection: Connection) -> int:
    """How many migrations the store has seen; 0 for an empty database.

    Raises:
        SchemaError: as `migrate`.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return 0
    if "settings" not in names:
        raise SchemaError(
            f"expected a memctx store, found a database with the tables {', '.join(sorted(names))}"
        )
    settings = tables.settings
    value = connection.scalar(select(settings.c.value).where(settings.c.name == "schema"))
    version = int(value or 0)
    if version > len(MIGRATIONS):
        raise SchemaError(
            f"this memory has schema {version}, this memctx knows schemas up to "
            f"{len(MIGRATIONS)}; upgrade memctx"
        )
    return version


def check_current(connection: Connection) -> None:
    """For readers, who may not migrate.

    Raises:
        SchemaError: the store needs a migration, or as `migrate`.
        CorruptMemory: it is empty.
    """
    version = schema_version(connection)
    if version == 0:
        raise CorruptMemory(_EMPTY)
    if version < len(MIGRATIONS):
        raise SchemaError(
            f"this memory has schema {version}, this memctx reads schema {len(MIGRATIONS)}; "
            "run `memctx verify --repair` once to bring it up to date"
        )
