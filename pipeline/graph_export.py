"""Writing the knowledge graph for other programs, and for people to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import replacing
from ..kg.graph import KnowledgeGraph
from ..memory.graph_rows import FactRow
from ..memory.store import Store
from .graph_picture import Picture, picture
from .graph_reports import GraphExport
from .graph_whole import WholeGraph, whole_graph

_GRAPH, _LAYOUT = "__MEMCTX_GRAPH__", "__MEMCTX_LAYOUT__"
_DOCUMENTS, _FACTS = 12, 20  # told of each entity on a page


def export_graph(store: Store, graph: KnowledgeGraph, file: Path, format: str) -> GraphExport:
    """Writes the graph as "html", "graphml" or "json".

    Raises:
        UsageError: there is no such format.
    """
    if format not in _FORMATS:
        raise UsageError(f"a format (--format) is one of {', '.join(_FORMATS)}; got {format!r}")
    return _FORMATS[format](store, graph, file)


def _json(store: Store, graph: KnowledgeGraph, file: Path) -> GraphExport:
    whole = whole_graph(store, graph)
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

    whole = whole_graph(store, graph)
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
    whole = whole_graph(store, graph)
    shown = picture(whole, store.mention_kinds())
    left_out = len(whole.names) - len(shown.entities)
    content = {
        "nodes": _nodes(whole, shown),
        "edges": [asdict(link) for link in shown.links],
        "left_out": left_out,
        "documents": len(set(whole.passages.values())),
    }
    # "<" as an escape: no text can end the script element that holds it.
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    layout = _part("graph_layout.js")
    _write(file, _part("graph.html").replace(_LAYOUT, layout).replace(_GRAPH, data))
    return GraphExport(str(file), "html", len(shown.entities), len(shown.links), left_out)


def _part(name: str) -> str:
    return resources.files("memctx").joinpath("data", name).read_text(encoding="utf-8")


_FORMATS: Mapping[str, Callable[[Store, KnowledgeGraph, Path], GraphExport]] = {
    "html": _html,
    "graphml": _graphml,
    "json": _json,
}


def _nodes(whole: WholeGraph, shown: Picture) -> list[dict[str, Any]]:
    chunks: dict[int, list[int]] = {entity: [] for entity in shown.entities}
    for chunk, entity, _ in whole.mentions:
        if entity in chunks:
            chunks[entity].append(chunk)
    facts: dict[int, list[FactRow]] = {entity: [] for entity in shown.entities}
    for fact in whole.facts:
        for end in {fact.subject_id, fact.object_id} & facts.keys():
            facts[end].append(fact)
    return [
        {
            "id": entity,
            "name": whole.names[entity][0].text,
            "kind": shown.kinds[entity],
            "names": [row.text for row in whole.names[entity]],
            "passages": len(chunks[entity]),
            "documents": _first(whole.passages[chunk] for chunk in chunks[entity]),
            "facts": [
                [fact.subject, fact.relation, fact.object, fact.document.key]
                for fact in facts[entity][:_FACTS]
            ],
        }
        for entity in shown.entities
    ]


def _first(documents: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(documents))[:_DOCUMENTS]


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
