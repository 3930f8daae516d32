"""English: names, aliases and facts from a tagger, a parser and named entities.

Puts the pure rules over a parse together. The model is loaded at the first text,
so an extractor is cheap to make.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from .asides import Aside, asides
from .codes import without_codes
from .extraction import Alias, ExtractedFact, Extraction, Mention
from .facts_english import english_facts
from .parse import Entity, Parse
from .phrases import NOUNS, phrase
from .spacy_parse import load, parses

_RULES = "4"
"""Raised with every change of the rules: extractions made by older ones are stale."""


_LONGEST = 100
"""Characters of a name; longer ones are tables and lists that were read as a sentence."""
_ONE_AT_A_TIME = threading.Lock()  # the pipeline is shared, and not safe between threads
_TRAILING = frozenset({"POS", "IN", "CC", "DT", "HYPH", ","})


class EnglishExtractor:
    """Mentions, aliases and facts of English texts.

    `model` is a folder with a spaCy pipeline that has a tagger, a parser and
    named entities, `weights` the fingerprint of those weights, and `batch` how
    many texts go through the network at once.

    Raises:
        ModelNotFound: at the first text, if the folder holds no pipeline.
        MissingDependency: at the first text, if spaCy is not installed.
    """

    def __init__(self, model: Path, *, weights: str, batch: int = 64) -> None:
        self._model = model
        self._weights = weights
        self._batch = batch

    @property
    def fingerprint(self) -> str:
        """Names the rules and the weights."""
        return f"english/{_RULES}/{self._weights}"

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text."""
        with _ONE_AT_A_TIME:
            pipeline = load(self._model)
            prose = [without_codes(text) for text in texts]
            return [extraction(parse) for parse in parses(pipeline, prose, self._batch)]


def extraction(parse: Parse) -> Extraction:
    """What a parsed text holds."""
    mentions = _mentions(parse)
    found = asides(parse.text, mentions)
    stated = _merged(english_facts(parse), _aside_facts(parse, found))
    facts = tuple(fact for fact in stated if all(map(_readable, _ends([fact]))))
    spans = {(mention.start, mention.end): mention for mention in mentions}
    for mention in _ends(facts):
        spans.setdefault((mention.start, mention.end), mention)
    aliases = (
        Alias(aside.subject.text, aside.object.text, aside.why)
        for aside in found
        if aside.why is not None
    )
    ordered = sorted(spans.values(), key=lambda mention: (mention.start, mention.end))
    return Extraction(tuple(ordered), tuple(dict.fromkeys(aliases)), facts)


def _mentions(parse: Parse) -> list[Mention]:
    """Names, dates and the phrases of two words or more."""
    found: dict[tuple[int, int], Mention] = {}
    for token, tag in enumerate(parse.tags):
        if tag not in NOUNS or parse.deps[token] == "compound":
            continue
        mention = phrase(parse, token)
        if mention is not None and len(mention.text) <= _LONGEST and _telling(mention):
            found.setdefault((mention.start, mention.end), mention)
    for entity in parse.entities:
        named = _entity_mention(parse, entity)
        if named is not None and _readable(named):
            found.setdefault((named.start, named.end), named)
    return sorted(found.values(), key=lambda mention: (mention.start, mention.end))


def _entity_mention(parse: Parse, entity: Entity) -> Mention | None:
    """The entity without article and possessive; numbers are no mentions by themselves."""
    first, last = entity.first, entity.last
    while first < last - 1 and parse.tags[first] == "DT":
        first += 1
    while last - 1 > first and parse.tags[last - 1] in _TRAILING:
        last -= 1
    mention = parse.mention(first, last, entity.kind)
    named = any(letter.isalnum() for letter in mention.text)
    fits = named and entity.kind != "number" and len(mention.text) <= _LONGEST
    return mention if fits else None


def _telling(mention: Mention) -> bool:
    return _readable(mention) and (mention.kind != "term" or " " in mention.text)


def _readable(mention: Mention) -> bool:
    """Whether a name does not run over the cells of a table."""
    return "|" not in mention.text


def _aside_facts(parse: Parse, found: Iterable[Aside]) -> list[ExtractedFact]:
    bounds = [(parse.starts[first], parse.ends[last - 1]) for first, last in parse.sentences]
    facts = []
    for aside in found:
        around = (span for span in bounds if span[0] <= aside.subject.start < span[1])
        start, end = next(around, (aside.subject.start, aside.object.end))
        end = max(end, aside.object.end)
        facts.append(ExtractedFact(aside.subject, aside.relation, aside.object, start, end))
    return facts


def _merged(
    clauses: Sequence[ExtractedFact], in_passing: Sequence[ExtractedFact]
) -> tuple[ExtractedFact, ...]:
    """Asides win over what the parser made of the same brackets."""
    taken = [(fact.object.start, fact.object.end) for fact in in_passing]
    kept = [
        fact
        for fact in clauses
        if not any(start < fact.object.end and fact.object.start < end for start, end in taken)
    ]
    return tuple(sorted([*in_passing, *kept], key=lambda fact: (fact.start, fact.object.start)))


def _ends(facts: Iterable[ExtractedFact]) -> Iterable[Mention]:
    for fact in facts:
        yield fact.subject
        yield fact.object
