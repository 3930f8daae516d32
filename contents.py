"""What a memory holds: putting in, taking out, and looking at it.

The part of `Memory` that needs no reader and no search.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from .conditions import Where
from .config import Settings, load_settings
from .errors import UsageError
from .memory.embedder import Embedder
from .memory.faults import check_text
from .memory.rows import DocumentRow
from .memory.store import Store
from .pipeline.progress import Progress, Quiet
from .pipeline.workspace import Workspace
from .records import CollectionInfo, Document, IngestReport
from .twins import twin

if TYPE_CHECKING:
    from .pipeline.adding import Addable
    from .pipeline.ingest_options import IngestOptions

PathLike = str | os.PathLike[str]
Opened = TypeVar("Opened", bound="Contents")


class Contents:
    """A memory's folder, opened. See `memctx.api.Memory`."""

    def __init__(
        self,
        path: PathLike | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.settings = settings or load_settings()
        self.path = Path(path) if path is not None else self.settings.memory
        self._workspace = Workspace(self.path, self.settings, embedder=embedder)
        self._progress = progress or Quiet()

    def __enter__(self: Opened) -> Opened:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of everything that is open; the memory may be used again."""
        self._workspace.close()

    # --- documents --------------------------------------------------------------------

    def ingest(
        self,
        *paths: PathLike,
        collection: str = "default",
        prune: bool = False,
        dry_run: bool = False,
        jobs: int = 1,
        graph: bool = True,
    ) -> IngestReport:
        """Takes in files, folders, globs, or "-" for standard input.

        Documents that did not change are not read again. With `prune`, those below the
        same paths that are gone are forgotten. `jobs` is how many processes parse. Without
        `graph` no names and facts are read; `reindex` makes up for it later. With the setting
        `nodes`, long documents then get summary nodes.

        Raises:
            UsageError: a path does not exist, or the collection has no name.
            KeyConflict: another root already gave a document the same key.
            MemoryLocked: another process is writing.
        """
        # Parsers and extractors are not loaded by those who only ask.
        from .pipeline.ingest import ingest

        options = replace(
            self._ingest_options(collection), prune=prune, dry_run=dry_run, jobs=jobs, graph=graph
        )
        named = [os.fspath(path) for path in paths]
        report = ingest(self._workspace, named, options, self._progress)
        if self.settings.nodes and not dry_run:
            self._make_nodes()
        return report

    def add(
        self,
        item: Addable | Iterable[Addable],
        key: str | None = None,
        *,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        collection: str = "default",
    ) -> IngestReport:
        """Takes in a text, a `Document`, a mapping with "id" and "text", or several of them.

        What its key held before is replaced, whatever file that came from; no file replaces
        or prunes what was added. A text without a key gets one that is made of its content:
        the same text has always the same. `key` and `title` go with one text, `metadata` with
        everything given. Of several, what cannot be added, or has a key that an earlier one
        has, is skipped and reported; they are written in batches of one transaction each.

        Raises:
            UsageError: a single item cannot be added, or the collection has no name.
            MemoryLocked: another process is writing.
        """
        from .pipeline.adding import documents_from
        from .pipeline.ingest import add

        documents = documents_from(item, key, title=title, metadata=metadata)
        options = self._ingest_options(collection)
        report = add(self._workspace, documents, options, self._progress)
        if self.settings.nodes:
            self._make_nodes()
        return report

    def forget(self, *keys: str, collection: str | None = None) -> int:
        """Removes documents and all that came from them; returns how many.

        Raises:
            DocumentNotFound: a key is unknown; then nothing is removed.
        """
        with self._changing() as store:
            found = list(dict.fromkeys(store.find(key, collection) for key in keys))
            store.forget(found)
            return len(found)

    def documents(
        self, collection: str | None = None, *, where: Where | None = None
    ) -> list[DocumentRow]:
        """All documents that meet a condition, by collection and key.

        Raises:
            UsageError: `where` is no condition.
        """
        return self._workspace.store.list_documents(collection, where=where)

    def get(self, key: str, collection: str | None = None) -> Document:
        """A document as it is stored: its key, text, title, uri and metadata.

        Raises:
            DocumentNotFound: no document has this key, or several collections have it.
        """
        found = self._workspace.store.document(key, collection)
        return Document(found.key, found.text, found.title, found.uri, metadata=found.metadata)

    def show(self, key: str, *, collection: str | None = None) -> str:
        """A document's text, the one that offsets refer to.

        Raises:
            DocumentNotFound: as `get`.
        """
        return self._workspace.store.text(key, collection)

    # --- collections ------------------------------------------------------------------

    def collections(self) -> list[CollectionInfo]:
        """The collections with how many documents and passages each holds, by name."""
        return self._workspace.store.collection_infos()

    def rename_collection(self, old: str, new: str) -> int:
        """Gives a collection another name; returns how many documents it holds.

        If another has that name already, the two become one.

        Raises:
            CollectionNotFound: there is no such collection.
            KeyConflict: both hold a document of the same key; then nothing is changed.
            UsageError: the new name is empty or no text.
        """
        _check_name(new)
        with self._changing() as store:
            return store.rename_collection(old, new)

    def drop_collection(self, name: str) -> int:
        """Forgets a collection with all its documents; returns how many it held.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._changing() as store:
            return store.drop_collection(name)

    # --- the whole memory ---------------------------------------------------------------

    def export(self, file: PathLike) -> int:
        """Writes the whole memory to one portable file; returns how many documents."""
        from .pipeline.archive import export_memory

        return export_memory(self._workspace, Path(file), self._progress)

    def import_(self, file: PathLike) -> int:
        """Takes in what `export` wrote; returns how many documents."""
        from .pipeline.archive import import_memory

        return import_memory(self._workspace, Path(file), self._progress)

    aingest = twin(ingest)
    aadd = twin(add)
    aforget = twin(forget)
    adocuments = twin(documents)
    aget = twin(get)
    ashow = twin(show)
    acollections = twin(collections)
    arename_collection = twin(rename_collection)
    adrop_collection = twin(drop_collection)
    aexport = twin(export)
    aimport_ = twin(import_)

    def _ingest_options(self, collection: str) -> IngestOptions:
        from .pipeline.ingest_options import IngestOptions
        from .pipeline.loaders import Limits
        from .pipeline.split import SplitLimits

        _check_name(collection)
        settings = self.settings
        return IngestOptions(
            collection=collection,
            limits=Limits(file_bytes=settings.max_file_bytes),
            splitting=SplitLimits(settings.chunk_tokens, settings.chunk_overlap),
        )

    @contextmanager
    def _changing(self) -> Iterator[Store]:
        """The store of a memory that is there, to be written."""
        self._workspace.home.require()
        with self._workspace.writing() as store:
            yield store

    def _make_nodes(self) -> None:
        from .pipeline.summary.node_making import NodeMaker

        NodeMaker(self._workspace, self._progress).make_missing()


def _check_name(collection: str) -> None:
    check_text(collection)
    if not collection.strip():
        raise UsageError(f"a collection needs a name, got {collection!r}")
