"""The knowledge graph as a projection of the store, like the vector and the word index.

The graph itself knows no store (`kg.graph`); this tells it what the change log says that
it has missed, and keeps its files in generations.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ..kg.graph import KnowledgeGraph
from ..kg.rows import GraphChange, Ids, NameRows, PassageRows, no_ids
from ..memory.generations import Generations
from ..memory.projection import Delta, Span, delta_since, joined
from ..memory.store import Store

_FORMAT = "graph-1"  # changes with the files, or with how names are normalised
_AT_ONCE = 20_000  # passages whose rows are read together


class GraphIndex:
    """A knowledge graph that follows a store. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._lock = threading.Lock()
        self._graph = KnowledgeGraph()
        self.sequence = self.saved_sequence = 0
        self._open()

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph as of the last `catch_up`."""
        return self._graph

    @property
    def unusable(self) -> bool:
        """Whether there are files that cannot be used: damaged, or of another kind."""
        return self.saved_sequence == 0 and self._generations.exist()

    def count(self) -> int:
        """How many passages the graph holds."""
        return len(self._graph)

    def catch_up(self, store: Store) -> None:
        """Takes in, in memory only, what the store has and the graph has not."""
        with self._lock:
            delta = delta_since(store, self.sequence)
            if delta.sequence != self.sequence:
                self._take(store, delta)

    def save(self, store: Store) -> None:
        """Brings the files up to date with the store. The caller holds the writer lock."""
        self.catch_up(store)
        if self.saved_sequence == self.sequence and self._generations.current() is not None:
            return
        with self._lock, self._generations.next(self.sequence, _FORMAT, keep=False) as folder:
            self._graph.save(folder)
        self.saved_sequence = self.sequence

    def _open(self) -> None:
        current = self._generations.current()
        if current is None or current.fingerprint != _FORMAT:
            return
        try:
            self._graph = KnowledgeGraph.load(current.folder)
        except (OSError, ValueError):  # swept away, or written by another NumPy: rebuilt
            return
        self.sequence = self.saved_sequence = current.sequence

    def _take(self, store: Store, delta: Delta) -> None:
        # Rows before names: a name that a row needs is then surely there.
        rows = _rows(store, (*delta.added, *delta.read))
        names = _names(store, self.sequence)
        gone = _ids(delta.removed)
        suspects = self._graph.mates(np.union1d(gone, _ids(delta.read)))
        alive = [name.id for name in store.names(suspects.tolist())]
        dead = np.setdiff1d(suspects, np.asarray(alive, np.int64))
        self._graph.change(GraphChange(gone, rows, names), dead=dead)
        self.sequence = delta.sequence


def _rows(store: Store, spans: tuple[Span, ...]) -> PassageRows:
    parts = [store.incidence(part.first, part.last) for part in _parts(joined(spans))]
    if not parts:
        return PassageRows(*[no_ids()] * 5)
    return PassageRows(
        np.concatenate([part.read for part in parts]),
        np.concatenate([part.subjects for part in parts]),
        np.concatenate([part.chunks for part in parts]),
        np.concatenate([part.names for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


def _parts(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans of bearable size, none overlapping another."""
    done = -1
    for span in spans:
        first = max(span.first, done + 1)
        for start in range(first, span.last + 1, _AT_ONCE):
            yield Span(start, min(start + _AT_ONCE - 1, span.last))
        done = max(done, span.last)


def _names(store: Store, sequence: int) -> NameRows:
    rows = list(store.names_grouped_since(sequence))
    return NameRows(
        np.asarray([name.id for name, _ in rows], np.int64),
        np.asarray([name.entity_id for name, _ in rows], np.int64),
        np.asarray([bare for _, bare in rows], np.int64),
        [name.text for name, _ in rows],
    )


def _ids(spans: Iterable[Span]) -> Ids:
    runs = [np.arange(span.first, span.last + 1, dtype=np.int64) for span in spans]
    return np.concatenate(runs) if runs else no_ids()
