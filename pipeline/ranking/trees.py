"""Boosted decision trees, evaluated. How they are made is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .candidates import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees, one after another; the sum over trees is a log-odds.

    At a node, a row goes `left` where its `feature` is at most the `threshold`, else
    `right`. A leaf leads to itself both ways, and has a `value`. `roots` (t,) are the trees'
    first nodes, `depth` the length of the longest way.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    roots: Ints
    depth: int

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Trees:
        """Trees as they lie in a file.

        Raises:
            ValueError: an array is missing, or too short.
        """
        try:
            whole = [np.asarray(stored[name], np.int64) for name in ("feature", "left", "right")]
            real = [np.asarray(stored[name], np.float64) for name in ("threshold", "value")]
            roots, depth = np.asarray(stored["roots"], np.int64), int(stored["depth"])
        except KeyError as error:
            raise ValueError(f"trees without {error}") from error
        if len({len(array) for array in (*whole, *real)}) != 1:
            raise ValueError("the arrays of trees differ in length")
        return cls(whole[0], real[0], whole[1], whole[2], real[1], roots, depth)

    def log_odds(self, rows: Floats) -> Floats:
        """The log-odds of each row, (n,), given its features (n, f)."""
        count, width = rows.shape
        flat = rows.ravel()
        starts = np.arange(count)[:, None] * width
        nodes = np.broadcast_to(self.roots, (count, len(self.roots)))
        for _ in range(self.depth):
            goes_left = flat.take(starts + self.feature.take(nodes)) <= self.threshold.take(nodes)
            nodes = np.where(goes_left, self.left.take(nodes), self.right.take(nodes))
        found: Floats = self.value.take(nodes).sum(axis=1)
        return found

    def probability(self, rows: Floats) -> Floats:
        """`log_odds` as probabilities in (0, 1)."""
        return probability(self.log_odds(rows))


def probability(log_odds: Floats) -> Floats:
    """Log-odds as probabilities in (0, 1)."""
    found: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return found
