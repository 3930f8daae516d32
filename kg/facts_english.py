"""Facts of an English parse: subject, relation, object, and the sentence that says so.

Pure functions of a `Parse`. Clauses give most facts (active, passive, copula,
with prepositions); `facts_nominal` adds what noun phrases say by themselves.
Joined subjects and objects are told one by one; a denied clause keeps its "not".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .antecedents import antecedents
from .clauses import clause_verbs, is_be, is_passive, negated, relation, subjects
from .extraction import ExtractedFact, Mention
from .facts_nominal import noun_facts, outer_places
from .lexicon import words as lexicon
from .parse import Parse
from .phrases import NOUNS, core, is_date, is_proper, phrase

_IDIOMS = lexicon(
    "place part addition fact example instance turn general particular order time name day way "
    "conjunction end"
)
"""Words that, alone after a verb or a preposition, name nothing: "took place", "in part"."""
_LONGEST = 80
"""Characters of a relation or an object beyond which the parse has gone astray."""
_FARTHEST = 120
"""Characters between a subject and an object of the same sentence."""
_DATED = re.compile(r"\d{4}|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")


@dataclass(frozen=True, slots=True)
class _Clause:
    """A verb with its relation; `subject` is already a mention."""

    verb: int
    relation: str
    time: str | None


def english_facts(parse: Parse) -> tuple[ExtractedFact, ...]:
    """All facts of a text in the order of their sentences, each once."""
    meant = antecedents(parse)
    sentence_of = _sentence_of(parse)
    seen: dict[tuple[int, str, int], ExtractedFact] = {}
    for token, subject, words, found, time in _all(parse, meant):
        if not _sound(subject, words, found):
            continue
        first, last = parse.sentences[sentence_of[token]]
        if _is_far(parse.starts[first], subject, found):
            continue
        key = (subject.start, words, found.end)
        start, end = parse.starts[first], parse.ends[last - 1]
        seen.setdefault(key, ExtractedFact(subject, words, found, start, end, time))
    return tuple(sorted(seen.values(), key=lambda fact: (fact.start, fact.object.start)))


_Row = tuple[int, Mention, str, Mention, str | None]


def _all(parse: Parse, meant: Mapping[int, Mention]) -> Iterator[_Row]:
    brackets, outer = parse.brackets(), outer_places(parse)
    for verb in clause_verbs(parse):
        for row, token in _clause_facts(parse, verb, meant, brackets):
            if token not in outer:
                yield row
    for token, subject, words, found in noun_facts(parse, meant):
        yield token, subject, words, found, None


def _clause_facts(
    parse: Parse, verb: int, meant: Mapping[int, Mention], brackets: list[int]
) -> Iterator[tuple[_Row, int]]:
    outside = (_outside(parse, token, verb, brackets) for token in subjects(parse, verb))
    heads = [token for token in outside if token is not None]
    named = [_subject(parse, token, meant) for token in heads]
    about = [mention for mention in named if mention is not None]
    if not about:
        return
    clause = _Clause(verb, relation(parse, verb), _time(parse, verb))
    if is_be(parse, verb) and (owned := _owned(parse, verb, meant)) is not None:
        about, clause = [owned[0]], _Clause(verb, owned[1], clause.time)
    for words, token in _arguments(parse, clause):
        found = phrase(parse, token)
        if found is None:
            continue
        time = None if found.text == clause.time else clause.time
        for subject in about:
            yield (verb, subject, words, found, time), token


def _outside(parse: Parse, token: int, verb: int, brackets: list[int]) -> int | None:
    """The subject, or the name before the bracket that a parser took for it."""
    while brackets[token] not in (0, brackets[verb]):
        if token == 0:
            return None
        token -= 1
    return token if parse.tags[token] in NOUNS or parse.tags[token] in ("PRP", "CD") else None


def _subject(parse: Parse, token: int, meant: Mapping[int, Mention]) -> Mention | None:
    return meant[token] if token in meant else phrase(parse, token)


def _owned(parse: Parse, verb: int, meant: Mapping[int, Mention]) -> tuple[Mention, str] | None:
    """ "Its capital is Oslo" says of "it": has capital."""
    subject = parse.child(verb, "nsubj")
    owner = None if subject is None else parse.child(subject, "poss")
    if subject is None or owner is None or parse.child(verb, "attr") is None:
        return None
    about = _subject(parse, owner, meant)
    denial = "not " if negated(parse, verb) else ""
    return None if about is None else (about, f"{denial}has {parse.words[subject].lower()}")


def _arguments(parse: Parse, clause: _Clause) -> Iterator[tuple[str, int]]:
    """What the clause says: pairs of a relation and the head of an object."""
    verb = clause.verb
    passive = is_passive(parse, verb)
    carried = clause.relation
    for child in parse.hanging(verb, "dobj", "attr", "oprd", "dative", "npadvmod"):
        dep = parse.deps[child]
        if dep == "npadvmod":
            if is_date(parse, child):
                yield clause.relation, child
        elif dep == "dative":
            yield from _dative(parse, clause, child)
        elif dep != "attr" or is_be(parse, verb) or not passive:
            for token in _targets(parse, child):
                yield clause.relation, token
                yield from _deeper(parse, f"{clause.relation} {core(parse, token)}", token)
    obj = parse.child(verb, "dobj", "attr")
    if obj is not None:
        carried = f"{clause.relation} {core(parse, obj)}"
    yield from _prepositions(parse, carried, verb)
    yield from _shared_agent(parse, clause.relation, verb)
    for quality in parse.hanging(verb, "acomp", "advmod"):
        words = f"{clause.relation} {parse.words[quality].lower()}"
        yield from _prepositions(parse, words, quality)


def _shared_agent(parse: Parse, words: str, verb: int) -> Iterator[tuple[str, int]]:
    """ "Written and directed by X": the first verb shares what hangs on the last."""
    following = [v for v in parse.conjuncts(verb) if v > verb and parse.tags[v] == parse.tags[verb]]
    if parse.tags[verb] == "VBN" and following and not parse.hanging(verb, "prep", "agent", "dobj"):
        agents = [a for v in following for a in parse.hanging(v, "agent")]
        for agent in agents[:1]:
            inner = parse.child(agent, "pobj")
            if inner is not None:
                yield from ((f"{words} by", token) for token in parse.conjuncts(inner))


def _dative(parse: Parse, clause: _Clause, child: int) -> Iterator[tuple[str, int]]:
    obj = parse.child(clause.verb, "dobj")
    given = f" {core(parse, obj)}" if obj is not None else ""
    if parse.tags[child] in ("IN", "TO"):
        inner = parse.child(child, "pobj")
        words = f"{clause.relation}{given} {parse.words[child].lower()}"
        yield from ((words, token) for token in (parse.conjuncts(inner) if inner else []))
    else:
        yield from ((f"{clause.relation}{given} to", token) for token in parse.conjuncts(child))


def _prepositions(parse: Parse, words: str, head: int) -> Iterator[tuple[str, int]]:
    words = words.strip()
    for prep in parse.hanging(head, "prep", "agent"):
        inner = parse.child(prep, "pobj")
        longer = f"{words} {parse.words[prep].lower()}"
        if inner is None:
            yield from _prepositions(parse, longer, prep)
            continue
        for token in _targets(parse, inner):
            yield longer, token
            if parse.words[prep].lower() == "as" or parse.child(token, "poss") is not None:
                yield from _deeper(parse, f"{longer} {core(parse, token)}", token)


def _targets(parse: Parse, noun: int) -> Iterator[int]:
    """What is joined to a noun, each with the name right behind it: "the film Ran"."""
    for token in parse.conjuncts(noun):
        yield token
        name = parse.child(token, "appos")
        if name is not None and is_proper(parse, name) and not is_proper(parse, token):
            between = parse.text[parse.ends[token] : parse.starts[parse.left_edge(name)]]
            if "," not in between and "(" not in between:
                yield name


def _deeper(parse: Parse, words: str, noun: int) -> Iterator[tuple[str, int]]:
    """What hangs on a predicate or an object: "is member of", "had role in"."""
    said = phrase(parse, noun)
    beyond = 0 if said is None else said.end
    for longer, token in _prepositions(parse, words, noun):
        if parse.starts[token] >= beyond:
            yield longer, token


def _time(parse: Parse, verb: int) -> str | None:
    """The date that the clause states, as the text has it; None where it states several."""
    dates = []
    for child in parse.hanging(verb, "prep", "npadvmod"):
        token = parse.child(child, "pobj") if parse.deps[child] == "prep" else child
        if token is not None and is_date(parse, token):
            found = phrase(parse, token)
            if found is not None and _DATED.search(found.text):
                dates.append(found.text)
    return dates[0] if len(dates) == 1 else None


def _sentence_of(parse: Parse) -> list[int]:
    return [
        number for number, (first, last) in enumerate(parse.sentences) for _ in range(last - first)
    ]


def _is_far(start: int, subject: Mention, found: Mention) -> bool:
    """Ends of one sentence that lie far apart are seldom joined rightly by a parser."""
    apart = max(found.start - subject.end, subject.start - found.end)
    return subject.start >= start and apart > _FARTHEST


def _sound(subject: Mention, words: str, found: Mention) -> bool:
    if subject.kind in ("date", "number") and words in ("is", "was"):
        return False
    if found.kind == "date" and not any(c.isdigit() for c in found.text):
        return False
    if found.text.lower() in _IDIOMS or len(subject.text) < 2:
        return False
    short = max(len(words), len(found.text), len(subject.text)) <= _LONGEST
    apart = subject.end <= found.start or found.end <= subject.start
    return short and apart and subject.text.casefold() != found.text.casefold()
