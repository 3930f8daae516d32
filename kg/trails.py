"""Trails: how passages hang together with the entities that a question names.

For telling a person why a passage was found. A walk follows all ways at once; of these a
trail is the shortest among the passages that are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from .arrays import GraphArrays

Trail = tuple[tuple[int, int], ...]
"""Steps (column, row): over this entity to this passage. The last is the passage itself."""


def trails(arrays: GraphArrays, starts: Collection[int], rows: Sequence[int]) -> dict[int, Trail]:
    """The trail from the entities `starts` to each passage of `rows` that has one.

    The fewest passages lead to it; of several entities on the way the rarest counts, and
    of several passages the first in `rows`.
    """
    spread = np.asarray(arrays.mentions.getnnz(axis=0))
    entities = {row: _entities(arrays, row) for row in rows}
    known: dict[int, Trail] = dict.fromkeys(starts, ())
    found: dict[int, Trail] = {}
    while True:
        new: dict[int, Trail] = {}
        for row in rows:
            shared = known.keys() & entities[row] if row not in found else ()
            if shared:
                rarest = min(shared, key=lambda column: (spread[column], column))
                new[row] = (*known[rarest], (rarest, row))
        if not new:
            return found
        found |= new
        for row, trail in new.items():
            for column in entities[row]:
                known.setdefault(column, trail)


def _entities(arrays: GraphArrays, row: int) -> set[int]:
    """What a passage mentions, and what its document is about."""
    mentioned = set(arrays.mentions[row].indices.tolist())
    return mentioned | {int(arrays.subjects[row])} - {-1}
