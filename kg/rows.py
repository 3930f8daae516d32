"""What the graph is told by whoever stores it: arrays of ids, and nothing of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def no_ids() -> Ids:
    """An empty array of ids."""
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class PassageRows:
    """Passages and the names in them.

    `passages` (n,) ascending, with the name that each one's document is about in
    `subjects` (n,), 0 for none. Pair i says that passage `of[i]` holds name `names[i]`
    `counts[i]` times; pairs are (p,), in any order.
    """

    passages: Ids
    subjects: Ids
    of: Ids
    names: Ids
    counts: Ids


@dataclass(frozen=True, slots=True)
class NameRows:
    """Names (k,), ascending by id: the entity of each, the hash of its normal form, its text."""

    ids: Ids
    entities: Ids
    bare: Ids
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What came and went: `rows` replace passages of the same ids, `names` likewise."""

    gone: Ids
    rows: PassageRows
    names: NameRows
