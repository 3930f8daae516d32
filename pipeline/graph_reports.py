"""What is told of the knowledge graph, as records with a JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..records import AsDict, DocumentRef, Fact


@dataclass(frozen=True, slots=True)
class EntityRef(AsDict):
    """An entity: its number, the name that it goes by, and what kind of thing it is."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class MergeReport(AsDict):
    """Why two names are one entity; `score` in (0, 1] is how certain. `parted`: no more."""

    kept: str
    merged: str
    why: str
    score: float
    parted: bool


@dataclass(frozen=True, slots=True)
class MentionReport(AsDict):
    """A name where it stands: `start:end` of the document's text."""

    name: str
    document: DocumentRef
    chunk_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TimedFact(AsDict):
    """A fact, and the time that its sentence gives, if any."""

    fact: Fact
    time: str | None


@dataclass(frozen=True, slots=True)
class EntityReport(AsDict):
    """All about one entity. Lists are cut to what was asked for; counts are not.

    `related` are the entities that share the most passages with it; `also` are others
    of the same spelling.
    """

    entity: EntityRef
    names: tuple[str, ...]
    merges: tuple[MergeReport, ...]
    passage_count: int
    subject_of: tuple[DocumentRef, ...]
    mentions: tuple[MentionReport, ...]
    facts: tuple[TimedFact, ...]
    related: tuple[EntityRef, ...]
    also: tuple[EntityRef, ...]


@dataclass(frozen=True, slots=True)
class PathStep(AsDict):
    """Two entities of one passage, with the facts there that join them, if any."""

    source: EntityRef
    target: EntityRef
    document: DocumentRef
    chunk_id: int
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class GraphPath(AsDict):
    """The way between two entities; `found` says whether there is one."""

    source: EntityRef
    target: EntityRef
    found: bool
    steps: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class CommunityReport(AsDict):
    """A group of passages and entities that belong together, by its commonest entities."""

    id: int
    passages: int
    entities: tuple[EntityRef, ...]


@dataclass(frozen=True, slots=True)
class GraphStats(AsDict):
    """How much the graph holds. `unread` counts passages that it was not made from."""

    passages: int
    unread: int
    entities: int
    names: int
    mentions: int
    facts: int
    merges: int
    extractors: tuple[str, ...]
    communities: int
    largest: tuple[CommunityReport, ...]
    commonest: tuple[EntityRef, ...]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class GraphExport(AsDict):
    """What was written, and what a picture had no room for."""

    file: str
    format: str
    entities: int
    edges: int
    left_out: int
