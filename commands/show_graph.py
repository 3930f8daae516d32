"""How the knowledge graph looks to a person in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .show import bold, dim, flat, say, table, wrapped

if TYPE_CHECKING:
    from ..pipeline.graph_reports import EntityRef, EntityReport, GraphPath, GraphStats
    from ..records import Fact


def entity(report: EntityReport) -> None:
    """An entity with its names, merges, facts and mentions."""
    say(
        f"{bold(report.entity.name)}  {dim(report.entity.kind)}, in {report.passage_count} passages"
    )
    for document in report.subject_of:
        say(f"  the subject of {document.key}")
    _section("names", report.names)
    _section(
        "merged",
        (
            f"{merge.merged} = {merge.kept}  {dim(f'{merge.why}, {merge.score:.2f}')}"
            + (" (taken back)" if merge.parted else "")
            for merge in report.merges
        ),
    )
    _section(
        "facts",
        (_fact(item.fact) + (f"  ({item.time})" if item.time else "") for item in report.facts),
    )
    _section(
        "mentions",
        (f"{m.name}  {dim(f'{m.document.key} {m.start}..{m.end}')}" for m in report.mentions),
    )
    _section("related", [_names(report.related)] if report.related else [])
    _section("also of this name", map(_name, report.also))


def path(found: GraphPath) -> None:
    """A way, passage by passage."""
    if not found.found:
        say(f"there is no way from {found.source.name} to {found.target.name}")
    elif not found.steps:
        say(f"{found.source.name} and {found.target.name} are one entity")
    for step in found.steps:
        say(f"{bold(step.source.name)} — {bold(step.target.name)}  {dim(step.document.key)}")
        for fact in step.facts:
            say(f"   {_fact(fact)}")
        say(wrapped(step.text, 240))


def stats(result: GraphStats) -> None:
    """The graph's figures."""
    table(
        {
            "passages": result.passages,
            "entities": result.entities,
            "names": result.names,
            "mentions": result.mentions,
            "facts": result.facts,
            "merges": result.merges,
            "communities": result.communities,
            "kinds": ", ".join(f"{kind} {count}" for kind, count in result.kinds.items()) or "none",
            "commonest": _names(result.commonest) or "none",
        }.items()
    )
    for community in result.largest[:5]:
        say(
            f"community {community.id}: {community.passages} passages, {_names(community.entities)}"
        )
    if result.unread:
        say(f"{result.unread} passages were not read for the graph; `memctx reindex` reads them")


def _section(title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        say(dim(title))
        for line in lines:
            say(f"  {line}")


def _fact(fact: Fact) -> str:
    place = f"{fact.document.key} {fact.start}..{fact.end}"
    return f"{flat(fact.subject)} · {fact.relation} · {flat(fact.object)}  {dim(place)}"


def _name(ref: EntityRef) -> str:
    return f"{flat(ref.name)} ({ref.kind})"


def _names(refs: Iterable[EntityRef]) -> str:
    return ", ".join(flat(ref.name) for ref in refs)
