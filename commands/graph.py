"""Commands on the knowledge graph: entity, path, stats, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import show, show_graph
from .options import Json, MemoryDir, open_memory

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look into the knowledge graph."
)

_Limit = Annotated[
    int, typer.Option("--limit", min=1, metavar="N", help="Mentions and facts shown.")
]


@app.command()
def entity(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Any name of the entity.")],
    memory: MemoryDir = None,
    limit: _Limit = 20,
    json: Json = False,
) -> None:
    """Show an entity: its names and why they are one, its mentions and facts with sources.

    Examples:

        memctx graph entity "Edmund Wendelow"

        memctx graph entity 邬静澜 --json
    """
    with open_memory(memory) as opened:
        report = opened.graph().entity(name, limit=limit)
    if json:
        show.as_json(report.to_dict())
    else:
        show_graph.entity(report)


@app.command()
def path(
    source: Annotated[str, typer.Argument(metavar="A", help="A name.")],
    target: Annotated[str, typer.Argument(metavar="B", help="Another name.")],
    memory: MemoryDir = None,
    json: Json = False,
) -> None:
    """Show the shortest way between two entities, passage by passage.

    Example: memctx graph path "Edmund Wendelow" Sundermoor
    """
    with open_memory(memory) as opened:
        found = opened.graph().path(source, target)
    if json:
        show.as_json(found.to_dict())
    else:
        show_graph.path(found)


@app.command()
def stats(memory: MemoryDir = None, json: Json = False) -> None:
    """Show how much the graph holds, its communities and its commonest entities.

    Example: memctx graph stats --json
    """
    with open_memory(memory) as opened:
        result = opened.graph().stats()
    if json:
        show.as_json(result.to_dict())
    else:
        show_graph.stats(result)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    memory: MemoryDir = None,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html, graphml or json.")
    ] = "html",
    json: Json = False,
) -> None:
    """Write the graph: html is one page to drag, search and click; graphml and json hold all.

    Examples:

        memctx graph export --format html graph.html

        memctx graph export --format graphml graph.graphml
    """
    with open_memory(memory) as opened:
        written = opened.export_graph(file, format=format)
    if json:
        show.as_json(written.to_dict())
        return
    show.say(f"{written.entities} entities and {written.edges} edges written to {file}")
    if written.left_out:
        show.say(f"{written.left_out} entities are not on the page; json and graphml hold all")
