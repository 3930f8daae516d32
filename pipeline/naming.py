"""Which stored names are one entity, by the rules of `kg.resolve`.

The store finds the names that may be the same and keeps what is decided; this
translates between its numbers and the resolver's names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from ..kg.extraction import Alias, AliasReason, MentionKind
from ..kg.resolve import Merge, MergeReason, Name, Resolver, comparable
from ..kg.spellings import hash_of
from ..memory.graph_rows import MergeRow, NameHashes, NameRow, Unsettled


class Naming:
    """The store's `NameRules`."""

    def hashes(self, name: str, kind: str) -> NameHashes:
        """Of the forms by which the resolver finds a name's like."""
        form = comparable(name, cast(MentionKind, kind))
        wording = hash_of(form.wording) if form.wording else None
        frame = hash_of(form.frame) if form.frame else None
        return NameHashes(hash_of(form.bare), wording, frame)

    def merges(self, task: Unsettled) -> list[MergeRow]:
        """The merges that a resolver makes which knows the settled names."""
        texts = {row.id: row.text for row in (*task.known, *task.names)}
        held = [row for row in task.merges if row.kept_id in texts and row.merged_id in texts]
        resolver = Resolver(parted=_merges(texts, (row for row in held if row.parted)))
        whole = [row for row in held if not row.parted]
        resolver.restore(map(_name, task.known), _merges(texts, whole))
        stated = [
            Alias(texts[name], texts[alias], cast(AliasReason, why))
            for name, alias, why in task.aliases
            if name in texts and alias in texts
        ]
        made = resolver.add(map(_name, task.names), stated)
        ids = {text: number for number, text in texts.items()}
        return [MergeRow(ids[m.kept], ids[m.merged], m.why, m.score) for m in made]


def _name(row: NameRow) -> Name:
    return Name(row.text, cast(MentionKind, row.kind))


def _merges(texts: dict[int, str], rows: Iterable[MergeRow]) -> list[Merge]:
    return [
        Merge(texts[row.kept_id], texts[row.merged_id], cast(MergeReason, row.why), row.score)
        for row in rows
    ]
