"""What a memory is about: its passages in groups, each with the names that tell it apart.

Groups are communities of the knowledge graph; where no names were read, each document is
one. A pure function of the graph, but for the store that names its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...kg.arrays import GraphArrays
from ...kg.communities import communities
from ...memory.store import Store
from .centrality import centrality

Ints = NDArray[np.int64]

_NAMES = 3
_LOOKED_AT = 512  # passages of a theme, spread evenly
_CENTRAL = 5


@dataclass(frozen=True, slots=True)
class Theme:
    """Passages that belong together; `names` tell what they are about, commonest first."""

    names: tuple[str, ...]
    passages: Ints


def themes(store: Store, arrays: GraphArrays, inside: Ints | None, limit: int) -> list[Theme]:
    """At most `limit` themes of the passages `inside`, or of all; the largest first."""
    groups = communities(arrays)
    found = []
    for community in list(groups.sizes)[: 4 * limit]:
        passages = arrays.chunk_ids[groups.passages == community]
        if inside is not None:
            passages = np.intersect1d(passages, inside)
        if len(passages):
            members = np.flatnonzero(groups.entities == community)
            found.append(Theme(_names(store, arrays, members, passages), passages))
    found.sort(key=lambda theme: -len(theme.passages))
    return found[:limit] or _documents(store, inside, limit)


def central(store: Store, theme: Theme, model_id: int) -> list[int]:
    """The passages of a theme that are nearest to the others, best first."""
    spread = np.linspace(0, len(theme.passages) - 1, min(len(theme.passages), _LOOKED_AT))
    looked_at = theme.passages[np.unique(spread.astype(int))]
    ids, vectors = store.vectors_of(looked_at.tolist(), model_id)
    if not len(ids):
        return [int(one) for one in looked_at[:_CENTRAL]]
    standing = centrality(vectors.astype(np.float32))
    return [int(one) for one in ids[np.argsort(-standing, kind="stable")[:_CENTRAL]]]


def commonest(store: Store, arrays: GraphArrays, columns: Ints, limit: int) -> tuple[str, ...]:
    """The names of the entities that most passages mention, of those in `columns`.

    A bare number is no name here.
    """
    spread = np.asarray(arrays.mentions.getnnz(axis=0))[columns]
    order = columns[np.argsort(-spread, kind="stable")]
    return _named(store, arrays.entity_ids[order[: 4 * limit]].tolist(), limit)


def _names(store: Store, arrays: GraphArrays, members: Ints, passages: Ints) -> tuple[str, ...]:
    """What most of these passages mention."""
    rows = np.searchsorted(arrays.chunk_ids, passages)
    here = np.asarray(arrays.mentions[rows].getnnz(axis=0))[members]
    order = members[np.argsort(-here, kind="stable")]
    return _named(store, arrays.entity_ids[order[: 4 * _NAMES]].tolist(), _NAMES)


def _named(store: Store, entities: Sequence[int], limit: int) -> tuple[str, ...]:
    """The first `limit` entities that go by more than a number."""
    texts = {row.id: row.text for row in store.names(entities)}
    named = [texts[one] for one in entities if any(map(str.isalpha, texts.get(one, "")))]
    return tuple(named[:limit])


def _documents(store: Store, inside: Ints | None, limit: int) -> list[Theme]:
    """Each document as a theme, by its title, the longest first."""
    rows = sorted(store.list_documents(), key=lambda row: -row.chunks)
    found: list[Theme] = []
    for row in rows:
        passages = store.chunk_ids([row.id])
        if inside is not None:
            passages = np.intersect1d(passages, inside)
        if len(passages):
            found.append(Theme((row.title or row.key,), passages))
        if len(found) == limit:
            break
    return found


def named_documents(store: Store, passages: Sequence[int], limit: int) -> list[str]:
    """The keys of the documents that hold most of these passages."""
    counts: dict[str, int] = {}
    for row in store.chunks(passages).values():
        counts[row.document.key] = counts.get(row.document.key, 0) + 1
    return sorted(counts, key=lambda key: (-counts[key], key))[:limit]
