"""How the ways of a search look to a person: a tree from the question to its passages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .show import bold, dim, flat, say

if TYPE_CHECKING:
    from ..pipeline.explain import Explanation, NameFound, Way
    from ..records import Fact

_FACTS = 5  # of one passage


def explanation(result: Explanation) -> None:
    """The question, the names in it, and below each passage the way to it."""
    say(bold(flat(result.question)))
    branches: list[tuple[str, list[str]]] = [(_name(name), []) for name in result.names]
    branches += [(_passage(number, way), _told(way)) for number, way in enumerate(result.ways, 1)]
    for place, (head, lines) in enumerate(branches):
        last = place == len(branches) - 1
        say(f"{'└─' if last else '├─'} {head}")
        for row, line in enumerate(lines):
            say(f"{'  ' if last else '│ '} {'└─' if row == len(lines) - 1 else '├─'} {line}")


def facts(found: Iterable[Fact]) -> None:
    """Facts, each with where it is stated."""
    for fact in found:
        say(f"   {_fact(fact)}  {dim(f'{fact.document.key} {fact.start}..{fact.end}')}")


def _name(found: NameFound) -> str:
    meant = ", ".join(f"{flat(ref.name)} ({ref.kind})" for ref in found.entities)
    return f"names {bold(flat(found.text))} → {meant}"


def _passage(number: int, way: Way) -> str:
    place = f"{way.document.key} {way.start}..{way.end}"
    return f"{bold(f'{number}. {place}')}  {dim(f'score {way.score:.3f}')}"


def _told(way: Way) -> list[str]:
    lines = [" → ".join(_stations(way)) if way.steps else dim(_without_steps(way))]
    return lines + [f"fact: {_fact(fact)}" for fact in way.facts[:_FACTS]]


def _stations(way: Way) -> Iterable[str]:
    """Entities and the passages that link them; the last is the passage itself."""
    for step in way.steps:
        yield flat(step.entity.name)
        yield "this passage" if step.chunk_id == way.chunk_id else f"[{step.document.key}]"


def _without_steps(way: Way) -> str:
    signals = way.signals
    found = [
        name for name, value in (("vectors", signals.dense), ("words", signals.lexical)) if value
    ]
    return f"by {' and '.join(found) or 'the graph'}: no name of the question leads here"


def _fact(fact: Fact) -> str:
    return f"{flat(fact.subject)} · {fact.relation} · {flat(fact.object)}"
