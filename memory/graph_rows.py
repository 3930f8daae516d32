"""What the store takes in and hands out of the knowledge graph, as records. No SQL here.

What a text says travels as a `TextReading`, by names; the store turns names into
numbers. Which names are one entity is not decided here: `NameRules` is the seam to
whoever knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from ..records import DocumentRef

_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A name at `start:end` of its text, and what kind of thing it was taken for."""

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class StatedAlias:
    """The text says that `alias` is another name of `name`."""

    name: str
    alias: str
    why: str


@dataclass(frozen=True, slots=True)
class StatedFact:
    """`subject relation object`, as stated by the sentence `start:end`."""

    subject: str
    relation: str
    object: str
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class TextReading:
    """What was read from one text; offsets count from its start."""

    mentions: Sequence[NamedSpan] = ()
    aliases: Sequence[StatedAlias] = ()
    facts: Sequence[StatedFact] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    """What one extractor read, by the hash of the bare text."""

    extractor: str
    found: Mapping[bytes, TextReading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnreadChunk:
    """A stored chunk that the extractor has not read, and its document's subject."""

    chunk_id: int
    document_id: int
    subject: str
    text: str


def subject_of(key: str, title: str) -> str:
    """What a document is about by its title; "" if that is only its file's name, or no name."""
    name, path = " ".join(title.split()), PurePosixPath(key)
    named_by_file = bool(path.suffix) and name == path.stem
    return "" if named_by_file or len(name) > _LONGEST_TITLE else name


@dataclass(frozen=True, slots=True)
class NameHashes:
    """Hashes of what a name is found again by: normal form, telling words, ends."""

    bare: int
    wording: int | None
    frame: int | None


@dataclass(frozen=True, slots=True)
class NameRow:
    """A stored name. All names of one entity share `entity_id`."""

    id: int
    text: str
    kind: str
    entity_id: int


@dataclass(frozen=True, slots=True)
class MergeRow:
    """Two names of one entity, why, and how certain in (0, 1]; `parted` takes it back."""

    kept_id: int
    merged_id: int
    why: str
    score: float
    parted: bool = False


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Names that are to find their entities, by id, and all that may bear on it.

    `known` are the settled names that may be the same, with the other names of
    their entities; `merges` what holds those together, and what was parted.
    `aliases` are (name id, alias id, why).
    """

    names: Sequence[NameRow]
    known: Sequence[NameRow]
    merges: Sequence[MergeRow]
    aliases: Sequence[tuple[int, int, str]]


class NameRules(Protocol):
    """Decides which names are one entity."""

    def hashes(self, name: str, kind: str) -> NameHashes:
        """What the name is found again by."""

    def merges(self, task: Unsettled) -> list[MergeRow]:
        """The merges that are new."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact with the names and entities that it joins.

    `start:end` is the sentence that states it, in the document's text.
    """

    id: int
    chunk_id: int
    document: DocumentRef
    subject: str
    subject_id: int
    relation: str
    object: str
    object_id: int
    time: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A name where a document has it: `start:end` of the document's text."""

    chunk_id: int
    document: DocumentRef
    entity_id: int
    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """How much the graph holds; `unread` counts chunks that no extractor has read."""

    entities: int
    names: int
    mentions: int
    facts: int
    merges: int
    unread: int


@dataclass(frozen=True, slots=True)
class Said:
    """How many entities some chunks mention and how many facts they state."""

    entities: int
    facts: int
