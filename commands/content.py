"""Commands on what a memory holds: ingest, forget, list, show."""

from __future__ import annotations

from typing import Annotated

import typer

from . import show
from .options import Json, MakeNodes, MemoryDir, Where, open_memory


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, globs, or - for standard input."),
    ],
    memory: MemoryDir = None,
    collection: Annotated[str, typer.Option(metavar="NAME", help="Collection.")] = "default",
    prune: Annotated[
        bool, typer.Option("--prune", help="Also forget documents that are gone.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes that parse.")] = 1,
    graph: Annotated[
        bool, typer.Option("--graph/--no-graph", help="Extract entities and facts.")
    ] = True,
    nodes: MakeNodes = False,
    json: Json = False,
) -> None:
    """Take documents in. What did not change is not read again.

    Reads txt, md, rst, html, pdf, docx, pptx, xlsx, csv, epub, json, jsonl, eml, source
    code, and zip folders of those.

    Examples:

        memctx ingest ./reports

        memctx ingest notes.pdf "papers/**/*.md" --collection research

        cat notes.txt | memctx ingest -
    """
    with open_memory(memory, nodes=nodes) as opened:
        try:
            report = opened.ingest(
                *paths,
                collection=collection,
                prune=prune,
                dry_run=dry_run,
                jobs=jobs,
                graph=graph,
            )
        except KeyboardInterrupt:
            show.warn("\nstopped; what was finished is kept. Run the same command to go on.")
            raise typer.Exit(130) from None
    if json:
        show.as_json(report.to_dict())
    else:
        show.ingest_report(report, dry_run=dry_run)
        if report.chunks and not dry_run:
            show.hint_to_warm()
    if report.skipped:
        if json:
            for item in report.skipped:
                show.warn(f"skipped {item.key}: {item.reason}")
        raise typer.Exit(4)


def forget(
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of documents.")],
    memory: MemoryDir = None,
    collection: Annotated[
        str | None, typer.Option(metavar="NAME", help="The documents' collection.")
    ] = None,
) -> None:
    """Forget documents, with everything that came from them.

    Example: memctx forget notes/old.md
    """
    with open_memory(memory) as opened:
        count = opened.forget(*keys, collection=collection)
    show.say(f"{count} forgotten")


def list_documents(
    memory: MemoryDir = None,
    collection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this collection.")
    ] = None,
    where: Where = None,
    json: Json = False,
) -> None:
    """List the documents: key, size and title.

    Example: memctx list --where "year>=1905"
    """
    with open_memory(memory) as opened:
        rows = opened.documents(collection, where=where)
    if json:
        show.as_json({"documents": [row.to_dict() for row in rows]})
        return
    several = len({row.collection for row in rows}) > 1
    for row in rows:
        place = f"{row.collection}: " if several else ""
        show.say(f"{place}{row.key}  {row.characters} characters  {row.title}")


def show_document(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The document's key.")],
    memory: MemoryDir = None,
    collection: Annotated[
        str | None, typer.Option(metavar="NAME", help="The document's collection.")
    ] = None,
) -> None:
    """Print a document's text, the one that the offsets of citations refer to."""
    with open_memory(memory) as opened:
        show.exactly(opened.show(key, collection=collection))
