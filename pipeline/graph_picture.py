"""Which entities a picture of the graph shows, and what joins them.

People come to look for people, organisations, places and works: those go first. What
things are called in general ("report", "list") is on the picture only where there are few
names, and dates and numbers never. The store is not changed by any of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, log2, sqrt

from ..memory.graph_rows import FactRow, NameRow
from .graph_whole import WholeGraph

_LARGEST = 300
"""Entities on a picture: more are no picture any more."""
_ENOUGH = 40
"""Where there are fewer names than this, general terms make up for them."""
_NEAREST = 3
"""Entities that each is joined to for sharing passages; one fewer if facts join it too."""
_VALUES = frozenset({"date", "number"})
_IDENTIFIER = re.compile(r"\w*_|[^\w《〈「『“\"‘'(]")  # "made_in", "> Ines"
_UNSURE = frozenset({"name", "group", "product"})  # often "Committee", "American", "Web"


@dataclass(frozen=True, slots=True)
class Link:
    """What joins two entities: the relations that facts state, or shared passages."""

    source: int
    target: int
    facts: list[str]
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """Entities, those that tell most first, the kind of each, and the links between them."""

    entities: list[int]
    kinds: Mapping[int, str]
    links: list[Link]


def picture(whole: WholeGraph, taken_for: Mapping[int, Mapping[str, int]]) -> Picture:
    """The part of a graph that is worth looking at; no entity of it stands alone.

    `taken_for` has how often the mentions of each entity were taken for each kind.
    """
    kinds = {entity: _kind(rows, taken_for.get(entity, {})) for entity, rows in whole.names.items()}
    facts = [fact for fact in whole.facts if fact.subject_id != fact.object_id]
    worth = _worth(whole, facts, kinds)
    best = sorted(worth, key=lambda entity: (-worth[entity], entity))
    shown = [entity for entity in best if kinds[entity] != "term"][:_LARGEST]
    if len(shown) < _ENOUGH:
        terms = _terms(facts, shown, [entity for entity in best if kinds[entity] == "term"])
        shown += terms[: _ENOUGH - len(shown)]
    links = _links(whole, facts, shown)
    ends = {end for link in links for end in (link.source, link.target)}
    joined = [entity for entity in shown if entity in ends]
    return Picture(joined, {entity: kinds[entity] for entity in joined}, links)


def _kind(rows: list[NameRow], votes: Mapping[str, int]) -> str:
    """What an entity is most often taken for; a word that is written small too is a term."""
    first = rows[0].kind
    kind = max(votes, key=lambda one: (votes[one], one == first, one)) if votes else first
    small = {row.text for row in rows if row.text.islower()}
    capital = {row.text.casefold() for row in rows if row.kind == "name"}
    return "term" if kind == "name" and small & capital else kind


def _worth(whole: WholeGraph, facts: list[FactRow], kinds: Mapping[int, str]) -> dict[int, float]:
    """How much each entity tells: the mean of how often it stands there and is told of.

    The geometric one: what stands on every page, and of which nothing is ever said, is
    furniture (running heads, captions, codes of the printer), not a subject.
    """
    spread = Counter(entity for _, entity, _ in whole.mentions)
    told = Counter(end for fact in facts for end in (fact.subject_id, fact.object_id))
    worth: dict[int, float] = {}
    for entity, kind in kinds.items():
        name = whole.names[entity][0].text
        if kind in _VALUES or _IDENTIFIER.match(name):
            continue
        unsure = kind in _UNSURE
        if spread[entity] + told[entity] >= (_enough(name) if unsure else 1):
            worth[entity] = sqrt(spread[entity] * (1 + told[entity])) / (2 if unsure else 1)
    return worth


def _enough(name: str) -> float:
    """How often something of unsure kind must be met to be taken for a name.

    A single word with a capital opens sentences and heads columns; what runs over the end
    of a line are two cells of a table.
    """
    if "\n" in name:
        return inf
    return 2 if " " in name else 4


def _terms(facts: list[FactRow], shown: Iterable[int], terms: list[int]) -> list[int]:
    """General terms, those first that facts join to several of the names."""
    names = set(shown)
    sides: dict[int, set[int]] = {}
    for fact in facts:
        for one, other in _both_ways(fact):
            if other in names:
                sides.setdefault(one, set()).add(other)
    return sorted(terms, key=lambda term: len(sides.get(term, ())) < 2)


def _both_ways(fact: FactRow) -> Iterator[tuple[int, int]]:
    yield fact.subject_id, fact.object_id
    yield fact.object_id, fact.subject_id


def _links(whole: WholeGraph, facts: list[FactRow], shown: list[int]) -> list[Link]:
    """What joins the entities shown: facts, and sharing passages."""
    kept = set(shown)
    links: dict[tuple[int, int], Link] = {}
    for fact in facts:
        pair = fact.subject_id, fact.object_id
        if kept.issuperset(pair):
            links.setdefault(pair, Link(*pair, facts=[])).facts.append(fact.relation)
    linked = {end for pair in links for end in pair}
    for (one, other), count in _together(whole, kept, linked).items():
        if (one, other) not in links and (other, one) not in links:
            links[one, other] = Link(one, other, facts=[], shared=count)
    return list(links.values())


def _together(whole: WholeGraph, kept: set[int], linked: set[int]) -> dict[tuple[int, int], int]:
    """Pairs that share passages: each entity with those that it shares the most with.

    An entity that stands everywhere shares passages with all, and counts for less.
    """
    by_passage: dict[int, set[int]] = {}
    for chunk, entity, _ in whole.mentions:
        if entity in kept:
            by_passage.setdefault(chunk, set()).add(entity)
    spread = Counter(entity for entities in by_passage.values() for entity in entities)
    shared: dict[int, Counter[int]] = {entity: Counter() for entity in kept}
    for entities in by_passage.values():
        for entity in entities:
            shared[entity].update(entities - {entity})
    pairs: dict[tuple[int, int], int] = {}
    for entity in sorted(kept):
        near = shared[entity]
        best = sorted(near, key=lambda other: (-near[other] / log2(1 + spread[other]), other))
        for other in best[: _NEAREST - (entity in linked)]:
            pairs[min(entity, other), max(entity, other)] = near[other]
    return pairs
