"""What an ingestion finds before it reads: which sources changed, and which are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import KeyConflict, UsageError
from ..memory.rows import DocumentState, SourceState
from ..memory.store import Store
from ..records import Skipped
from .identity import source_hash
from .loaders import Source
from .loaders.base import STDIN
from .sources import discover

if TYPE_CHECKING:
    from .ingest import IngestOptions


@dataclass(slots=True)
class Survey:
    """Sources sorted by what is to be done with them.

    `changed` are to be read. `touched` have a new date and the old content. Those with
    neither show only in `unchanged_keys`: their documents' keys and sources.
    """

    paths: tuple[str, ...]
    collection: str
    changed: list[Source] = field(default_factory=list)
    touched: dict[tuple[str, str, str], SourceState] = field(default_factory=dict)
    unchanged_keys: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def refusal(
        self, source: Source, key: str, known: DocumentState | None, seen_in: str | None
    ) -> str:
        """Why a document may not be stored under its key; empty if it may.

        Raises:
            KeyConflict: its key belongs to a document of another root that still exists.
        """
        if seen_in is not None:
            return f"the key {key} was already given by {seen_in}; keys must differ"
        if known is None or (known.root, known.source) == (source.root, source.key):
            return ""
        if known.root == STDIN or source.root == STDIN or not _exists(known.root, known.source):
            return ""  # it moved here, or is handed over anew
        if known.root == source.root:
            return f"the key {key} belongs to {known.source}; keys must differ"
        raise KeyConflict(
            f"{key} is in collection {self.collection} from {known.root} and now comes from "
            f"{source.root}; ingest one of the two with another --collection NAME"
        )


@dataclass(frozen=True, slots=True)
class Gone:
    """Documents and (root, key) sources that the store has and the disk has not."""

    documents: list[int]
    sources: list[tuple[str, str]]


def survey(store: Store, paths: Sequence[str], options: IngestOptions) -> Survey:
    """Looks at every source below `paths`, and into those whose size or date changed."""
    known = store.sources(options.collection)
    roots = store.roots(options.collection)
    found = Survey(tuple(paths), options.collection)
    unchanged: set[tuple[str, str]] = set()
    for source in discover(paths, known_roots=roots, limits=options.limits):
        if isinstance(source, Skipped):
            found.skipped.append(source)
            continue
        where = (source.root, source.key)
        before = known.get(where)
        if before and before.loader == options.recipe and _same_stat(source, before):
            unchanged.add(where)
            continue
        now = state_of(source, options.recipe) if before else None
        if before and now and (before.sha256, before.loader) == (now.sha256, now.loader):
            unchanged.add(where)
            found.touched[options.collection, *where] = now
        else:
            found.changed.append(source)
    found.unchanged_keys = _keys_of(store, options.collection, unchanged)
    return found


def state_of(source: Source, recipe: str) -> SourceState | None:
    """The source as it is now; None if it cannot be read."""
    try:
        return SourceState(source.size, source.mtime_ns, source_hash(source), recipe)
    except OSError:
        return None


def gone(store: Store, collection: str, found: Survey, seen: set[str]) -> Gone:
    """What was ingested from below the surveyed paths and is not there any more.

    A source that is there but could not be read is not gone.

    Raises:
        UsageError: a path is a pattern, below which nothing can be called gone.
    """
    scopes = [_scope(path) for path in found.paths if path != STDIN]
    by_source = store.keys_by_source(collection, store.roots(collection))
    unreadable = {item.key for item in found.skipped}
    keys: list[str] = []
    sources: list[tuple[str, str]] = []
    for (root, key), document_keys in by_source.items():
        place = Path(root) / key
        if root == STDIN or not any(place.is_relative_to(scope) for scope in scopes):
            continue
        if not place.exists():
            sources.append((root, key))
            keys += document_keys
        elif key not in unreadable:
            keys += [name for name in document_keys if name not in seen | unreadable]
    states = store.states(collection, keys)
    return Gone([states[key].id for key in keys], sources)


def _keys_of(store: Store, collection: str, sources: set[tuple[str, str]]) -> dict[str, str]:
    by_source: Mapping[tuple[str, str], list[str]] = {}
    if sources:
        by_source = store.keys_by_source(collection, {root for root, _ in sources})
    return {key: where[1] for where in sources for key in by_source.get(where, ())}


def _same_stat(source: Source, before: SourceState) -> bool:
    return source.path is not None and (source.size, source.mtime_ns) == (
        before.size,
        before.mtime_ns,
    )


def _exists(root: str, key: str) -> bool:
    return (Path(root) / key).exists()


def _scope(path: str) -> Path:
    place = Path(path)
    if not place.exists() and any(sign in path for sign in "*?["):
        raise UsageError(f"--prune needs files or folders; {path} is a pattern")
    return place.resolve()
