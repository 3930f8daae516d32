"""Which names are one entity: cheap and certain evidence first, each merge explained.

In this order: the same normal form; an alias or acronym that a text states; the
same set of telling words ("Oxford University"); a person's name inside a longer
one; and, where vectors are given, near neighbours whose words agree as well.

Nothing is compared with everything. Exact evidence is a dictionary look-up,
containment looks only at names with the same first and last word, and vectors
are compared by the index that is passed in. A merge is a record that can be taken
back; see `Components`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .components import Components
from .extraction import Alias, MentionKind
from .names import looks_like_acronym, normal, tell_apart, tokens
from .spellings import Form, Spellings, form_of

MergeReason = Literal[
    "same spelling", "without its bracket", "alias", "acronym", "same words", "longer name", "near"
]

Neighbours = Callable[[NDArray[np.float32], int], tuple[NDArray[np.int64], NDArray[np.float32]]]
"""From vectors (n, d) and k to the positions (n, k) of the nearest names in the order in
which they were added, -1 where there are fewer, and their cosines (n, k)."""

_CROWDED = 64
"""Names that share their first and last word beyond which those tell nothing."""
_PERSONS = frozenset({"person", "name"})
_ORDERED = frozenset({"person", "term"})
"""Kinds whose words mean something else in another order: "Taylor Coleridge"."""
_LIKE = 0.85
"""Least share of letters in common for two spellings of one word."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a text spells it, and what kind of thing it was taken for."""

    text: str
    kind: MentionKind = "name"


@dataclass(frozen=True, slots=True)
class Merge:
    """`merged` was found to be another name of what `kept` names.

    `score` is how certain, in (0, 1]; for neighbours it is their cosine.
    """

    kept: str
    merged: str
    why: MergeReason
    score: float


class Resolver:
    """Groups names into entities, a batch at a time.

    `parted` are merges that a person took back: they are not made again. To
    open what was resolved before, `restore` its names and merges.
    """

    def __init__(self, *, parted: Iterable[Merge] = ()) -> None:
        self.comparisons = 0
        """Pairs of names looked at one by one so far; grows linearly with the names."""
        self._entities = Components()
        self._kinds: dict[str, MentionKind] = {}
        self._order: list[str] = []
        self._spellings = Spellings()
        self._stated: dict[str, str] = {}
        self._parted = {frozenset((merge.kept, merge.merged)) for merge in parted}

    def __contains__(self, name: str) -> bool:
        return name in self._entities

    def __len__(self) -> int:
        return len(self._entities)

    def entity(self, name: str) -> str:
        """The name that this one's entity goes by. Raises KeyError if it is unknown."""
        return self._entities.head(name)

    def names(self, name: str) -> tuple[str, ...]:
        """All names of this one's entity."""
        return self._entities.members(name)

    def restore(self, names: Iterable[Name], merges: Iterable[Merge]) -> None:
        """Takes in names and the merges made of them earlier, and makes no new ones."""
        for name in names:
            if name.text not in self._entities:
                self._enter(name, comparable(name.text, name.kind))
        for merge in merges:
            self._entities.join(merge.kept, merge.merged)
            if merge.why in ("alias", "acronym"):
                self._stated.setdefault(merge.merged, merge.kept)

    def add(self, names: Iterable[Name], aliases: Iterable[Alias] = ()) -> list[Merge]:
        """Enters names and what the texts say of them; returns the new merges.

        An alias merges two names that are entered, in this batch or before.
        """
        merges: list[Merge] = []
        for name in names:
            if name.text not in self._entities:
                merges += self._placed(name)
        for alias in aliases:
            merges += self._alias(alias)
        return merges

    def near(
        self,
        names: Sequence[str],
        vectors: NDArray[np.float32],
        neighbours: Neighbours,
        *,
        k: int = 8,
        least: float = 0.9,
    ) -> list[Merge]:
        """Merges known names with near neighbours whose words agree; `vectors` is (n, d).

        A cosine of at least `least` is not enough: every word must stand in the
        other name too, or be nearly spelled like one there. "North Korea" and
        "South Korea" are near and stay two.
        """
        if len(names) == 0:
            return []
        places, cosines = neighbours(vectors, k)
        merges: list[Merge] = []
        for name, row, scores in zip(names, places.tolist(), cosines.tolist(), strict=True):
            for place, cosine in zip(row, scores, strict=True):
                if place < 0 or cosine < least:
                    continue
                other = self._order[place]
                self.comparisons += 1
                if other in self._entities and self._agree(name, other):
                    merges += self._merge(other, name, "near", float(min(cosine, 1.0)))
        return merges

    def part(self, merge: Merge) -> None:
        """Takes a merge back for good."""
        self._parted.add(frozenset((merge.kept, merge.merged)))
        self._entities.part(merge.kept, merge.merged)

    def drop(self, names: Iterable[str]) -> None:
        """Forgets names, and with them the merges that rested on them."""
        for name in names:
            self._spellings.take(name, comparable(name, self._kinds[name]))
            self._stated.pop(name, None)
            self._entities.drop(name)
            del self._kinds[name]

    def _placed(self, name: Name) -> list[Merge]:
        """Enters a new name and merges it by its spelling alone."""
        form, text = comparable(name.text, name.kind), name.text
        same, reworded = self._spellings.same(form), self._spellings.reworded(form)
        bare, framed = self._spellings.only_bare(form), self._spellings.framed(form, _CROWDED)
        self._enter(name, form)
        if same is not None:
            return self._merge(same, text, "same spelling", 1.0)
        merges: list[Merge] = []
        if bare is not None and not (form.bracket and form_of(bare).bracket):
            merges += self._merge(bare, text, "without its bracket", 0.9)
        if reworded is not None:
            merges += self._merge(reworded, text, "same words", 0.95)
        if not merges:
            merges += self._longer(text, name.kind, framed)
        return merges

    def _longer(self, name: str, kind: MentionKind, framed: Iterable[str]) -> list[Merge]:
        """A person's name whose first and last word frame another's, if only one fits."""
        fitting: dict[str, str] = {}
        for other in framed:
            self.comparisons += 1
            kinds = {kind, self._kinds[other]}
            if "person" in kinds and kinds <= _PERSONS and _contains(name, other):
                fitting.setdefault(self._entities.head(other), other)
        if len(fitting) != 1:
            return []
        return self._merge(next(iter(fitting.values())), name, "longer name", 0.8)

    def _alias(self, alias: Alias) -> list[Merge]:
        """A stated alias, unless it already names something else or is too short to tell."""
        if alias.name not in self._entities or alias.alias not in self._entities:
            return []
        owner = self._stated.get(alias.alias, alias.name)
        if owner in self._entities and self.entity(owner) != self.entity(alias.name):
            return []
        if self._kinds[alias.name] == "person" and not _tells_person(alias.alias):
            return []
        self._stated[alias.alias] = alias.name
        why: MergeReason = "acronym" if alias.why == "acronym" else "alias"
        return self._merge(alias.name, alias.alias, why, 0.95)

    def _agree(self, one: str, other: str) -> bool:
        brackets = {form_of(one).bracket, form_of(other).bracket} - {""}
        if len(brackets) > 1:
            return False
        mine, theirs = tokens(one), tokens(other)
        if tell_apart(mine, theirs) or len(mine) != len(theirs):
            return False
        return all(
            any(_spelled_alike(word, candidate) for candidate in theirs - mine)
            for word in mine - theirs
        )

    def _merge(self, kept: str, merged: str, why: MergeReason, score: float) -> list[Merge]:
        if frozenset((kept, merged)) in self._parted:
            return []
        if self._entities.head(kept) == self._entities.head(merged):
            return []
        self._entities.join(kept, merged)
        return [Merge(kept, merged, why, score)]

    def _enter(self, name: Name, form: Form) -> None:
        self._entities.add(name.text)
        self._kinds[name.text] = name.kind
        self._order.append(name.text)
        self._spellings.put(name.text, form)


def comparable(name: str, kind: MentionKind) -> Form:
    """The form by which a name of this kind may find another.

    Persons and terms have no `wording`, since theirs mean something else in another
    order; all but persons and names of unknown kind have no `frame`.
    """
    form = form_of(name)
    wording = "" if kind in _ORDERED else form.wording
    return replace(form, wording=wording, frame=form.frame if kind in _PERSONS else "")


def partition(names: Iterable[str], merges: Iterable[Merge]) -> dict[str, str]:
    """For each name the one that its entity goes by, from the merges alone."""
    groups = Components()
    for name in names:
        groups.add(name)
    for merge in merges:
        groups.join(merge.kept, merge.merged)
    return {name: head for head, members in groups.groups().items() for name in members}


def _contains(one: str, other: str) -> bool:
    """Whether one person's name is the other with middle names: same ends, more between."""
    mine, theirs = normal(one).split(), normal(other).split()
    if len(mine) > len(theirs):
        mine, theirs = theirs, mine
    if len(mine) < 2 or mine[0] != theirs[0] or mine[-1] != theirs[-1]:
        return False
    few, many = frozenset(mine), frozenset(theirs)
    return few <= many and not tell_apart(few, many)


def _tells_person(alias: str) -> bool:
    """One Latin word alone names many people; two words, or Han characters, name one."""
    return len(tokens(alias)) > 1 or not alias.isascii() or looks_like_acronym(alias)


def _spelled_alike(one: str, other: str) -> bool:
    if one[:1] != other[:1] and len(one) < 6:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKE
