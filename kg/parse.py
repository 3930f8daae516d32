"""A dependency parse as plain tuples, so that the rules over it are pure.

Knows the label scheme (Penn Treebank tags, ClearNLP dependencies, OntoNotes
entities) and nothing of the library that made the parse.
"""

from __future__ import annotations

from dataclasses import dataclass

from .extraction import Mention, MentionKind

ENTITY_KINDS: dict[str, MentionKind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "WORK_OF_ART": "work",
    "LAW": "work",
    "EVENT": "event",
    "PRODUCT": "product",
    "LANGUAGE": "term",
    "DATE": "date",
    "TIME": "date",
    "CARDINAL": "number",
    "ORDINAL": "number",
    "QUANTITY": "number",
    "PERCENT": "number",
    "MONEY": "number",
}

VALUES = frozenset({"date", "number"})
"""Kinds that are values, not things that have a name."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity of tokens `first:last`, end exclusive."""

    first: int
    last: int
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class Parse:
    """One text, token by token.

    `heads` are absolute token indices, a root is its own head; `children` are in
    text order; `sentences` are token ranges, end exclusive; `entity_of` gives
    for each token its entity or None.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    tags: tuple[str, ...]
    deps: tuple[str, ...]
    heads: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    sentences: tuple[tuple[int, int], ...]
    entities: tuple[Entity, ...]
    entity_of: tuple[Entity | None, ...]

    def mention(self, first: int, last: int, kind: MentionKind) -> Mention:
        """The tokens `first:last` as a mention."""
        start, end = self.starts[first], self.ends[last - 1]
        return Mention(start, end, self.text[start:end], kind)

    def child(self, token: int, *deps: str) -> int | None:
        """The first child that hangs on by one of these dependencies."""
        return next((c for c in self.children[token] if self.deps[c] in deps), None)

    def hanging(self, token: int, *deps: str) -> list[int]:
        """All children that hang on by one of these dependencies."""
        return [c for c in self.children[token] if self.deps[c] in deps]

    def conjuncts(self, token: int) -> list[int]:
        """The token and all that is joined to it by "and", "or" or commas, in order."""
        found, queue = [token], [token]
        while queue:
            joined = self.hanging(queue.pop(), "conj")
            found += joined
            queue += joined
        return sorted(found)

    def brackets(self) -> list[int]:
        """For each token the number of the bracket pair around it, 0 outside all."""
        found, number, depth = [], 0, 0
        for word in self.words:
            if word == "(":
                depth += 1
                number += depth == 1
            found.append(number if depth else 0)
            if word == ")":
                depth = max(0, depth - 1)
        return found

    def left_edge(self, token: int) -> int:
        """The leftmost token below this one, itself included."""
        while self.children[token] and self.children[token][0] < token:
            token = self.children[token][0]
        return token
