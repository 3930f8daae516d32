"""What summaries keep: the vectors of stretches of sentences, by hash.

A document's parts are kept under its key, so that those that an edit left alone are found
again; `keep` drops the rest. What is hashed is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, func, insert, select

from . import tables
from .database import Database, slices
from .writes import Vectors

Owner = tuple[str, str]
"""The collection and the key of a document."""


class SummaryParts(Database):
    """Vectors of parts: found by hash, written one transaction a call."""

    def part_count(self) -> int:
        """How many parts are stored, of all documents."""
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(tables.summary_parts)) or 0

    def part(self, key: bytes, shape: tuple[int, int]) -> Vectors | None:
        """A part's vectors, (n, width); None if they are not stored, or are not of this shape."""
        column = tables.summary_parts.c
        with self.reading() as connection:
            stored = connection.scalar(select(column.vectors).where(column.hash == key))
        if stored is None or len(stored) != 2 * shape[0] * shape[1]:
            return None
        return np.frombuffer(stored, "<f2").reshape(shape)

    def put_parts(self, owner: Owner, made: Mapping[bytes, npt.NDArray[Any]]) -> None:
        """Stores the vectors of parts (n, width)."""
        rows = [
            {
                "hash": key,
                "collection": owner[0],
                "key": owner[1],
                "vectors": vectors.astype("<f2").tobytes(),
            }
            for key, vectors in made.items()
        ]
        if not rows:
            return
        # Another document may hold the same stretch, or what is stored may be damaged.
        adding = insert(tables.summary_parts).prefix_with("OR REPLACE", dialect="sqlite")
        with self._engine.begin() as connection:
            connection.execute(adding, rows)

    def keep_parts(self, owner: Owner, hashes: Sequence[bytes]) -> None:
        """Drops all parts of a document but these."""
        column = tables.summary_parts.c
        owned = (column.collection == owner[0], column.key == owner[1])
        with self._engine.begin() as connection:
            stored = connection.scalars(select(column.hash).where(*owned)).all()
            gone = list(set(stored) - set(hashes))
            for some in slices(gone):
                connection.execute(delete(tables.summary_parts).where(column.hash.in_(some)))
