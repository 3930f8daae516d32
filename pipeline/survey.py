"""What an ingestion finds before it reads: which sources changed, and which are gone."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import KeyConflict, UsageError
from ..memory.rows import DocumentState, SourceState
from ..memory.store import Store
from ..records import Skipped
from .identity import source_hash
from .ingest_options import IngestOptions
from .loaders import Source
from .loaders.base import ADDED, STDIN
from .sources import discover


@dataclass(slots=True)
class Survey:
    """Sources sorted by what is to be done with them.

    `changed` are to be read. `touched` have a new date and the old content. Those with
    neither show only in `unchanged_keys`: their documents' keys and sources. `stored`
    has the keys that came from each (root, key) before, and `present` what is there now.
    """

    paths: tuple[str, ...]
    collection: str
    changed: list[Source] = field(default_factory=list)
    touched: dict[tuple[str, str, str], SourceState] = field(default_factory=dict)
    unchanged_keys: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    stored: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    present: set[tuple[str, str]] = field(default_factory=set)
    former: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """What a file was called below another root, and is called now."""
    renamed: set[tuple[str, str]] = field(default_factory=set)

    def is_new(self, source: Source, known: DocumentState | None) -> bool:
        """Whether a document was not there, under this key or under a former one."""
        known_here = known is not None and (known.root, known.source) not in self.former
        return not known_here and (source.root, source.key) not in self.renamed

    def exists(self, root: str, key: str) -> bool:
        """Whether a source is still there. The key of an odd file name is not its path."""
        return (root, key) in self.present or (Path(root) / key).exists()

    def has_left(self, source: Source, seen: Container[str]) -> bool:
        """Whether documents came from a source that it does not hold any more."""
        return any(key not in seen for key in self.stored.get((source.root, source.key), ()))

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
        if (known.root, known.source) in self.former:
            return ""  # it is read anew under another root
        if known.root == STDIN or source.root in (STDIN, ADDED):
            return ""  # it is handed over anew
        if known.root == ADDED:
            return (
                f"the key {key} belongs to a text that was added; forget that one, or give this "
                "file another name"
            )
        if not self.exists(known.root, known.source):
            return ""  # it moved here
        if known.root == source.root:
            return f"the key {key} belongs to {known.source}; keys must differ"
        raise KeyConflict(
            f"{key} is in collection {self.collection} from {known.root} and now comes from "
            f"{source.root}; ingest one of the two into another collection (--collection NAME)"
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
    found = Survey(
        tuple(paths), options.collection, stored=store.keys_by_source(options.collection, roots)
    )
    places: dict[str, list[tuple[str, str]]] = {}
    for stored in found.stored:
        places.setdefault(_place(*stored), []).append(stored)
    exclude = [str(store.path.parent)]
    for source in discover(paths, known_roots=roots, limits=options.limits, exclude=exclude):
        if isinstance(source, Skipped):
            found.skipped.append(source)
            continue
        where = (source.root, source.key)
        found.present.add(where)
        if others := set(places.get(_place(*where), ())) - {where}:
            found.former |= dict.fromkeys(others, where)
            found.renamed.add(where)
        before = known.get(where)
        if before is None or before.loader not in options.settled:
            found.changed.append(source)
            continue
        if not _same_stat(source, before):
            now = state_of(source, before.loader)
            if now is None or now.sha256 != before.sha256:
                found.changed.append(source)
                continue
            found.touched[options.collection, *where] = now
        found.unchanged_keys |= dict.fromkeys(found.stored.get(where, ()), source.key)
    return found


def state_of(source: Source, recipe: str) -> SourceState | None:
    """The source as it is now; None if it cannot be read."""
    try:
        return SourceState(source.size, source.mtime_ns, source_hash(source), recipe)
    except OSError:
        return None


def replaced(store: Store, collection: str, found: Survey) -> Gone:
    """What is stored of a file under another root than the one that it was now read from.

    Where nothing could be read from it now, the old stays.
    """
    stored = store.keys_by_source(collection, store.roots(collection))
    sources = [before for before, now in found.former.items() if now in stored]
    keys = [key for where in sources for key in stored.get(where, ())]
    states = store.states(collection, keys)
    return Gone([states[key].id for key in keys], sources)


def gone(store: Store, collection: str, found: Survey, seen: set[str]) -> Gone:
    """What was ingested from below the surveyed paths and is not there any more.

    A source that is there but could not be read is not gone.

    Raises:
        UsageError: a path is a pattern, below which nothing can be called gone.
    """
    scopes = [_scope(path) for path in found.paths if path != STDIN]
    by_source = store.keys_by_source(collection, store.roots(collection))
    unreadable = {item.key for item in found.skipped}
    closed = tuple(key for key in unreadable if key.endswith("/"))
    keys: list[str] = []
    sources: list[tuple[str, str]] = []
    for (root, key), document_keys in by_source.items():
        place = Path(root) / key
        if root in (STDIN, ADDED) or not any(place.is_relative_to(scope) for scope in scopes):
            continue
        if key.startswith(closed):
            continue
        if not found.exists(root, key):
            sources.append((root, key))
            keys += document_keys
        elif key not in unreadable:
            keys += [name for name in document_keys if name not in seen | unreadable]
    states = store.states(collection, keys)
    return Gone([states[key].id for key in keys], sources)


def _same_stat(source: Source, before: SourceState) -> bool:
    return source.path is not None and (source.size, source.mtime_ns) == (
        before.size,
        before.mtime_ns,
    )


def _place(root: str, key: str) -> str:
    return f"{root.rstrip('/')}/{key}"


def _scope(path: str) -> Path:
    place = Path(path)
    if not place.exists() and any(sign in path for sign in "*?["):
        raise UsageError(f"to prune (--prune), name files or folders; {path} is a pattern")
    return place.resolve()
