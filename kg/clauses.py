"""Who does what in an English parse: the subjects and the relation of each verb.

Pure functions of a `Parse`, in the tradition of ClausIE (Del Corro and Gemulla,
WWW 2013): a participle or a relative clause says something of the noun that it
hangs on, a verb joined by "and" keeps its neighbour's subject, and what is said
of a predicate noun or an apposition is said of its subject.
"""

from __future__ import annotations

from .parse import Parse
from .phrases import NOUNS, is_proper

_SUBJECTS = ("nsubj", "nsubjpass")
_BE = frozenset({"is", "was", "are", "were", "be", "been", "being", "'s", "'re", "am"})
_SPOKEN = {
    "be": "is",
    "been": "is",
    "being": "is",
    "'s": "is",
    "'re": "are",
    "’s": "is",
    "’re": "are",
}
_RELATIVE = frozenset({"who", "which", "that", "whom"})
_INHERITING = ("conj", "xcomp", "advcl", "ccomp", "dep")
_DEEPEST = 8


def is_be(parse: Parse, token: int) -> bool:
    """Whether the token is a form of "to be"."""
    return parse.words[token].lower() in _BE and parse.tags[token].startswith(("V", "POS"))


def clause_verbs(parse: Parse) -> list[int]:
    """The verbs that state something, in the order of the text."""
    skipped = ("aux", "auxpass", "amod", "compound", "prep", "case", "punct", "nmod")
    return [
        token
        for token, tag in enumerate(parse.tags)
        if tag.startswith("VB") and parse.deps[token] not in skipped
    ]


def subjects(parse: Parse, verb: int, depth: int = 0) -> list[int]:
    """The heads of the verb's subjects: its own, or those that it takes over."""
    if depth > _DEEPEST:
        return []
    own = parse.child(verb, *_SUBJECTS)
    if own is not None:
        if parse.words[own].lower() in _RELATIVE and parse.tags[own][0] in "WI":
            return _of_relative(parse, verb, depth)
        return [
            subject
            for subject in parse.conjuncts(own)
            if parse.tags[subject] in NOUNS or parse.tags[subject] in ("PRP", "CD")
        ] or [own]
    if parse.child(verb, "csubj", "csubjpass", "expl") is not None:
        return []
    return _taken_over(parse, verb, depth)


def referents(parse: Parse, noun: int, depth: int = 0) -> list[int]:
    """What a noun speaks of: a predicate noun of its subject, an apposition of its head."""
    if depth > _DEEPEST:
        return []
    first = first_joined(parse, noun)
    if parse.deps[first] in ("attr", "appos") and (first == noun or not is_proper(parse, noun)):
        dep, head = parse.deps[first], parse.heads[first]
    else:
        dep, head = parse.deps[noun], parse.heads[noun]
    if dep == "attr" and is_be(parse, head) and not negated(parse, head):
        found = subjects(parse, head, depth + 1)
        return found or [noun]
    if dep == "appos" and is_proper(parse, head) and not is_proper(parse, noun):
        return referents(parse, head, depth + 1)
    return [noun]


def first_joined(parse: Parse, noun: int) -> int:
    """The first of the nouns that are joined by "and" or commas."""
    while parse.deps[noun] == "conj" and parse.tags[parse.heads[noun]] in NOUNS:
        noun = parse.heads[noun]
    return noun


def is_passive(parse: Parse, verb: int) -> bool:
    """Whether the verb's subject suffers it: "was founded by", "directed by"."""
    if parse.child(verb, "auxpass", "nsubjpass") is not None:
        return True
    if parse.tags[verb] != "VBN" or parse.child(verb, "aux", "nsubj") is not None:
        return False
    if parse.deps[verb] == "conj" and parse.tags[parse.heads[verb]].startswith("VB"):
        return is_passive(parse, parse.heads[verb])
    return parse.child(verb, "dobj") is None


def negated(parse: Parse, verb: int) -> bool:
    """Whether the clause is denied, by its own "not" or that of a verb that governs it."""
    if parse.child(verb, "neg") is not None:
        return True
    governed = parse.deps[verb] == "xcomp" and parse.tags[parse.heads[verb]].startswith("VB")
    return governed and negated(parse, parse.heads[verb])


def relation(parse: Parse, verb: int) -> str:
    """The verb as a relation: "founded", "carried out", "not agree to align"."""
    denial = "not " if negated(parse, verb) else ""
    return denial + " ".join(_verb_words(parse, verb))


def _verb_words(parse: Parse, verb: int) -> list[str]:
    words = [_SPOKEN.get(parse.words[verb].lower(), parse.words[verb].lower())]
    words += [parse.words[c].lower() for c in parse.hanging(verb, "prt")]
    head = parse.heads[verb]
    if parse.deps[verb] == "xcomp" and parse.tags[head].startswith("VB") and head < verb:
        infinitive = any(parse.tags[c] == "TO" for c in parse.children[verb])
        if not infinitive and parse.tags[verb] != "VBG":
            return words
        return [*_verb_words(parse, head), *(["to"] if infinitive else []), *words]
    return words


def _of_relative(parse: Parse, verb: int, depth: int) -> list[int]:
    """The subject of a relative clause is the noun that it hangs on."""
    clause = verb
    while parse.deps[clause] in ("conj", "xcomp") and parse.heads[clause] != clause:
        clause = parse.heads[clause]
    if parse.deps[clause] != "relcl":
        return []
    noun = parse.heads[clause]
    pronoun = parse.child(verb, *_SUBJECTS)
    if pronoun is not None:
        noun = _fitting(parse, noun, parse.words[pronoun].lower())
    return referents(parse, noun, depth + 1)


def _fitting(parse: Parse, noun: int, pronoun: str) -> int:
    """ "A runner from Cuba, who won": who is no place, so the noun before it is meant."""
    entity = parse.entity_of[noun]
    prep = parse.heads[noun]
    unfit = {"who": ("place", "date"), "which": ("person", "date")}.get(pronoun, ())
    if entity is not None and entity.kind in unfit and parse.deps[noun] == "pobj":
        above = parse.heads[prep]
        return above if parse.tags[above] in NOUNS else noun
    return noun


def _taken_over(parse: Parse, verb: int, depth: int) -> list[int]:
    dep, head = parse.deps[verb], parse.heads[verb]
    if dep == "acl" and _is_participial(parse, verb):
        return subjects(parse, parse.heads[head], depth + 1)
    if dep in ("acl", "relcl") and parse.tags[verb] in ("VBN", "VBG", "VBD"):
        return referents(parse, head, depth + 1) if parse.tags[head] in NOUNS else []
    if dep in _INHERITING and head != verb and _is_verbal(parse, head):
        if dep in ("ccomp", "dep") and parse.tags[verb] not in ("VBG", "VBN"):
            return []
        return subjects(parse, head, depth + 1)
    if dep == "pcomp":
        governor = parse.heads[head]
        return subjects(parse, governor, depth + 1) if _is_verbal(parse, governor) else []
    return []


def _is_participial(parse: Parse, verb: int) -> bool:
    """ "She joined the band, playing drums": it is she who plays."""
    before, noun = parse.left_edge(verb) - 1, parse.heads[verb]
    return (
        parse.tags[verb] == "VBG"
        and before > noun
        and parse.words[before] == ","
        and parse.deps[noun] == "dobj"
    )


def _is_verbal(parse: Parse, token: int) -> bool:
    return parse.tags[token].startswith("VB") or parse.deps[token] == "acomp"
