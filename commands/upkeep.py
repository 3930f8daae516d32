"""Commands that look after a memory: status, verify, reindex, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import show
from .options import Json, MakeNodes, MemoryDir, open_memory


def status(memory: MemoryDir = None, json: Json = False) -> None:
    """Show what the memory holds, what made it, and how large it is."""
    with open_memory(memory) as opened:
        result = opened.status()
    if json:
        show.as_json(result.to_dict())
    else:
        show.status(result)


def verify(
    memory: MemoryDir = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
) -> None:
    """Check that the store is sound and the indexes agree with it.

    Exit code 1 and one line a problem, where there is any.
    """
    with open_memory(memory) as opened:
        problems = opened.verify(repair=repair)
    for problem in problems:
        show.say(problem)
    if problems:
        if not repair:
            show.warn("`memctx verify --repair` mends what can be mended")
        raise typer.Exit(1)
    show.say("sound")


def reindex(
    memory: MemoryDir = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Catalogue name, hub id or folder.", show_default="the memory's"
        ),
    ] = None,
    nodes: MakeNodes = False,
) -> None:
    """Make what is missing: vectors of another embedder, names and facts of a newer extractor.

    Also reads what was ingested with --no-graph, and with --nodes summarises stretches of long
    documents. The memory answers meanwhile.

    Example: memctx reindex --embedder intfloat/multilingual-e5-small
    """
    with open_memory(memory, nodes=nodes) as opened:
        count = opened.reindex(embedder)
    show.say(f"{count} passages embedded")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    memory: MemoryDir = None,
) -> None:
    """Write the whole memory to one portable file."""
    with open_memory(memory) as opened:
        count = opened.export(file)
    show.say(f"{count} documents exported to {file}")


def import_memory(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What export wrote.")],
    memory: MemoryDir = None,
) -> None:
    """Take in a file that export wrote; nothing is embedded anew."""
    with open_memory(memory) as opened:
        count = opened.import_(file)
    show.say(f"{count} documents imported")
