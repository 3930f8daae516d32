"""Noun phrases of an English parse: which words name a thing, without its article.

A named entity around the head wins; otherwise the phrase is the head with its
modifiers on the left. What follows the head ("of ...", "who ...") is told by facts.
"""

from __future__ import annotations

from .extraction import Mention
from .lexicon import words as lexicon
from .parse import VALUES, Entity, Parse

NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
PROPER = frozenset({"NNP", "NNPS"})
_INNER = frozenset({"compound", "amod", "nmod", "nummod", "quantmod", "npadvmod", "poss", "case"})
_MODIFIERS = frozenset({"JJ", "JJR", "JJS", "CD", "VBN", "VBG", "PRP$"})
_INNER_PUNCT = frozenset({"-", "–", "/", "'", "’", "&"})
_STRIPPED = frozenset({"DT", "PDT", "PRP$", "WDT", "WP$", "``", "''", ",", ":", "-LRB-", "CC"})
_PRONOUNS = frozenset({"PRP", "PRP$", "WP", "WDT", "EX", "DT", "WRB"})
_TRAILING = frozenset({"POS", ",", "-LRB-", "''", "``", "IN", "CC", "DT", "HYPH"})
_ROYAL = lexicon("king queen prince princess emperor empress duke pope saint grand")
_VAGUE = lexicon(
    "one ones other others some many most all both each none more much few several any "
    "former latter same such lot lots number first second last which what another"
)
_REFLEXIVE = ("self", "selves")
_SETTLEMENTS = lexicon("town city village state island municipality commune hamlet")
_JOINERS = frozenset({"of"})


def named(parse: Parse, token: int) -> Entity | None:
    """The entity that the token belongs to, if that is a name and not a value."""
    entity = parse.entity_of[token]
    return entity if entity is not None and entity.kind not in VALUES else None


def is_date(parse: Parse, token: int) -> bool:
    """Whether the token belongs to a date."""
    entity = parse.entity_of[token]
    return entity is not None and entity.kind == "date"


def is_proper(parse: Parse, token: int) -> bool:
    """Whether the token is part of a name, by its entity or its tag."""
    return named(parse, token) is not None or parse.tags[token] in PROPER


def phrase(parse: Parse, head: int) -> Mention | None:
    """The phrase around a head as a mention; None where it names nothing ("it", "there")."""
    if parse.tags[head] in _PRONOUNS or parse.tags[head].startswith("W"):
        return None
    head = _called(parse, head)
    entity = parse.entity_of[head]
    if entity is not None and not _is_modifier_of(parse, entity, head):
        first, last = _stripped(parse, *_entity_range(parse, entity, head))
        kind = entity.kind
    else:
        first, last = _stripped(parse, *_chunk_range(parse, head))
        kind = "name" if parse.tags[head] in PROPER else "term"
    if first >= last or not any(c.isalnum() for c in parse.words[last - 1] + parse.words[first]):
        return None
    if last - first == 1 and parse.words[first].lower() in _VAGUE:
        return None
    return parse.mention(first, last, kind)


def _called(parse: Parse, head: int) -> int:
    """ "The town of Crook" is Crook."""
    if parse.words[head] not in _SETTLEMENTS or head + 1 >= len(parse.words):
        return head
    inner = parse.child(head + 1, "pobj") if parse.words[head + 1] == "of" else None
    entity = None if inner is None else parse.entity_of[inner]
    return inner if inner is not None and entity is not None and entity.kind == "place" else head


def core(parse: Parse, head: int) -> str:
    """The phrase as a word of a relation: without what it says of its owner."""
    found = phrase(parse, head)
    if found is None:
        word = parse.words[head]
        return "" if parse.tags[head] in _PRONOUNS and not word.endswith(_REFLEXIVE) else word
    return parse.words[head] if found.kind == "term" else found.text


def _is_modifier_of(parse: Parse, entity: Entity, head: int) -> bool:
    """An entity that ends before its phrase's head, as in "Kansas Governor"."""
    return entity.last <= head


def _entity_range(parse: Parse, entity: Entity, head: int) -> tuple[int, int]:
    if entity.kind in VALUES:
        return _value_range(parse, entity, head)
    first, last = entity.first, entity.last
    while (
        first > 0
        and parse.tags[first - 1] in PROPER
        and parse.heads[first - 1] in range(first, last)
    ):
        first -= 1
    if entity.kind == "person" and last == head + 1 and _is_royal(parse, first, last):
        last = _right_end(parse, head)
    return first, last


def _is_royal(parse: Parse, first: int, last: int) -> bool:
    """Whether "of ..." after a person is part of the name: "Prince Carl of Sweden"."""
    return last - first == 1 or parse.words[first].lower() in _ROYAL


def _value_range(parse: Parse, entity: Entity, head: int) -> tuple[int, int]:
    """Dates stand as they are; counted things ("131 films") take in what is counted."""
    if entity.kind == "date":
        first = entity.first
        while first < entity.last - 1 and parse.tags[first] == "IN":
            first += 1
        return first, entity.last
    first, last = _chunk_range(parse, head)
    return min(first, entity.first), max(last, entity.last)


def _chunk_range(parse: Parse, head: int) -> tuple[int, int]:
    first = head
    for child in reversed([c for c in parse.children[head] if c < head]):
        if not _belongs(parse, child):
            break
        first = parse.left_edge(child)
    return first, _right_end(parse, head)


def _belongs(parse: Parse, child: int) -> bool:
    if parse.deps[child] == "punct":
        return parse.words[child] in _INNER_PUNCT
    if parse.tags[child].startswith("V") and parse.left_edge(child) < child - 2:
        return False
    return parse.deps[child] in _INNER or parse.tags[child] in _MODIFIERS


def _right_end(parse: Parse, head: int) -> int:
    """A proper head takes in "of ..." when a name follows: "Palace of Ceremonies"."""
    if parse.tags[head] not in PROPER or head + 2 >= len(parse.words):
        return head + 1
    joiner = head + 1
    if parse.words[joiner] not in _JOINERS or parse.heads[joiner] != head:
        return head + 1
    inner = parse.child(joiner, "pobj")
    if inner is None or parse.tags[inner] not in PROPER or is_date(parse, inner):
        return head + 1
    return inner + 1


def _stripped(parse: Parse, first: int, last: int) -> tuple[int, int]:
    while first < last - 1 and (
        parse.tags[first] in _STRIPPED
        or parse.words[first].casefold() in ("the", "a", "an", "such")
    ):
        first += 1
    while last - 1 > first and parse.tags[last - 1] in _TRAILING:
        last -= 1
    return first, last
