"""The knowledge graph in memory: passages and the entities that they mention.

Kept as arrays, names and not entities in its rows, so that two names found to be one
change no row. It is told what came and went, and never reads a store. `arrays` is what
walks use; `network` is the same as a NetworkX graph, for those who want one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import GraphArrays
from .network import Network
from .rows import GraphChange, Ids, NameRows, PassageRows, no_ids
from .surfaces import Surfaces
from .weights import Walkable, walkable

_ROWS = ("passages", "subjects", "of", "names", "counts")
_NAMES = ("ids", "entities", "bare")


class KnowledgeGraph:
    """Entities and passages. Not safe to change from several threads at once."""

    def __init__(self) -> None:
        empty = no_ids()
        self._rows = PassageRows(*[empty] * 5)
        self._names = NameRows(empty, empty, empty, [])
        self._arrays: GraphArrays | None = None
        self._walkable: Walkable | None = None
        self._network: Network | None = None

    def __len__(self) -> int:
        return len(self._rows.passages)

    def arrays(self) -> GraphArrays:
        """The graph for a walk; made anew only after a change."""
        if self._arrays is None:
            self._arrays = _arrays(self._rows, self._names)
        return self._arrays

    def walkable(self) -> Walkable:
        """The graph with its links weighed; made anew only after a change, never changed."""
        if self._walkable is None:
            self._walkable = walkable(self.arrays())
        return self._walkable

    def network(self) -> Any:
        """The graph as `networkx.Graph`, kept up to date by later changes; do not change it.

        Nodes are ("passage", id) and ("entity", id); an entity's `label` is its first
        name. Edges carry `weight`, how often the passage mentions the entity.
        """
        if self._network is None:
            self._network = Network()
            self._network.put(self.arrays(), self._rows.passages, self._labels())
        return self._network.graph

    def mates(self, passages: Ids) -> Ids:
        """All names of the entities that these passages mention or are about."""
        rows = self._rows
        named = rows.names[np.isin(rows.of, passages)]
        about = rows.subjects[np.isin(rows.passages, passages)]
        used = np.isin(self._names.ids, np.concatenate([named, about]))
        return self._names.ids[np.isin(self._names.entities, self._names.entities[used])]

    def change(self, change: GraphChange, *, dead: Ids) -> None:
        """Takes in a change; `dead` are names that exist no more."""
        moved = self._moved(change.names)
        before = self._rows
        out = np.union1d(change.gone, change.rows.passages)
        self._names = _merged_names(self._names, change.names, dead)
        self._rows = _merged_rows(before, change.rows, out)
        self._arrays = self._walkable = None
        if self._network is not None:
            touched = np.unique(before.of[np.isin(before.names, moved)])
            self._network.drop(np.union1d(out, touched))
            back = np.intersect1d(np.union1d(change.rows.passages, touched), self._rows.passages)
            self._network.put(self.arrays(), back, self._labels())

    def save(self, folder: Path) -> None:
        """Writes the graph as NumPy files."""
        for name in _ROWS:
            np.save(folder / f"row_{name}.npy", getattr(self._rows, name))
        for name in _NAMES:
            np.save(folder / f"name_{name}.npy", getattr(self._names, name))
        encoded = [text.encode("utf-8", "surrogatepass") for text in self._names.texts]
        np.save(
            folder / "text_ends.npy", np.cumsum([len(text) for text in encoded], dtype=np.int64)
        )
        np.save(folder / "texts.npy", np.frombuffer(b"".join(encoded), np.uint8))

    @classmethod
    def load(cls, folder: Path) -> KnowledgeGraph:
        """Reads what `save` wrote.

        Raises:
            OSError: a file is missing.
            ValueError: a file is not as written.
        """
        graph = cls()
        graph._rows = PassageRows(*(_read(folder / f"row_{name}.npy") for name in _ROWS))
        ends = _read(folder / "text_ends.npy").tolist()
        blob = _read(folder / "texts.npy").tobytes()
        texts = [
            blob[start:end].decode("utf-8", "surrogatepass")
            for start, end in zip([0, *ends], ends, strict=False)
        ]
        known, entities, bare = (_read(folder / f"name_{name}.npy") for name in _NAMES)
        graph._names = NameRows(known, entities, bare, texts)
        return graph

    def _moved(self, names: NameRows) -> Ids:
        """Known names that are of another entity now."""
        places = np.searchsorted(self._names.ids, names.ids)
        known = np.isin(names.ids, self._names.ids)
        before = self._names.entities[places[known]]
        moved: Ids = names.ids[known][before != names.entities[known]]
        return moved

    def _labels(self) -> dict[int, str]:
        heads = np.flatnonzero(self._names.ids == self._names.entities).tolist()
        ids = self._names.ids[heads].tolist()
        return dict(zip(ids, (self._names.texts[head] for head in heads), strict=True))


def _merged_names(old: NameRows, new: NameRows, dead: Ids) -> NameRows:
    keep = np.flatnonzero(~np.isin(old.ids, np.concatenate([new.ids, dead])))
    ids = np.concatenate([old.ids[keep], new.ids])
    order = np.argsort(ids, kind="stable")
    texts = [*(old.texts[place] for place in keep.tolist()), *new.texts]
    return NameRows(
        ids[order],
        np.concatenate([old.entities[keep], new.entities])[order],
        np.concatenate([old.bare[keep], new.bare])[order],
        [texts[place] for place in order.tolist()],
    )


def _merged_rows(old: PassageRows, new: PassageRows, out: Ids) -> PassageRows:
    stay, pairs = ~np.isin(old.passages, out), ~np.isin(old.of, out)
    passages = np.concatenate([old.passages[stay], new.passages])
    order = np.argsort(passages, kind="stable")
    return PassageRows(
        passages[order],
        np.concatenate([old.subjects[stay], new.subjects])[order],
        np.concatenate([old.of[pairs], new.of]),
        np.concatenate([old.names[pairs], new.names]),
        np.concatenate([old.counts[pairs], new.counts]),
    )


def _arrays(rows: PassageRows, names: NameRows) -> GraphArrays:
    from scipy.sparse import csr_matrix

    # Names are far fewer than mentions: all that can be is looked up once for each name.
    of_pairs, of_subjects = _places(rows.names, names.ids), _places(rows.subjects, names.ids)
    known, about = of_pairs >= 0, of_subjects >= 0
    used = np.zeros(len(names.ids), bool)
    used[of_pairs[known]] = used[of_subjects[about]] = True
    entities = np.flatnonzero(np.bincount(names.entities[used]))  # np.unique is far slower
    columns = np.searchsorted(entities, names.entities).astype(np.int64)
    shape = (len(rows.passages), len(entities))
    places = (np.searchsorted(rows.passages, rows.of[known]), columns[of_pairs[known]])
    mentions = csr_matrix((rows.counts[known].astype(np.float32), places), shape=shape)
    subjects = np.full(len(rows.passages), -1, np.int64)
    subjects[about] = columns[of_subjects[about]]
    alive = np.flatnonzero(np.isin(names.entities, entities))
    texts = [names.texts[place] for place in alive.tolist()]
    return GraphArrays(
        chunk_ids=rows.passages,
        entity_ids=entities,
        mentions=mentions,
        subjects=subjects,
        surfaces=Surfaces(names.bare[alive], columns[alive], texts),
        similar=csr_matrix((shape[1], shape[1]), dtype=np.float32),
    )


def _places(wanted: Ids, ids: Ids) -> Ids:
    """Where each wanted id stands among ascending ones; -1 if it does not."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1)


def _read(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, allow_pickle=False))
