"""An open memory: its store, its projections and its embedder, each loaded at first use.

Reading opens the store read-only and catches projections up in memory. Writing takes
the writer's lock and saves projections at the end, when enough has changed to be
worth it; the change log bridges the rest.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..config import DEFAULT_EMBEDDER, Settings
from ..errors import FingerprintMismatch
from ..kg.graph import KnowledgeGraph
from ..kg.weights import Walkable
from ..memory.embedder import Embedder
from ..memory.home import Home
from ..memory.lock import WriterLock
from ..memory.projection import delta_since
from ..memory.reranker import Reranker
from ..memory.store import Store
from ..memory.vectors import VectorIndex
from ..memory.words import WordIndex
from .answer_cache import forget_answers
from .engines import Extraction, Places, find_embedder, find_extraction, find_reranker
from .graph import GraphIndex
from .naming import Naming

_EMBEDDER, _FINGERPRINT = "embedder", "embedder_fingerprint"
_SAVE_SHARE = 0.01  # of the chunks; fewer changes are replayed from the log at opening
_SAVE_AT_LEAST = 200


class Workspace:
    """What `Memory` and its flows share. Safe to share between threads."""

    def __init__(self, folder: Path, settings: Settings, *, embedder: Embedder | None) -> None:
        self.home = Home(folder)
        self.settings = settings
        self._embedder = embedder
        self._extraction: Extraction | None = None
        self._reranker: Reranker | None = None
        self._store: Store | None = None
        self._words: WordIndex | None = None
        self._vectors: VectorIndex | None = None
        self._graph: GraphIndex | None = None
        self._lock = threading.RLock()
        self._turn = threading.RLock()  # to write: threads wait for one another

    def close(self) -> None:
        """Closes the store; what was loaded is let go."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = self._words = self._vectors = self._graph = None

    # --- reading ----------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store, read-only.

        Raises:
            MemoryNotFound: there is none yet.
        """
        with self._lock:
            if self._store is None:
                self.home.require()
                self._store = Store(self.home.store, read_only=True)
            return self._store

    @property
    def embedder_name(self) -> str:
        """What is set, else what the memory was made with, else the default."""
        recorded = self.store.setting(_EMBEDDER) if self.home.exists() else None
        return self.settings.embedder or recorded or DEFAULT_EMBEDDER

    @property
    def embedder(self) -> Embedder:
        """The embedder that this memory's vectors are made by.

        Raises:
            ModelNotFound: its weights are not here.
            FingerprintMismatch: the memory was made with another one.
        """
        with self._lock:
            if self._embedder is None:
                self._embedder = find_embedder(self.embedder_name, self.settings)
            if self.home.exists():
                self._check(self._embedder)
            return self._embedder

    def reranker(self) -> Reranker:
        """The cross-encoder; loaded once.

        Raises:
            ModelNotFound: its weights are not here.
        """
        with self._lock:
            self._reranker = self._reranker or find_reranker(self.settings)
            return self._reranker

    @property
    def extraction(self) -> Extraction:
        """From what names and facts are read; looked for once."""
        with self._lock:
            self._extraction = self._extraction or find_extraction(self.settings)
            return self._extraction

    def words(self) -> WordIndex:
        """The word index, level with the store."""
        with self._lock:
            if self._words is None:
                self._words = WordIndex(self.home.words)
            self._words.catch_up(self.store)
            return self._words

    def vectors(self) -> VectorIndex:
        """The vector index, level with the store."""
        with self._lock:
            if self._vectors is None:
                self._vectors = self._open_vectors(self.store)
            self._vectors.catch_up(self.store)
            return self._vectors

    def graph(self) -> KnowledgeGraph:
        """The knowledge graph, level with the store."""
        with self._lock:
            if self._graph is None:
                self._graph = GraphIndex(self.home.graph)
            self._graph.catch_up(self.store)
            return self._graph.graph

    def walkable(self) -> Walkable:
        """The knowledge graph as it is now, weighed; other threads may go on changing it."""
        with self._lock:
            return self.graph().walkable()

    def places(self) -> Places:
        """What of this memory its reader uses."""
        home = self.home
        return Places(home.states, home.adapter, home.calibration)

    def state(self) -> str:
        """Names what the memory holds now: another text once anything was changed."""
        known = self.home.store.stat()
        return f"{self.store.sequence} {known.st_size} {known.st_mtime_ns}"

    def model_id(self) -> int:
        """The store's number for the embedder."""
        return self.store.model_id(self.embedder.fingerprint) or 0

    # --- writing ----------------------------------------------------------------

    @contextmanager
    def looking(self) -> Iterator[Store]:
        """The store, read-only; an empty one for the time being where there is none."""
        if self.home.exists():
            yield self.store
            return
        with TemporaryDirectory(prefix="memctx-") as folder:
            store = Store(Home(Path(folder)).store)
            try:
                yield store
            finally:
                store.close()

    @contextmanager
    def writing(self, *, create: bool = True) -> Iterator[Store]:
        """A writable store under the writer's lock; projections are saved afterwards.

        Without `create` there is one already.

        Raises:
            MemoryLocked: another process is writing.
            CorruptMemory: the store is empty, and there are projections of one that was not.
        """
        self.home.create()
        with self._turn, WriterLock(self.home.folder):
            create = create and not self.home.has_projections()
            store = Store(self.home.store, rules=Naming(), create=create)
            try:
                yield store
                self.save_projections(store)
            finally:
                store.close()
                forget_answers(self.home.answers)  # they quote what may be gone

    def register(self, store: Store) -> int:
        """The number of the embedder in a writable store, which is bound to it from now on."""
        embedder = self.embedder
        if store.setting(_FINGERPRINT) is None:
            self.bind(store, embedder)
        return store.add_model(embedder.fingerprint, embedder.name, embedder.width)

    def bind(self, store: Store, embedder: Embedder) -> None:
        """Records which embedder the memory's vectors are made by."""
        store.set_setting(_EMBEDDER, embedder.name)
        store.set_setting(_FINGERPRINT, embedder.fingerprint)
        self._embedder = embedder

    def save_projections(self, store: Store, *, always: bool = False) -> None:
        """Writes projections that are too far behind the store. Needs the writer's lock."""
        if store.setting(_FINGERPRINT) is None:
            return
        with self._lock:
            self._words = self._words or WordIndex(self.home.words)
            self._vectors = self._vectors or self._open_vectors(store)
            self._graph = self._graph or GraphIndex(self.home.graph)
            few = max(_SAVE_AT_LEAST, _SAVE_SHARE * self._vectors.count())
            for projection in (self._words, self._vectors, self._graph):
                behind = delta_since(store, projection.saved_sequence).size
                if always or behind > few or (behind and projection.saved_sequence == 0):
                    projection.save(store)

    def rebuild_projections(self, store: Store) -> None:
        """Makes all projections anew from the store. Needs the writer's lock."""
        with self._lock:
            self._words = self._vectors = self._graph = None
            for folder in (self.home.words, self.home.vectors, self.home.graph):
                shutil.rmtree(folder, ignore_errors=True)
            self.save_projections(store, always=True)

    def projection_problems(self) -> list[str]:
        """Which projections on disk cannot be used, or disagree with the store."""
        chunks = self.store.counts()["chunks"]
        expected: dict[str, tuple[WordIndex | VectorIndex | GraphIndex, int]] = {
            "words": (WordIndex(self.home.words), chunks),
            "vectors": (self._open_vectors(self.store), chunks),
            "graph": (GraphIndex(self.home.graph), chunks - self.store.graph_counts().unread),
        }
        found = []
        for name, (index, chunks) in expected.items():
            if index.unusable:
                found.append(f"{name}: the files are damaged or of another version")
            index.catch_up(self.store)
            if index.count() != chunks:
                found.append(f"{name}: the index holds {index.count()} of {chunks} passages")
        return found

    def recorded_model(self, store: Store | None = None) -> int | None:
        """The store's number of the model that its vectors are made by, if any."""
        store = store or self.store
        return store.model_id(store.setting(_FINGERPRINT) or "")

    def _open_vectors(self, store: Store) -> VectorIndex:
        fingerprint = store.setting(_FINGERPRINT) or ""
        model_id = store.model_id(fingerprint) or 0
        width = store.model_width(model_id)
        return VectorIndex(
            self.home.vectors, model_id=model_id, fingerprint=fingerprint, width=width
        )

    def _check(self, embedder: Embedder) -> None:
        recorded = self.store.setting(_FINGERPRINT)
        if recorded is None or recorded == embedder.fingerprint:
            return
        name = self.store.setting(_EMBEDDER)
        width = self.store.model_width(self.store.model_id(recorded) or 0)
        raise FingerprintMismatch(
            f"this memory holds vectors of width {width} made by {name}, the embedder "
            f"{embedder.name} gives width {embedder.width} and other values; open it with "
            f"{name}, or run `memctx reindex --embedder {embedder.name}`"
        )
