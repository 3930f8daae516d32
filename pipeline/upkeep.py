"""Keeping a memory sound: verification, repair, and changing the embedder."""

from __future__ import annotations

import os

from ..errors import CorruptMemory
from ..memory.embedder import Embedder
from ..memory.projection import delta_since
from ..memory.store import Store
from .engines import Extraction
from .extract import GraphReader
from .identity import chunk_hash, text_hash
from .progress import Progress
from .workspace import Workspace

_REINDEX_BATCH = 1024


def problems(workspace: Workspace) -> list[str]:
    """Everything that is wrong with a memory, each in a sentence; empty when sound."""
    found: list[str] = []
    try:
        for check in (_store_problems, _vector_problems, _projection_problems):
            found += check(workspace)
    except CorruptMemory as error:  # what is past reading can be named all the same
        found.append(f"store: {error}")
    return found


def _store_problems(workspace: Workspace) -> list[str]:
    store = workspace.store
    found = [f"store: {problem}" for problem in store.problems()]
    found += [f"store: {problem}" for problem in _content_problems(store)]
    return found + store.graph_problems()


def _vector_problems(workspace: Workspace) -> list[str]:
    store, found = workspace.store, []
    model_id = workspace.recorded_model()
    if damaged := len(store.damaged_vectors(model_id)) if model_id else 0:
        found.append(f"store: {damaged} vectors are damaged")
    missing = len(store.unembedded(model_id, 10_000)) if model_id else store.counts()["chunks"]
    if missing:
        found.append(f"store: {missing} passages have no vector")
    return found


def _projection_problems(workspace: Workspace) -> list[str]:
    store, found = workspace.store, []
    alive = {(span.first, span.last) for span in delta_since(store, 0).added}
    logged = sum(last - first + 1 for first, last in alive)
    chunks = store.counts()["chunks"]
    if logged != chunks:
        found.append(f"store: the change log accounts for {logged} of {chunks} passages")
    if store.setting("embedder") is not None:
        found += workspace.projection_problems()
    return found


def repair(workspace: Workspace, progress: Progress) -> list[str]:
    """Mends what can be mended: vectors that are missing or damaged, and projections.

    Returns what is still wrong afterwards.
    """
    with workspace.writing(create=False) as store:
        if store.setting("embedder") is not None:
            model_id = workspace.register(store)
            store.drop_vectors(model_id, store.damaged_vectors(model_id))
            embed_missing(store, workspace.embedder, model_id, progress)
            workspace.rebuild_projections(store)
    return problems(workspace)


def reindex(workspace: Workspace, embedder: Embedder, progress: Progress) -> int:
    """Makes what is missing: vectors of this embedder, names and facts of the extractor.

    Returns how many passages were embedded. Until all vectors are there the memory
    answers with the old ones; an interrupted run goes on where it stopped.
    """
    with workspace.writing(create=False) as store:
        old = workspace.recorded_model(store)
        model_id = store.add_model(embedder.fingerprint, embedder.name, embedder.width)
        done = embed_missing(store, embedder, model_id, progress)
        read_missing(store, workspace.extraction, progress)
        workspace.bind(store, embedder)
        workspace.rebuild_projections(store)
        if old and old != model_id:
            store.drop_model(old)
        return done


def embed_missing(store: Store, embedder: Embedder, model_id: int, progress: Progress) -> int:
    """Makes the vectors that a model has not made yet; returns how many passages."""
    progress.start("embedding", store.counts()["chunks"], "passages")
    done = 0
    while rows := store.unembedded(model_id, _REINDEX_BATCH):
        texts = {row.hash: row.described for row in rows}
        encoded = embedder.encode(list(texts.values())).astype("<f2")
        store.put_vectors(model_id, dict(zip(texts, encoded, strict=True)))
        done += len(rows)
        progress.advance(len(rows))
    progress.finish()
    return done


def read_missing(store: Store, extraction: Extraction, progress: Progress) -> int:
    """Reads names and facts where this extractor has not; returns how many passages."""
    reader = GraphReader(extraction, workers=os.cpu_count() or 1)
    progress.start("reading names and facts", store.counts()["chunks"], "passages")
    done = 0
    try:
        while rows := store.unread_chunks(reader.wanted, _REINDEX_BATCH):
            keys = [text_hash(row.text) for row in rows]
            texts = {key: row.text for key, row in zip(keys, rows, strict=True)}
            readings = reader.begin(store, texts)()
            store.read(readings, list(zip(rows, keys, strict=True)))
            done += len(rows)
            progress.advance(len(rows))
    finally:
        reader.close()
        progress.finish()
    return done


def _content_problems(store: Store) -> list[str]:
    found = []
    for document in store.list_documents():
        text = store.document_text(document.id)
        for row in store.chunks_of(document.id):
            chunk = row.chunk
            if text[chunk.start : chunk.end] != chunk.text:
                found.append(f"{document.key}: passage {row.id} is not its text {chunk.start}..")
            elif chunk_hash(chunk, document.title) != row.hash:
                found.append(f"{document.key}: passage {row.id} is not what was embedded")
    return found
