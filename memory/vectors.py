"""The vector index: the nearest chunks to a vector by cosine, kept by FAISS.

A projection of the store's vectors of one model. They have unit length, so FAISS's
inner product is the cosine. The kind of index follows from how many there are;
the store keeps every vector, so a kind can change without embedding anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import MissingDependency
from .generations import Generations
from .projection import Delta, Span, delta_since, joined
from .store import Store

_FILE = "index.faiss"
Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class IndexKind:
    """A FAISS index that serves up to `capacity` vectors well on one machine.

    `factory` gives FAISS's description of it for a number of vectors.
    """

    name: str
    capacity: float
    factory: Callable[[int], str]


KINDS = (
    # Exact, two bytes a dimension: as good as the store's own fp16 vectors.
    IndexKind("flat-fp16", 250_000, lambda count: "SQfp16"),
    # Inverted lists, 4 sqrt(n) of them (FAISS's guideline), still two bytes.
    IndexKind("ivf-fp16", float("inf"), lambda count: f"IVF{int(4 * count**0.5)},SQfp16"),
)
_PROBES = 64  # inverted lists looked at for a question


def kind_for(count: int) -> IndexKind:
    """The first kind whose capacity is enough for `count` vectors."""
    return next(kind for kind in KINDS if count <= kind.capacity)


class VectorIndex:
    """Finds chunks by vector. Safe to share between threads.

    `model_id` and `fingerprint` name the store's model whose vectors it holds,
    `width` their number of dimensions.
    """

    def __init__(self, folder: Path, *, model_id: int, fingerprint: str, width: int) -> None:
        self._faiss = import_faiss()
        self._generations = Generations(folder)
        self._model_id, self._fingerprint, self._width = model_id, fingerprint, width
        self._lock = threading.Lock()
        self._index: Any = None
        self._kind = KINDS[0]
        self.sequence = self.saved_sequence = 0
        self._open()

    @property
    def kind(self) -> str:
        """The name of the index kind now in use."""
        return self._kind.name

    @property
    def device(self) -> str:
        """Where the index lives."""
        return "cpu"

    def _open(self) -> None:
        current = self._generations.current()
        if current is None or current.fingerprint != self._fingerprint:
            return
        try:
            self._index = self._faiss.read_index(str(current.folder / _FILE))
        except RuntimeError:  # written by an incompatible FAISS: as good as absent
            return
        self._kind = kind_for(self._index.ntotal)
        self.sequence = self.saved_sequence = current.sequence

    @property
    def unusable(self) -> bool:
        """Whether there are files that cannot be used: damaged, or of another kind."""
        return self.saved_sequence == 0 and self._generations.exist()

    def catch_up(self, store: Store) -> None:
        """Takes in, in memory only, what the store has and the index has not."""
        delta = delta_since(store, self.sequence)
        if delta.sequence == self.sequence and self._index is not None:
            return
        with self._lock:
            self.sequence = self._take(store, delta)

    def save(self, store: Store) -> None:
        """Brings the files up to date with the store. The caller holds the writer lock."""
        self.catch_up(store)
        if self.saved_sequence == self.sequence and self._generations.current() is not None:
            return
        with (
            self._lock,
            self._generations.next(self.sequence, self._fingerprint, keep=False) as folder,
        ):
            self._faiss.write_index(self._index, str(folder / _FILE))
        self.saved_sequence = self.sequence

    def search(
        self, vector: Floats, k: int, *, allowed: Ids | None = None
    ) -> list[tuple[int, float]]:
        """The `k` nearest (chunk id, cosine) to `vector` (width,), nearest first.

        With `allowed`, only among these chunk ids.
        """
        if self.count() == 0 or k < 1 or (allowed is not None and len(allowed) == 0):
            return []  # an empty memory may not know its width yet
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        with self._lock:
            scores, ids = self._index.search(query, k, params=self._parameters(allowed))
        hits = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return sorted((hit for hit in hits if hit[0] >= 0), key=lambda hit: (-hit[1], hit[0]))

    def count(self) -> int:
        """How many vectors the index holds."""
        return 0 if self._index is None else int(self._index.ntotal)

    def _parameters(self, allowed: Ids | None) -> Any:
        selector = None if allowed is None else self._faiss.IDSelectorBatch(allowed)
        if self._kind is KINDS[0]:
            return selector and self._faiss.SearchParameters(sel=selector)
        settings = {"sel": selector} if selector else {}
        return self._faiss.SearchParametersIVF(nprobe=_PROBES, **settings)

    def _take(self, store: Store, delta: Delta) -> int:
        size = self.count() + sum(span.last - span.first + 1 for span in delta.added)
        if self._index is None or kind_for(size) is not self._kind:
            everything = delta_since(store, 0)
            self._kind = kind_for(size)
            self._index = self._built(store, everything.added, size)
            return everything.sequence
        if delta.removed:
            gone = np.concatenate([np.arange(s.first, s.last + 1) for s in delta.removed])
            self._index.remove_ids(gone.astype(np.int64))
        for ids, vectors in self._vectors(store, delta.added):
            self._index.add_with_ids(vectors, ids)
        return delta.sequence

    def _built(self, store: Store, spans: tuple[Span, ...], size: int) -> Any:
        faiss = self._faiss
        index = faiss.index_factory(
            self._width, self._kind.factory(max(size, 1)), faiss.METRIC_INNER_PRODUCT
        )
        if not index.is_trained:
            index.train(self._sample(store, spans, size))
        if self._kind is KINDS[0]:
            index = faiss.IndexIDMap(index)  # inverted lists keep ids themselves
        for ids, vectors in self._vectors(store, spans):
            index.add_with_ids(vectors, ids)
        return index

    def _sample(self, store: Store, spans: tuple[Span, ...], size: int) -> Floats:
        # FAISS wants some 40 to 250 vectors a list; every n-th block is plenty.
        lists = int(4 * size**0.5)
        blocks, held = [], 0
        step = max(1, size // (100 * lists))
        for _, vectors in self._vectors(store, spans):
            blocks.append(vectors[::step])
            held += len(blocks[-1])
        return np.concatenate(blocks) if blocks else np.zeros((1, self._width), np.float32)

    def _vectors(self, store: Store, spans: tuple[Span, ...]) -> Iterator[tuple[Ids, Floats]]:
        for span in joined(spans):
            for ids, vectors in store.vectors_between(span.first, span.last, self._model_id):
                yield ids, np.ascontiguousarray(vectors, dtype=np.float32)


def import_faiss() -> Any:
    """The `faiss` module.

    Raises:
        MissingDependency: neither of the packages that provide it is installed.
    """
    try:
        import faiss
    except ImportError:
        raise MissingDependency(
            "memctx needs FAISS and found none; install one of its two extras: "
            "`pip install 'memctx-rag[cpu]'` or, with an NVIDIA GPU, "
            "`pip install 'memctx-rag[gpu]'`"
        ) from None
    return faiss


def cosines(
    store: Store, vector: Floats, chunk_ids: Sequence[int], model_id: int
) -> dict[int, float]:
    """The exact cosine of each given chunk's stored vector with `vector` (width,)."""
    ids, vectors = store.vectors_of(chunk_ids, model_id)
    if not len(ids):
        return {}
    return dict(zip(ids.tolist(), (vectors.astype(np.float32) @ vector).tolist(), strict=True))
