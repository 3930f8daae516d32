"""What the store hands out and takes in, as records. No SQL here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..records import AsDict, Chunk, Document, DocumentRef


@dataclass(frozen=True, slots=True)
class SourceState:
    """A file as it was when it was last read; `loader` names the version that read it."""

    size: int
    mtime_ns: int
    sha256: str
    loader: str


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What is stored under a key: the document's number, content hash and origin."""

    id: int
    hash: str
    root: str
    source: str


@dataclass(frozen=True, slots=True)
class DocumentRow(AsDict):
    """A document in a listing, without its text."""

    id: int
    collection: str
    key: str
    title: str
    uri: str
    metadata: Mapping[str, Any]
    characters: int
    chunks: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is stored, whole."""

    id: int
    collection: str
    key: str
    root: str
    source: str
    title: str
    uri: str
    text: str
    hash: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A stored chunk with the document that it belongs to."""

    id: int
    document: DocumentRef
    hash: bytes
    chunk: Chunk

    @property
    def described(self) -> str:
        """The text that is embedded and indexed for this chunk."""
        return self.chunk.described(self.document.title)


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document to write, with its chunks and the hash of what is embedded of each.

    `hash` is of the whole document's content; `root` and `source` say where it is from.
    `text_hashes` are of the chunks' bare texts, none where the graph is to leave it out.
    """

    collection: str
    root: str
    source: str
    document: Document
    hash: str
    chunks: Sequence[Chunk]
    chunk_hashes: Sequence[bytes]
    text_hashes: Sequence[bytes] = ()

    def __post_init__(self) -> None:
        for hashes in (self.chunk_hashes, self.text_hashes or self.chunk_hashes):
            if len(self.chunks) != len(hashes):
                raise ValueError(
                    f"{self.document.key}: {len(self.chunks)} chunks, {len(hashes)} hashes"
                )


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the change log: chunks `first..last` (inclusive) came or went.

    "read" says that they stayed and their names and facts changed; then `document_id`
    is 0 and the span may be empty.
    """

    sequence: int
    what: Literal["add", "remove", "read"]
    document_id: int
    first_chunk: int
    last_chunk: int
