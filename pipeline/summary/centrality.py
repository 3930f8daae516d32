"""How central each sentence is: LexRank over the whole text, in time linear in its length.

Erkan & Radev 2004 rank sentences by a random walk over a graph of their similarities,
which takes time and space quadratic in their number. Here the walk goes over at most
`anchors` sentences, spread evenly, and each sentence takes from them what it is similar to
(coarse to fine, as C2F-FAR, Liang et al. 2022). Up to that many sentences it is LexRank.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ANCHORS = 512
_FLOOR = 0.1  # cosines below say nothing
_DAMPING = 0.85
_STEPS = 50
_BLOCK = 2048


def centrality(vectors: Floats, *, anchors: int = ANCHORS) -> Floats:
    """The standing of each of n unit vectors (n, d): (n,), 1 on average; higher is nearer.

    Memory beside the result is a block of 2,048 by `anchors`.
    """
    count = len(vectors)
    if count == 0:
        return np.zeros(0, np.float32)
    chosen = np.unique(np.linspace(0, count - 1, min(anchors, count)).astype(np.int64))
    anchor = vectors[chosen]
    among = _links(anchor, anchor)
    sums = among.sum(axis=1)
    weights = _walk(among, sums) / sums  # what a link to an anchor carries
    found = np.concatenate(
        [
            _links(vectors[start : start + _BLOCK], anchor) @ weights
            for start in range(0, count, _BLOCK)
        ]
    )
    mixed: Floats = (1 - _DAMPING + _DAMPING * found / found.mean()).astype(np.float32)
    return mixed


def _links(some: Floats, others: Floats) -> Floats:
    cosines: Floats = some @ others.T
    return np.where(cosines > _FLOOR, cosines, 0).astype(np.float32) + np.float32(1e-6)


def _walk(links: Floats, sums: Floats) -> Floats:
    """Where a random walk over the links ends up, by power iteration: (a,), 1 on average."""
    standing: Floats = np.ones(len(links), np.float32)
    for _ in range(_STEPS):
        following = (1 - _DAMPING + _DAMPING * (links.T @ (standing / sums))).astype(np.float32)
        if np.abs(following - standing).max() < 1e-5:
            return following
        standing = following
    return standing
