"""Extractions as plain lists for JSON: how they come from a worker process."""

from __future__ import annotations

from typing import Any

from .extraction import Alias, ExtractedFact, Extraction, Mention


def to_plain(extraction: Extraction) -> list[Any]:
    """Lists, strings and numbers that `from_plain` reads back."""
    return [
        [_mention(mention) for mention in extraction.mentions],
        [[alias.name, alias.alias, alias.why] for alias in extraction.aliases],
        [
            [_mention(f.subject), f.relation, _mention(f.object), f.start, f.end, f.time]
            for f in extraction.facts
        ],
    ]


def from_plain(plain: list[Any]) -> Extraction:
    """What `to_plain` was given."""
    mentions, aliases, facts = plain
    return Extraction(
        tuple(Mention(*mention) for mention in mentions),
        tuple(Alias(*alias) for alias in aliases),
        tuple(
            ExtractedFact(Mention(*subject), relation, Mention(*object_), *rest)
            for subject, relation, object_, *rest in facts
        ),
    )


def _mention(mention: Mention) -> list[Any]:
    return [mention.start, mention.end, mention.text, mention.kind]
