"""What an extractor finds in a text: mentions, aliases and facts.

An extraction depends on the text alone and on the extractor's fingerprint, so
it can be kept under the hash of the text and used again wherever the same text
stands. It knows nothing of documents, titles or stores: a document's title is
one alias among others, and the pipeline adds it.

All positions are character offsets into the text that was given, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

MentionKind = Literal[
    "person",
    "organisation",
    "place",
    "group",
    "work",
    "event",
    "product",
    "date",
    "number",
    "name",
    "term",
]
"""`name` is a proper name of unknown kind, `term` a phrase of common nouns."""

MENTION_KINDS: frozenset[str] = frozenset(get_args(MentionKind))

AliasReason = Literal["acronym", "also known as", "birth name", "former name", "short name"]
"""How the text says that two names are one."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or phrase where it stands: `text` is the text's `start:end`."""

    start: int
    end: int
    text: str
    kind: MentionKind

    def __post_init__(self) -> None:
        if self.kind not in MENTION_KINDS:
            expected = ", ".join(sorted(MENTION_KINDS))
            raise ValueError(f"a mention's kind is one of {expected}; got {self.kind!r}")
        if self.start < 0 or len(self.text) != self.end - self.start or not self.text:
            raise ValueError(
                f"a mention at {self.start}..{self.end} cannot hold {len(self.text)} characters"
            )


@dataclass(frozen=True, slots=True)
class Alias:
    """The text says that `alias` is another name of `name`."""

    name: str
    alias: str
    why: AliasReason


@dataclass(frozen=True, slots=True)
class ExtractedFact:
    """`subject relation object`, as stated by the sentence `start:end`.

    `relation` begins with "not " (不 in Chinese) where the sentence denies it.
    The subject of a sentence that says "he" or "it" is the name that is meant,
    so a mention may stand outside the sentence. `time` is as the text gives it.
    """

    subject: Mention
    relation: str
    object: Mention
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one text holds; mentions and facts in the order of the text."""

    mentions: tuple[Mention, ...] = ()
    aliases: tuple[Alias, ...] = ()
    facts: tuple[ExtractedFact, ...] = ()


class Extractor(Protocol):
    """Finds names and facts in texts. Implementations may be called in worker processes."""

    @property
    def fingerprint(self) -> str:
        """Names the rules and the weights: the same fingerprint gives the same extraction."""

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text, in the order given."""
