"""Writing the knowledge graph for other programs, and for people to look at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import replacing
from ..kg.graph import KnowledgeGraph
from ..memory.graph_rows import FactRow, NameRow
from ..memory.store import Store
from .graph_reports import GraphExport

_LARGEST_PICTURE = 400
"""Entities on a page: more are no picture any more."""
_AT_ONCE = 2000
_PLAIN = frozenset({"date", "number"})  # no picture gets better by them
_MARK = "__MEMCTX_GRAPH__"


@dataclass(frozen=True, slots=True)
class _Whole:
    """Everything of a graph that an export may hold."""

    names: Mapping[int, list[NameRow]]
    passages: Mapping[int, str]  # chunk id -> document key
    mentions: list[tuple[int, int, int]]  # chunk, entity, count
    facts: list[FactRow]


def export_graph(store: Store, graph: KnowledgeGraph, file: Path, format: str) -> GraphExport:
    """Writes the graph as "html", "graphml" or "json".

    Raises:
        UsageError: there is no such format.
    """
    if format not in _FORMATS:
        raise UsageError(f"a format (--format) is one of {', '.join(_FORMATS)}; got {format!r}")
    return _FORMATS[format](store, graph, file)


def _json(store: Store, graph: KnowledgeGraph, file: Path) -> GraphExport:
    whole = _whole(store, graph)
    content = {
        "entities": [
            {"id": entity, "name": rows[0].text, "kind": rows[0].kind}
            | {"names": [row.text for row in rows]}
            for entity, rows in whole.names.items()
        ],
        "passages": [{"id": chunk, "document": key} for chunk, key in whole.passages.items()],
        "mentions": [
            {"passage": chunk, "entity": entity, "count": count}
            for chunk, entity, count in whole.mentions
        ],
        "facts": [_fact(fact) for fact in whole.facts],
    }
    _write(file, json.dumps(content, ensure_ascii=False))
    edges = len(whole.mentions) + len(whole.facts)
    return GraphExport(str(file), "json", len(whole.names), edges, 0)


def _graphml(store: Store, graph: KnowledgeGraph, file: Path) -> GraphExport:
    import networkx

    whole = _whole(store, graph)
    out = networkx.MultiDiGraph()
    for entity, rows in whole.names.items():
        names = " | ".join(_printable(row.text) for row in rows)
        label = _printable(rows[0].text)
        out.add_node(f"e{entity}", type="entity", label=label, kind=rows[0].kind, names=names)
    for chunk, key in whole.passages.items():
        out.add_node(f"p{chunk}", type="passage", label=_printable(key), kind="passage", names="")
    for chunk, entity, count in whole.mentions:
        out.add_edge(f"p{chunk}", f"e{entity}", type="mentions", label="mentions", weight=count)
    for fact in whole.facts:
        ends = f"e{fact.subject_id}", f"e{fact.object_id}"
        out.add_edge(*ends, type="fact", label=_printable(fact.relation), weight=1)
    with replacing(file) as beside:
        networkx.write_graphml_xml(out, str(beside))
    return GraphExport(str(file), "graphml", len(whole.names), out.number_of_edges(), 0)


def _html(store: Store, graph: KnowledgeGraph, file: Path) -> GraphExport:
    whole = _whole(store, graph)
    shown, edges = _picture(whole)
    left_out = len(whole.names) - len(shown)
    content = {
        "nodes": [_node(whole, entity) for entity in shown],
        "edges": edges,
        "left_out": left_out,
        "documents": len(set(whole.passages.values())),
    }
    page = resources.files("memctx").joinpath("data/graph.html").read_text(encoding="utf-8")
    # "<" as an escape: no text can end the script element that holds it.
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    _write(file, page.replace(_MARK, data))
    return GraphExport(str(file), "html", len(shown), len(edges), left_out)


_FORMATS: Mapping[str, Callable[[Store, KnowledgeGraph, Path], GraphExport]] = {
    "html": _html,
    "graphml": _graphml,
    "json": _json,
}


def _whole(store: Store, graph: KnowledgeGraph) -> _Whole:
    arrays = graph.arrays()
    names: dict[int, list[NameRow]] = {}
    for row in store.names_of(arrays.entity_ids.tolist()):
        names.setdefault(row.entity_id, []).append(row)
    chunks = arrays.chunk_ids.tolist()
    passages: dict[int, str] = {}
    facts: list[FactRow] = []
    for start in range(0, len(chunks), _AT_ONCE):
        some = chunks[start : start + _AT_ONCE]
        passages |= {chunk: row.document.key for chunk, row in store.chunks(some).items()}
        facts += store.facts_of(some)
    coo = arrays.mentions.tocoo()
    mentions = zip(
        arrays.chunk_ids[coo.row].tolist(),
        arrays.entity_ids[coo.col].tolist(),
        coo.data.astype(int).tolist(),
        strict=True,
    )
    return _Whole(names, passages, list(mentions), facts)


def _picture(whole: _Whole) -> tuple[list[int], list[dict[str, Any]]]:
    """The entities that tell most, and what joins them: facts, and sharing passages."""
    facts = [fact for fact in whole.facts if fact.subject_id != fact.object_id]
    stated = Counter(end for fact in facts for end in (fact.subject_id, fact.object_id))
    spread = Counter(entity for _, entity, _ in whole.mentions)
    named = {e for e, rows in whole.names.items() if rows[0].kind not in _PLAIN | {"term"}}
    # A name of unknown kind, seen once and said nothing of, is often no name at all.
    named -= {
        entity
        for entity in named
        if whole.names[entity][0].kind == "name" and spread[entity] + stated[entity] < 2
    }
    bridges = _bridges(facts, named)
    worth = {
        entity: spread[entity] + 2 * stated[entity]
        for entity in whole.names
        if entity in named or entity in bridges
    }
    best = sorted(worth, key=lambda entity: (-worth[entity], entity))[:_LARGEST_PICTURE]
    kept = set(best)
    joined: dict[tuple[int, int], dict[str, Any]] = {}
    for fact in facts:
        pair = fact.subject_id, fact.object_id
        if kept.issuperset(pair):
            edge = joined.setdefault(pair, {"source": pair[0], "target": pair[1], "facts": []})
            edge["facts"].append(fact.relation)
    linked = {end for pair in joined for end in pair}
    for pair, count in _together(whole, kept, linked).items():
        if pair not in joined and pair[::-1] not in joined:
            joined[pair] = {"source": pair[0], "target": pair[1], "shared": count, "facts": []}
    ends = {end for pair in joined for end in pair}
    return [entity for entity in best if entity in ends], list(joined.values())


def _bridges(facts: list[FactRow], named: set[int]) -> set[int]:
    """Terms that facts join to several named entities."""
    sides: dict[int, set[int]] = {}
    for fact in facts:
        for one, other in (
            (fact.subject_id, fact.object_id),
            (fact.object_id, fact.subject_id),
        ):
            if other in named:
                sides.setdefault(one, set()).add(other)
    return {entity for entity, others in sides.items() if len(others) > 1} - named


def _together(whole: _Whole, kept: set[int], linked: set[int]) -> dict[tuple[int, int], int]:
    """Pairs that share passages: each entity with those that it shares the most with."""
    by_passage: dict[int, list[int]] = {}
    for chunk, entity, _ in whole.mentions:
        if entity in kept:
            by_passage.setdefault(chunk, []).append(entity)
    shared: Counter[tuple[int, int]] = Counter()
    for entities in by_passage.values():
        ordered = sorted(set(entities))
        shared.update((a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :])
    best: dict[tuple[int, int], int] = {}
    used: Counter[int] = Counter()
    for pair, count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        most = 2 if linked.issuperset(pair) else 3
        if max(used[pair[0]], used[pair[1]]) < most:
            used.update(pair)
            best[pair] = count
    return best


def _node(whole: _Whole, entity: int) -> dict[str, Any]:
    rows = whole.names[entity]
    chunks = [chunk for chunk, other, _ in whole.mentions if other == entity]
    return {
        "id": entity,
        "name": rows[0].text,
        "kind": rows[0].kind,
        "names": [row.text for row in rows],
        "passages": len(chunks),
        "documents": list(dict.fromkeys(whole.passages[chunk] for chunk in chunks))[:12],
        "facts": [
            [fact.subject, fact.relation, fact.object, fact.document.key]
            for fact in whole.facts
            if entity in (fact.subject_id, fact.object_id)
        ][:20],
    }


def _fact(fact: FactRow) -> dict[str, Any]:
    return {
        "subject": fact.subject_id,
        "relation": fact.relation,
        "object": fact.object_id,
        "time": fact.time,
        "passage": fact.chunk_id,
        "document": fact.document.key,
        "start": fact.start,
        "end": fact.end,
    }


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c if c >= " " or c in "\t\n" else " " for c in text)


def _write(file: Path, text: str) -> None:
    with replacing(file) as beside:
        Path(beside).write_text(text, encoding="utf-8")
