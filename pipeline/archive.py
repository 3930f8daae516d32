"""Export and import: a whole memory in one file that any memctx can open.

The file is a zip of JSON lines and one NumPy array, readable with ordinary tools:
`manifest.json`, `sources.jsonl`, `documents.jsonl` (each with its chunks, and the names
and facts that were read from them), `hashes.txt` and `vectors.npy` (fp16, one row for each
line of the hashes). Nothing in it is code. Projections are left out: they are rebuilt.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..errors import CorruptMemory, FingerprintMismatch, UsageError
from ..files import replacing
from ..memory.graph_rows import NamedSpan, Readings, StatedAlias, StatedFact, TextReading
from ..memory.rows import DocumentChange, SourceState, StoredDocument
from ..memory.store import Store
from ..memory.writes import Vectors
from ..records import Chunk, Document
from .identity import text_hash
from .progress import Progress
from .workspace import Workspace

_FORMAT = 1
_BATCH = 256  # documents, or vectors times 16, in one transaction

_DAMAGE = (  # what reading a damaged archive raises, from the zip down to one line
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,  # a place before the file's beginning, or a disk that cannot be read
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,  # encrypted, or packed in a way that Python does not know
)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What an archive says of itself; the embedder's names are empty where it has none."""

    documents: int
    embedder: str
    fingerprint: str
    width: int


def export_memory(workspace: Workspace, file: Path, progress: Progress) -> int:
    """Writes the memory to `file`; returns how many documents it holds."""
    store = workspace.store
    counts = store.counts()
    manifest = {
        "format": _FORMAT,
        "embedder": store.setting("embedder"),
        "fingerprint": store.setting("embedder_fingerprint"),
        "width": store.model_width(workspace.recorded_model() or 0),
        **counts,
    }
    progress.start("exporting", counts["documents"], "documents")
    with (
        replacing(file) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        _write_lines(archive, "sources.jsonl", _sources(store))
        _write_lines(archive, "documents.jsonl", _documents(store, progress))
        _write_vectors(archive, store, workspace.recorded_model() or 0)
    progress.finish()
    return counts["documents"]


def import_memory(workspace: Workspace, file: Path, progress: Progress) -> int:
    """Takes in what `export_memory` wrote; returns how many documents.

    Documents with keys that the memory has replace those. No text is embedded anew.

    Raises:
        UsageError: the file is not an exported memory.
        CorruptMemory: it is a damaged one; then nothing is written.
        FingerprintMismatch: this memory's vectors are of another model.
    """
    with _opened(file) as archive:
        manifest = _manifest_of(archive, file)
        _check(archive, manifest, file)
        with workspace.writing() as store:
            model_id = _bound_model(store, manifest)
            progress.start("importing", manifest.documents, "documents")
            for batch in _batches(_read_vectors(archive), 16 * _BATCH):
                store.put_vectors(model_id, dict(batch))
            sources = _source_states(archive)
            for changes, readings in _read_documents(archive):
                store.apply(changes, readings=readings)
                progress.advance(len(changes))
            store.apply([], sources=sources)
            progress.finish()
    return manifest.documents


def _bound_model(store: Store, manifest: _Manifest) -> int:
    recorded = store.setting("embedder_fingerprint")
    if recorded not in (None, manifest.fingerprint):
        raise FingerprintMismatch(
            f"this memory's vectors are made by {store.setting('embedder')}, the archive's by "
            f"{manifest.embedder}; import it into a memory in another folder (--memory DIR)"
        )
    if not manifest.fingerprint:
        return 0
    if recorded is None:
        store.set_setting("embedder", manifest.embedder)
        store.set_setting("embedder_fingerprint", manifest.fingerprint)
    return store.add_model(manifest.fingerprint, manifest.embedder, manifest.width)


# --- writing ------------------------------------------------------------------------


def _write_lines(archive: zipfile.ZipFile, name: str, items: Iterator[dict[str, Any]]) -> None:
    with archive.open(name, "w", force_zip64=True) as out:
        for item in items:
            out.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")


def _sources(store: Store) -> Iterator[dict[str, Any]]:
    for collection in store.collections():
        for (root, key), state in store.sources(collection).items():
            yield {"collection": collection, "root": root, "key": key, **asdict(state)}


def _documents(store: Store, progress: Progress) -> Iterator[dict[str, Any]]:
    for document in store.all_documents():
        rows = store.chunks_of(document.id)
        readings = store.readings_of([row.id for row in rows])
        chunks = [
            {
                "start": row.chunk.start,
                "end": row.chunk.end,
                "page": row.chunk.page,
                "heading": row.chunk.heading,
                "context": row.chunk.context,
                "hash": row.hash.hex(),
                **_read(readings.get(row.id)),
            }
            for row in rows
        ]
        yield {**asdict(document), "chunks": chunks}
        progress.advance(1)


def _read(reading: tuple[str, TextReading] | None) -> dict[str, Any]:
    if reading is None:
        return {}
    extractor, found = reading
    return {
        "extractor": extractor,
        "mentions": [astuple(mention) for mention in found.mentions],
        "aliases": [astuple(alias) for alias in found.aliases],
        "facts": [astuple(fact) for fact in found.facts],
    }


def _write_vectors(archive: zipfile.ZipFile, store: Store, model_id: int) -> None:
    if store.damaged_vectors(model_id):
        raise CorruptMemory("some vectors are damaged; run `memctx verify --repair`, then export")
    width, count = store.model_width(model_id), 0
    with archive.open("hashes.txt", "w") as out:
        for key, _ in store.all_vectors(model_id):
            out.write(key.hex().encode() + b"\n")
            count += 1
    with archive.open("vectors.npy", "w", force_zip64=True) as out:
        header = {"descr": "<f2", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(out, header)
        for _, vector in store.all_vectors(model_id):
            out.write(vector)


# --- reading ------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise UsageError(
            f"{file} should be a file made by `memctx export`; there is none"
        ) from None
    except _DAMAGE as error:
        raise UsageError(f"{file} should be a file made by `memctx export`: {error}") from error
    with archive:
        yield archive


def _manifest_of(archive: zipfile.ZipFile, file: Path) -> _Manifest:
    try:
        found = json.loads(archive.read("manifest.json"))
        form = found["format"]
        if form == _FORMAT:
            return _Manifest(
                documents=int(found["documents"]),
                embedder=found["embedder"] or "",
                fingerprint=found["fingerprint"] or "",
                width=int(found["width"]),
            )
    except _DAMAGE as error:
        raise UsageError(f"{file} should be a file made by `memctx export`: {error}") from error
    raise UsageError(
        f"{file} has archive format {form}, this memctx reads {_FORMAT}; upgrade memctx"
    )


def _check(archive: zipfile.ZipFile, manifest: _Manifest, file: Path) -> None:
    """Reads the whole archive once, so that a damaged one leaves no trace in a memory."""
    try:
        for _, vector in _read_vectors(archive):
            if len(vector) != manifest.width or not np.isfinite(vector).all():
                raise ValueError(f"a vector is not {manifest.width} finite numbers")
        documents = sum(len(changes) for changes, _ in _read_documents(archive))
        if documents != manifest.documents:
            raise ValueError(f"it holds {documents} of {manifest.documents} documents")
        _source_states(archive)
    except _DAMAGE as error:
        raise CorruptMemory(f"{file} is damaged ({error}); export the memory again") from error


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(name) as lines:
        for line in lines:
            yield json.loads(line)


def _read_vectors(archive: zipfile.ZipFile) -> Iterator[tuple[bytes, Vectors]]:
    with archive.open("hashes.txt") as hashes, archive.open("vectors.npy") as data:
        np.lib.format.read_magic(data)
        shape, _, _ = np.lib.format.read_array_header_1_0(data)
        for line in hashes:
            row = data.read(2 * shape[1])
            if len(row) != 2 * shape[1]:
                raise EOFError("it ends within its vectors")
            yield bytes.fromhex(line.decode().strip()), np.frombuffer(row, dtype="<f2")


def _read_documents(
    archive: zipfile.ZipFile,
) -> Iterator[tuple[list[DocumentChange], list[Readings]]]:
    for items in _batches(_lines(archive, "documents.jsonl"), _BATCH):
        changes = [_change(item) for item in items]
        yield changes, _readings(items, changes)


def _change(item: dict[str, Any]) -> DocumentChange:
    chunks = item["chunks"]
    stored = StoredDocument(**{name: value for name, value in item.items() if name != "chunks"})
    made = [_chunk(stored.text, chunk) for chunk in chunks]
    read = any("extractor" in chunk for chunk in chunks)
    return DocumentChange(
        collection=stored.collection,
        root=stored.root,
        source=stored.source,
        document=Document(
            stored.key, stored.text, stored.title, stored.uri, metadata=stored.metadata
        ),
        hash=stored.hash,
        chunks=made,
        chunk_hashes=[bytes.fromhex(chunk["hash"]) for chunk in chunks],
        text_hashes=[text_hash(chunk.text) for chunk in made] if read else (),
    )


def _readings(items: list[dict[str, Any]], changes: list[DocumentChange]) -> list[Readings]:
    """What was read from the documents' chunks, by extractor."""
    found: dict[str, dict[bytes, TextReading]] = {}
    for item, change in zip(items, changes, strict=True):
        for chunk, key in zip(item["chunks"], change.text_hashes, strict=False):
            if "extractor" in chunk:
                found.setdefault(chunk["extractor"], {})[key] = TextReading(
                    [NamedSpan(*mention) for mention in chunk["mentions"]],
                    [StatedAlias(*alias) for alias in chunk["aliases"]],
                    [StatedFact(*fact) for fact in chunk["facts"]],
                )
    return [Readings(extractor, by_hash) for extractor, by_hash in found.items()]


def _chunk(text: str, item: dict[str, Any]) -> Chunk:
    start, end = item["start"], item["end"]
    return Chunk(start, end, text[start:end], item["page"], item["heading"], item["context"])


def _source_states(archive: zipfile.ZipFile) -> dict[tuple[str, str, str], SourceState]:
    states = {}
    for item in _lines(archive, "sources.jsonl"):
        where = (item.pop("collection"), item.pop("root"), item.pop("key"))
        states[where] = SourceState(**item)
    return states


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
