"""The database of a memory: opening it, closing it, and consistent reads.

What the store's statements have in common, and no statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, ExceptionContext, event

from ..errors import MemctxError
from .engine import empty_log, open_engine
from .faults import of_sqlite
from .migrations import check_current, migrate

AT_ONCE = 500
"""Ids in one IN (...); SQLite's own limit is far above."""


class Database:
    """A memory's SQL database. Safe to share between threads.

    `read_only` refuses to write and can be opened while another process writes,
    and on media that cannot be written at all. Without `create` an empty one is refused.
    """

    def __init__(self, path: Path, *, read_only: bool = False, create: bool = True) -> None:
        self.path = path
        self.read_only = read_only
        self._engine = open_engine(path, read_only=read_only)
        event.listen(self._engine, "handle_error", self._explain)
        try:
            with self._engine.begin() as connection:
                if read_only:
                    check_current(connection)
                else:
                    migrate(connection, create=create)
        except MemctxError:
            self._engine.dispose()
            raise

    def _explain(self, context: ExceptionContext) -> None:
        """Raises memctx's own error for what any statement may meet."""
        error = of_sqlite(context.original_exception, self.path)
        if error is not None:
            raise error from context.original_exception

    def close(self) -> None:
        """Closes all connections; the store cannot be used afterwards.

        What a writer wrote is then all in the one file, unless a reader is at it.
        """
        try:
            if not self.read_only:
                empty_log(self._engine)
        finally:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot of the store, for several reads that must agree."""
        with self._engine.connect() as connection:
            yield connection


def slices(items: Sequence[Any]) -> Iterator[list[Any]]:
    """The items in lists that fit into one statement, NumPy's numbers as Python's."""
    for start in range(0, len(items), AT_ONCE):
        yield [_scalar(item) for item in items[start : start + AT_ONCE]]


def _scalar(item: Any) -> Any:
    return item.item() if isinstance(item, np.generic) else item
