"""Why, to look at: the window as it was read, and the ways from a question to its passages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .show import bold, dim, filled, flat, say, shortened, wrapped

if TYPE_CHECKING:
    from ..pipeline.explain import Explanation, NameFound, Way
    from ..records import Answer, Fact, Passage

_FACTS = 5  # of one passage


def window(result: Answer) -> None:
    """The window in the order read: of each passage its probability, the share of attention
    that the answer paid it, and what is cited from it."""
    read = result.window
    held = f"{_counted(len(read.passages), 'passage')}, {_counted(read.facts, 'fact')}"
    say(f"\nwindow: {read.used} of {read.limit} tokens, {held}")
    for number, passage in enumerate(result.passages, 1):
        place = f"{passage.document.key} {passage.start}..{passage.end}"
        say(filled(f"{number:2}. {place}"))
        say(filled(_weight(result, passage, number - 1), indent="    "))
        say(dim(wrapped(passage.text, 160)))
    if read.left_out:
        numbers = ", ".join(map(str, read.left_out))
        say(filled(f"left out, too unlikely or no room: passages {numbers}"))
    spent = [f"{name} {value}" for name, value in result.timings.items() if value is not None]
    say(filled("timings: " + ", ".join(spent)))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _weight(result: Answer, passage: Passage, place: int) -> str:
    """What speaks for the passage at a place of the window, and what the answer made of it."""
    parts = [f"p(passage) {passage.score:.3f}"]
    if place < len(result.attention):
        parts.append(f"attention {result.attention[place]:.2f}")
    cited = [c for c in result.citations if c.chunk_id == passage.chunk_id]
    parts += [f"cited {c.start}..{c.end} (weight {c.weight:.2f})" for c in cited]
    signals = passage.signals.to_dict().items()
    parts += [f"{name} {value:.3g}" for name, value in signals if value is not None]
    return ", ".join(parts)


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
    return f"names {bold(flat(found.text))} → {shortened(meant, 70)}"


def _passage(number: int, way: Way) -> str:
    place = f"{way.document.key} {way.start}..{way.end}"
    return f"{bold(f'{number}. {place}')}  {dim(f'score {way.score:.3f}')}"


def _told(way: Way) -> list[str]:
    stations = shortened(" → ".join(_stations(way)), 88)
    lines = [stations if way.steps else dim(_without_steps(way))]
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
    return shortened(f"{fact.subject} · {fact.relation} · {fact.object}", 80)
