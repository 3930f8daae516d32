"""Commands about the reader: filling the KV memory, and the fidelity check."""

from __future__ import annotations

import typer

from . import show
from .options import Json, MemoryDir, open_memory

app = typer.Typer(no_args_is_help=True, help="The reader: stored states and their fidelity.")


@app.command()
def warm(memory: MemoryDir = None, json: Json = False) -> None:
    """Compute the reader's states for every passage, so that answers begin sooner.

    What is there already is left; an interrupted run goes on where it stopped.
    """
    with open_memory(memory) as opened:
        report = opened.warm_reader()
    if json:
        show.as_json(report.to_dict())
        return
    show.say(
        f"{report.computed} passages computed, {report.found} were there, {report.left} left for "
        f"want of room; {report.bytes / 1e6:.1f} MB of states"
    )


@app.command()
def check(memory: MemoryDir = None, json: Json = False) -> None:
    """Compare reading from stored states with full prefill, for the reader in use.

    Exit code 1 where the model has to be read by full prefill.
    """
    with open_memory(memory) as opened:
        result = opened.check_reader()
    if json:
        show.as_json(result.to_dict())
    else:
        show.fidelity(result)
    if result.mode != "memory":
        raise typer.Exit(1)
