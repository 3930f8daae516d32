"""Which facts come back with passages, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ..memory.graph_rows import FactRow
from ..reader.terms import terms
from ..records import Fact
from .graph_view import fact_of

_NAMED, _WORDS, _PASSAGE = 0.5, 0.3, 0.2
"""What a fact's score is made of: the question's entities, its words, the passage's score."""


def chosen_facts(
    facts: Sequence[FactRow],
    question: str,
    *,
    passages: Mapping[int, float],
    entities: Collection[int],
    limit: int,
) -> tuple[Fact, ...]:
    """The `limit` facts that come nearest to a question, best first.

    `passages` are the scores of the chunks returned, `entities` the store's numbers of
    those that the question names. A fact scores for naming these, for sharing the
    question's words, and for where it stands; one that only stands there stays out, and
    one said twice comes once.
    """
    wanted = frozenset(terms(question))
    best: dict[tuple[str, str, str], Fact] = {}
    for row in facts:
        near = _nearness(row, wanted, entities)
        if near == 0:
            continue
        score = round(near + _PASSAGE * passages.get(row.chunk_id, 0.0), 4)
        fact = replace(fact_of(row), score=score)
        said = (fact.subject.casefold(), fact.relation.casefold(), fact.object.casefold())
        if said not in best or fact.score > best[said].score:
            best[said] = fact
    ordered = sorted(best.values(), key=lambda fact: (-fact.score, fact.chunk_id, fact.start))
    return tuple(ordered[:limit])


def _nearness(row: FactRow, wanted: frozenset[str], entities: Collection[int]) -> float:
    """What a fact has of the question itself."""
    named = (row.subject_id in entities) + (row.object_id in entities)
    words = frozenset(terms(f"{row.subject} {row.relation} {row.object}"))
    return _NAMED * named / 2 + _WORDS * len(words & wanted) / max(len(wanted), 1)
