"""Commands on collections: list, rename, drop."""

from __future__ import annotations

from typing import Annotated

import typer

from . import show
from .options import Json, MemoryDir, open_memory

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="List, rename and drop collections."
)


@app.command("list")
def list_collections(memory: MemoryDir = None, json: Json = False) -> None:
    """List the collections, with how many documents and passages each holds.

    Example: memctx collections list --json
    """
    with open_memory(memory) as opened:
        found = opened.collections()
    if json:
        show.as_json({"collections": [one.to_dict() for one in found]})
        return
    show.table((one.name, f"{one.documents} documents, {one.chunks} passages") for one in found)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The collection.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What it is to be called.")],
    memory: MemoryDir = None,
) -> None:
    """Give a collection another name; if one has it already, the two become one.

    Refused where both hold a document of the same key.

    Example: memctx collections rename default archive
    """
    with open_memory(memory) as opened:
        count = opened.rename_collection(old, new)
    show.say(f"{old} is called {new} now; {count} documents moved")


@app.command()
def drop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.")],
    memory: MemoryDir = None,
) -> None:
    """Forget a collection with all its documents and what came from them.

    Example: memctx collections drop drafts
    """
    with open_memory(memory) as opened:
        count = opened.drop_collection(name)
    show.say(f"{name} dropped; {count} documents forgotten")
