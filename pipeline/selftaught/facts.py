"""Questions from the knowledge graph's facts: for the object, the subject, or the time.

A fact is asked for in the words of the sentence that states it: what stands there between
its two ends, which must be its relation and no more than a clause, so that the question
reads as the text does. What has another answer among the passages is not asked: two objects
of one subject and relation, two subjects, two times.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...kg.lexicon import words as words_of
from ...kg.names import normal
from ...memory.graph_rows import StatedFact
from ...reader.prompt import Language, question_language
from .made import Made, Source, is_answer, stands_once
from .wording import Clause, for_object, for_subject, for_time

_LONGEST = {"en": 60, "zh": 14}
"""Characters between the two ends of a fact."""

_PRONOUN = r"\b(?:He|She|It|They|he|she|it|they)\b|[他她它]"
_PAUSE = re.compile(r"[,;:()\[\]\"“”‘，。；：（）、「」《》\n]|(?:^|\s)'")
_WORDS = re.compile(r"[^\W_]+")
_ASIDE = words_of(
    "the a an of in on at to for from by with about as into than and or between among under over "
    "including like through throughout during after before against that which who whose such "
    "his her its their this these those"
)
"""Words that open no predicate: what stands before them is only a part of the subject."""

_AROUND = "…"
"""Where the object stands in a Chinese relation that goes around it."""

_DENIED = ("not ", "不", "没", "未", "並非", "并非")
_UNNAMED = ("term", "date", "number")


@dataclass(frozen=True, slots=True)
class _Stated:
    """A fact in its passage, and the clause of its sentence that says it, if one does."""

    source: Source
    fact: StatedFact
    subject_kind: str
    object_kind: str
    clause: Clause | None

    @property
    def subject(self) -> tuple[str, str]:
        """What the fact is about, as it is compared."""
        return normal(self.fact.subject), self.fact.relation

    @property
    def object(self) -> tuple[str, str]:
        """What the fact comes to, as it is compared."""
        return self.fact.relation, normal(self.fact.object)


def stated(sources: Sequence[Source], rng: random.Random) -> Iterator[Made]:
    """Questions from the facts that the passages state, in an order drawn from `rng`."""
    facts = [found for source in sources for found in _facts(source)]
    objects: dict[tuple[str, str], set[str]] = {}
    subjects: dict[tuple[str, str], set[str]] = {}
    times: dict[tuple[str, str, str], set[str]] = {}
    for one in facts:
        objects.setdefault(one.subject, set()).add(one.object[1])
        subjects.setdefault(one.object, set()).add(one.subject[0])
        if one.fact.time:
            times.setdefault((*one.subject, one.object[1]), set()).add(one.fact.time)
    rng.shuffle(facts)
    for one in facts:
        if one.clause is None:
            continue
        if len(objects[one.subject]) == 1:
            yield from _asking_object(one, one.clause)
        if len(subjects[one.object]) == 1:
            yield from _asking_subject(one, one.clause)
        if len(times.get((*one.subject, one.object[1]), ())) == 1:
            yield from _asking_time(one, one.clause)


def _facts(source: Source) -> Iterator[_Stated]:
    mentions = sorted(source.reading.mentions, key=lambda mention: mention.start)
    kinds = {mention.text: mention.kind for mention in mentions}
    for fact in source.reading.facts:
        yield _Stated(
            source=source,
            fact=fact,
            subject_kind=kinds.get(fact.subject, "term"),
            object_kind=kinds.get(fact.object, "term"),
            clause=_clause(source.text[fact.start : fact.end], fact),
        )


def _clause(sentence: str, fact: StatedFact) -> Clause | None:
    """The fact in the words of its sentence: what stands between its subject, or the pronoun
    for it, and its object, if that is the relation and is not denied."""
    language = question_language(sentence)
    relation, _, behind = fact.relation.partition(_AROUND)
    if relation.startswith(_DENIED):
        return None
    subject, object_ = re.escape(fact.subject), re.escape(fact.object)
    most = _LONGEST[language]
    tail = rf"(.{{0,{most}}}?{re.escape(behind)})" if behind else "()"
    for found in re.finditer(rf"(?:{subject}|{_PRONOUN})(.{{1,{most}}}?){object_}{tail}", sentence):
        between, after = found[1].strip(), found[2]
        apart = fact.subject not in between and not _PAUSE.search(between + after)
        if apart and _says(between, relation, language):
            return Clause(fact.subject, between, fact.object, after, language)
    return None


def _says(between: str, relation: str, language: Language) -> bool:
    """Whether words hold a relation and may be a predicate."""
    if language == "zh":
        return relation in between
    words = [word.casefold() for word in _WORDS.findall(between)]
    said = set(_WORDS.findall(relation.casefold())) <= set(words)
    return said and bool(words) and words[0] not in _ASIDE


def _asking_object(one: _Stated, clause: Clause) -> Iterator[Made]:
    if _is_named(clause.subject, one.subject_kind, clause.language):
        yield from _made(one, for_object(clause, one.object_kind), clause.object, one.object_kind)


def _asking_subject(one: _Stated, clause: Clause) -> Iterator[Made]:
    if one.subject_kind != "date" and _is_named(clause.object, one.object_kind, clause.language):
        text = for_subject(clause, one.subject_kind)
        yield from _made(one, text, clause.subject, one.subject_kind)


def _asking_time(one: _Stated, clause: Clause) -> Iterator[Made]:
    if one.fact.time and _is_named(clause.subject, one.subject_kind, clause.language):
        yield from _made(one, for_time(clause), one.fact.time, "date")


def _is_named(text: str, kind: str, language: Language) -> bool:
    """Whether words say of what is asked: a name; Chinese ones are often taken for phrases."""
    return kind not in _UNNAMED or (language == "zh" and is_answer(text, kind, language))


def _made(one: _Stated, text: str, answer: str, kind: str) -> Iterator[Made]:
    """The question, if its answer is short, stands in its passage once, and not in itself."""
    fits = is_answer(answer, kind, question_language(text)) and stands_once(answer, one.source.text)
    if fits and answer.casefold() not in text.casefold():
        yield Made(text, answer, one.source.chunk_id, one.source.chunk_id, "facts")
