"""Ingestion: from paths, or texts, to documents in the store, one transaction a batch.

A thread reads and splits ahead while this one embeds and writes, so that the model
never waits for a parser. What was written stays written: whoever stops it, by key or
by power cut, runs it again and it goes on with what is missing.

It changes the store and nothing else; indexes follow from the change log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..memory.embedder import Embedder
from ..memory.graph_rows import Readings
from ..memory.rows import DocumentChange, DocumentState, SourceState
from ..memory.store import Store
from ..memory.writes import Vectors
from ..records import Document, IngestReport, Skipped
from .ahead import ahead
from .extract import GraphReader
from .identity import chunk_hash, document_hash, text_hash
from .ingest_options import IngestOptions
from .loaders import Source
from .loaders.base import ADDED, STDIN
from .parse import parse_all
from .progress import Progress
from .sources import discover
from .split import SplitLimits, split
from .survey import Gone, Survey, gone, replaced, state_of, survey
from .workspace import Workspace

_log = logging.getLogger(__name__)
_BATCH_CHUNKS = 1024
_FIRST_BATCH_CHUNKS = 64
_BATCH_SECONDS = 10.0  # what an interruption may cost
_BATCH_CHARACTERS = 16_000_000
_READERS = 1  # processes that read names and facts beside the embedder


@dataclass(slots=True)
class _Batch:
    """Documents that are written together, and the sources that end with them.

    It is full with `room` chunks, or when reading them took long.
    """

    room: int
    changes: list[DocumentChange] = field(default_factory=list)
    sources: dict[tuple[str, str, str], SourceState | None] = field(default_factory=dict)
    chunks: int = 0
    characters: int = 0
    size: int = 0
    begun: float = field(default_factory=time.perf_counter)
    readings: Callable[[], Readings] | None = None
    """Waits for the names and facts of the batch, which are read meanwhile."""

    @property
    def texts(self) -> dict[bytes, str]:
        """The bare texts that the graph is to know, by hash."""
        return {
            key: chunk.text
            for change in self.changes
            if change.text_hashes
            for chunk, key in zip(change.chunks, change.text_hashes, strict=True)
        }

    def add(self, change: DocumentChange) -> None:
        self.changes.append(change)
        self.chunks += len(change.chunks)
        self.characters += len(change.document.text)

    @property
    def full(self) -> bool:
        late = self.chunks > 0 and time.perf_counter() - self.begun > _BATCH_SECONDS
        return late or self.chunks >= self.room or self.characters >= _BATCH_CHARACTERS


def room_for(chunks: int, seconds: float) -> int:
    """How many chunks to write at once, when so many took so many seconds."""
    return max(1, min(_BATCH_CHUNKS, round(chunks * _BATCH_SECONDS / max(seconds, 1e-3))))


def ingest(
    workspace: Workspace, paths: Sequence[str], options: IngestOptions, progress: Progress
) -> IngestReport:
    """Ingests files, folders, globs and "-" into a memory, which is made if it is not there.

    Raises:
        UsageError: a path does not exist; then no memory is made.
        KeyConflict: a document of another root has the same key.
        MemoryLocked: another process is writing.
    """
    if not workspace.home.exists():
        discover(paths)
    with workspace.looking() if options.dry_run else workspace.writing() as store:
        return Ingestion(store, workspace, options, progress).run(paths)


def add(
    workspace: Workspace,
    items: Iterable[Document | Skipped],
    options: IngestOptions,
    progress: Progress,
) -> IngestReport:
    """Takes documents into a memory that are in no file; it is made if it is not there.

    Whatever a document's key came from before, it is replaced.

    Raises:
        MemoryLocked: another process is writing.
    """
    with workspace.writing() as store:
        return Ingestion(store, workspace, options, progress).add(items)


class Ingestion:
    """One run on a store whose writer lock the caller holds."""

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        options: IngestOptions,
        progress: Progress,
    ) -> None:
        self._store, self._workspace = store, workspace
        self._options, self._progress = options, progress
        self._counts = {"added": 0, "updated": 0, "unchanged": 0, "removed": 0, "chunks": 0}
        self._skipped: list[Skipped] = []
        reads = options.graph and not options.dry_run
        self._reader = GraphReader(workspace.extraction, workers=_READERS) if reads else None
        self._room = min(_FIRST_BATCH_CHUNKS, _BATCH_CHUNKS)
        self._seen: dict[str, str] = {}  # keys met in this run, and the source of each

    def run(self, paths: Sequence[str]) -> IngestReport:
        """What `ingest` does with an open store; it raises the same."""
        began = time.perf_counter()
        found = survey(self._store, paths, self._options)
        self._skipped += found.skipped
        self._count_unchanged(found.unchanged_keys)
        if found.changed:
            _warn_of_unread(self._options.splitting, self._workspace.embedder)
        newest = self._store.newest_chunk()
        self._read_and_write(found)
        if found.former:
            self._remove(replaced(self._store, self._options.collection, found))
        if self._options.prune:
            self._prune(found)
        return self._report(newest, began)

    def add(self, items: Iterable[Document | Skipped]) -> IngestReport:
        """What `add` does with an open store; it raises the same."""
        began = time.perf_counter()
        newest = self._store.newest_chunk()
        self._progress.start("adding", None, "bytes")
        # Not ahead, in a thread: whoever made these items may want to be asked in their own.
        self._write_all(self._begun(self._added(items)))
        return self._report(newest, began)

    def _report(self, newest: int, began: float) -> IngestReport:
        said = self._store.said_since(newest)
        return IngestReport(
            **self._counts,
            skipped=tuple(self._skipped),
            entities=said.entities,
            facts=said.facts,
            seconds=round(time.perf_counter() - began, 3),
        )

    def _read_and_write(self, found: Survey) -> None:
        total = sum(source.size for source in found.changed)
        self._progress.start("ingesting", total, "bytes")
        self._write_all(ahead(self._begun(self._batches(found)), depth=2))

    def _write_all(self, batches: Iterable[_Batch]) -> None:
        try:
            for batch in batches:
                self._write(batch)
        finally:
            self._progress.finish()
            if self._reader is not None:
                self._reader.close()

    # --- reading, ahead of embedding ----------------------------------------------

    def _begun(self, batches: Iterable[_Batch]) -> Iterator[_Batch]:
        """The batches, whose names and facts begin to be read as soon as they are split."""
        for batch in batches:
            if self._reader is not None and batch.changes:
                batch.readings = self._reader.begin(self._store, batch.texts)
            yield batch

    def _batches(self, found: Survey) -> Iterator[_Batch]:
        batch = _Batch(self._room, sources=dict(found.touched))
        limits, jobs = self._options.limits, self._options.jobs
        for source, items in parse_all(found.changed, limits, jobs=jobs):
            # Before reading: what is written to it meanwhile makes it new next time.
            state = state_of(source, self._options.recipe)
            skipped = len(self._skipped)
            for item in items:
                change = self._change(source, item, found)
                if change is not None:
                    batch.add(change)
                if batch.full:
                    yield batch
                    batch = _Batch(self._room)
            # What is skipped today may be read tomorrow: such a source counts as not read.
            if state is not None and len(self._skipped) == skipped:
                if found.has_left(source, self._seen):
                    state = replace(state, loader=self._options.recipe_with_more)
                batch.sources[self._options.collection, source.root, source.key] = state
            batch.size += source.size
        yield batch

    def _added(self, items: Iterable[Document | Skipped]) -> Iterator[_Batch]:
        batch, nothing = _Batch(self._room), Survey((), self._options.collection)
        for item in items:
            key = item.key
            source = Source(key, ADDED, None, 0, 0)
            known = self._known(key)
            change = self._change(source, item, nothing)
            if change is not None:
                batch.add(change)
                batch.size += len(change.document.text)
                if known is not None and known.root not in (STDIN, ADDED):
                    # Its file is read again when the text is forgotten.
                    batch.sources[self._options.collection, known.root, known.source] = None
            if batch.full:
                yield batch
                batch = _Batch(self._room)
        yield batch

    def _known(self, key: str) -> DocumentState | None:
        return self._store.states(self._options.collection, [key]).get(key)

    def _change(
        self, source: Source, item: Document | Skipped, found: Survey
    ) -> DocumentChange | None:
        """What a loaded document asks of the store: None if nothing."""
        if isinstance(item, Skipped):
            self._skipped.append(item)
            return None
        known = self._known(item.key)
        reason = found.refusal(source, item.key, known, self._seen.get(item.key))
        if reason:
            self._skipped.append(Skipped(item.key, reason))
            return None
        self._seen[item.key] = source.key
        digest = document_hash(item, self._options.recipe)
        same_origin = known and (known.root, known.source) == (source.root, source.key)
        if known and known.hash == digest and same_origin:
            self._counts["unchanged"] += 1
            return None
        self._counts["added" if found.is_new(source, known) else "updated"] += 1
        chunks = split(item, self._options.splitting, self._workspace.embedder.token_ends)
        return DocumentChange(
            collection=self._options.collection,
            root=source.root,
            source=source.key,
            document=item,
            hash=digest,
            chunks=chunks,
            chunk_hashes=[chunk_hash(chunk, item.title) for chunk in chunks],
            text_hashes=[text_hash(chunk.text) for chunk in chunks] if self._reader else (),
        )

    def _count_unchanged(self, keys: dict[str, str]) -> None:
        self._seen |= keys
        self._counts["unchanged"] += len(keys)

    # --- embedding and writing ------------------------------------------------------

    def _write(self, batch: _Batch) -> None:
        began = time.perf_counter()
        self._counts["chunks"] += batch.chunks
        if not self._options.dry_run and (batch.changes or batch.sources):
            # Nothing to embed: the model, seconds to load, stays where it is.
            model_id = self._workspace.register(self._store) if batch.changes else 0
            vectors = self._embed(batch, model_id)
            self._store.apply(
                batch.changes,
                sources=batch.sources,
                vectors=vectors,
                model_id=model_id,
                readings=[batch.readings()] if batch.readings else (),
            )
        if batch.chunks:
            self._room = room_for(batch.chunks, time.perf_counter() - began)
        self._progress.advance(batch.size, f"{self._counts['chunks']} passages")

    def _embed(self, batch: _Batch, model_id: int) -> dict[bytes, Vectors]:
        """Vectors for what the store has none of yet.

        A document larger than a batch is embedded in parts, each kept as it is made:
        whoever is interrupted in a book does not begin it anew.
        """
        texts = {
            key: chunk.described(change.document.title)
            for change in batch.changes
            for chunk, key in zip(change.chunks, change.chunk_hashes, strict=True)
        }
        missing = sorted(self._store.missing_vectors(texts, model_id))
        made: dict[bytes, Vectors] = {}
        for start in range(0, len(missing), self._room):
            if made:
                self._store.put_vectors(model_id, made)
            some = missing[start : start + self._room]
            encoded = self._workspace.embedder.encode(
                [texts[key] for key in some],
                progress=lambda _: self._progress.advance(0),
            )
            made = dict(zip(some, encoded.astype("<f2"), strict=True))
        return made

    def _prune(self, found: Survey) -> None:
        missing = gone(self._store, self._options.collection, found, set(self._seen))
        self._counts["removed"] = len(missing.documents)
        self._remove(missing)

    def _remove(self, what: Gone) -> None:
        if not self._options.dry_run:
            self._store.forget(what.documents)
            self._store.forget_sources(self._options.collection, what.sources)


def _warn_of_unread(limits: SplitLimits, embedder: Embedder) -> None:
    if limits.tokens > embedder.max_tokens:
        _log.warning(
            "passages have up to %d tokens and %s reads %d of them: what stands behind is found "
            "by its words alone; set MEMCTX_CHUNK_TOKENS to %d or less",
            limits.tokens,
            embedder.name,
            embedder.max_tokens,
            embedder.max_tokens,
        )
