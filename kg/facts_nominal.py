"""Facts that noun phrases state without a verb.

Appositions ("Mary Shelley, the novelist"), titles before names ("director Jean
Vigo"), owners ("his novel Emma"), places in places ("Lyon, France") and what
hangs on a noun by a preposition ("the mayor of Ghent").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from .clauses import first_joined
from .extraction import Mention
from .parse import VALUES, Entity, Parse
from .phrases import NOUNS, is_proper, named, phrase

Row = tuple[int, Mention, str, Mention]
"""The token whose sentence states it, then subject, relation, object."""

_NEAR = 6
"""Characters between a noun and its apposition; a wider gap is a parse gone astray."""
_LISTING = frozenset({"including", "such as", "like"})
_COMPOSED = frozenset({"attr", "dobj", "oprd"})
"""Nouns whose prepositions are told with their verb, not by themselves."""


def noun_facts(parse: Parse, meant: Mapping[int, Mention]) -> Iterator[Row]:
    """All facts of the text's noun phrases."""
    yield from _places_in_places(parse)
    outer = outer_places(parse)
    for token, tag in enumerate(parse.tags):
        if tag in NOUNS:
            dep = parse.deps[token]
            if dep == "appos":
                yield from _apposition(parse, token)
            elif dep == "poss":
                yield from _owner(parse, token, meant)
            yield from _title_before(parse, token)
            yield from _hanging_on(parse, token, outer)
        elif tag == "PRP$" and parse.deps[token] == "poss":
            yield from _owner(parse, token, meant)


def _apposition(parse: Parse, token: int) -> Iterator[Row]:
    head = parse.heads[token]
    about, said = phrase(parse, head), phrase(parse, token)
    if about is None or said is None or about.kind in VALUES or said.kind in VALUES:
        return
    if is_proper(parse, token) and is_proper(parse, head):
        return
    if said.start - about.end > _NEAR:
        return
    if is_proper(parse, token):
        about, said = said, about
    elif not is_proper(parse, head):
        return
    yield token, about, "is", said


def _title_before(parse: Parse, token: int) -> Iterator[Row]:
    """A role or kind that stands right before a name: "guitarist Joe Walsh"."""
    entity = named(parse, token)
    if entity is None or entity.last != token + 1 or entity.kind not in ("person", "work"):
        return
    last = entity.first
    while last > 0 and parse.tags[last - 1] in ("``", "''", ","):
        last -= 1
    if (
        last == 0
        or parse.tags[last - 1] != "NN"
        or (last != entity.first and parse.words[last] == ",")
    ):
        return
    role = last - 1
    if parse.heads[role] != token and parse.heads[token] != role:
        return
    first = role
    while first > 0 and parse.tags[first - 1] in ("NN", "JJ", "NNP", "HYPH"):
        first -= 1
    about = parse.mention(entity.first, entity.last, entity.kind)
    yield token, about, "is", parse.mention(first, last, "term")


def _owner(parse: Parse, token: int, meant: Mapping[int, Mention]) -> Iterator[Row]:
    """An owner and the named thing owned: "his novel Emma" gives has novel, Emma."""
    owner = meant.get(token) or (phrase(parse, token) if parse.tags[token] != "PRP$" else None)
    thing = parse.heads[token]
    if owner is None or parse.tags[thing] not in NOUNS:
        return
    name = parse.child(thing, "appos")
    kind = phrase(parse, thing)
    if name is not None and is_proper(parse, name) and not is_proper(parse, thing):
        called = phrase(parse, name)
        if called is not None and kind is not None:
            yield token, owner, f"has {parse.words[thing]}", called


def _hanging_on(parse: Parse, noun: int, outer: frozenset[int]) -> Iterator[Row]:
    """Names that hang on a noun: "performances by Taylor", "bands such as Queen"."""
    about = None if _is_told(parse, noun) else phrase(parse, noun)
    if about is None or about.kind in VALUES:
        return
    for prep in parse.hanging(noun, "prep"):
        inner = parse.child(prep, "pobj")
        if inner is None or parse.starts[prep] < about.end:
            continue
        words = _joining(parse, noun, prep)
        for token in parse.conjuncts(inner):
            telling = words in _LISTING or named(parse, token) is not None
            said = phrase(parse, token) if telling and token not in outer else None
            if said is not None:
                yield prep, about, words, said


def _is_told(parse: Parse, noun: int) -> bool:
    """Whether a clause tells what hangs on this noun, or on the first that it is joined to."""
    first = first_joined(parse, noun)
    above = parse.heads[first]
    if parse.deps[first] in _COMPOSED and parse.tags[above].startswith("VB"):
        return True
    if parse.deps[first] == "pobj" and parse.words[above].lower() == "as":
        return True
    return parse.deps[noun] == "pobj" and parse.child(noun, "poss") is not None


def _joining(parse: Parse, noun: int, prep: int) -> str:
    """The preposition; "such as" also where it is parted: "such bands as"."""
    word = parse.words[prep].lower()
    around = (*parse.children[noun], *parse.children[prep])
    such = any(parse.words[child].lower() == "such" for child in around)
    return "such as" if word == "as" and such else word


def outer_places(parse: Parse) -> frozenset[int]:
    """Tokens of places that only say where the place before them lies."""
    return frozenset(
        token
        for chain in _place_chains(parse)
        for outer in chain[1:]
        for token in range(outer.first, outer.last)
    )


def _places_in_places(parse: Parse) -> Iterator[Row]:
    """ "Lyon, France": each place lies in the next."""
    for chain in _place_chains(parse):
        for inner, outer in pairwise(chain):
            about = parse.mention(inner.first, inner.last, "place")
            yield inner.first, about, "in", parse.mention(outer.first, outer.last, "place")


def _place_chains(parse: Parse) -> list[list[Entity]]:
    """Runs of two places or more with commas between them that are no enumeration."""
    chains: list[list[Entity]] = []
    for entity in parse.entities:
        if entity.kind != "place" or parse.tags[entity.last - 1] == "POS":
            continue
        before = chains[-1][-1].last if chains else None
        if before is not None and entity.first == before + 1 and parse.words[before] == ",":
            chains[-1].append(entity)
        else:
            chains.append([entity])
    return [chain for chain in chains if len(chain) > 1 and not _is_list(parse, chain)]


def _is_list(parse: Parse, chain: list[Entity]) -> bool:
    """Whether "and" with another place follows, so that commas list places."""
    last = chain[-1].last
    ahead = parse.words[last : last + 2]
    if not any(word in ("and", "or", "&") for word in ahead):
        return False
    return any(e is not None and e.kind == "place" for e in parse.entity_of[last + 1 : last + 4])
