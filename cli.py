"""The `memctx` command: parses, makes one library call, prints.

The groups of commands live in `commands`; here they get their names, and here alone
an error becomes an exit code.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from typing import Annotated, NoReturn

import typer

from . import __version__
from .commands import (
    collections,
    configuration,
    content,
    evaluate,
    graph,
    models,
    questions,
    readers,
    show,
    summaries,
    upkeep,
)
from .errors import MemctxError, UsageError

_FAILED, _WRONG_USAGE, _INTERRUPTED = 1, 2, 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(content.ingest)
app.command()(questions.search)
app.command()(questions.ask)
app.command()(summaries.summarise)
app.command("summarize", help="The same as summarise.")(summaries.summarise)
app.command()(content.forget)
app.command("list")(content.list_documents)
app.command("show")(content.show_document)
app.command()(upkeep.status)
app.command()(upkeep.verify)
app.command()(upkeep.reindex)
app.command()(upkeep.export)
app.command("import")(upkeep.import_memory)
app.command("eval")(evaluate.evaluate)
app.command()(configuration.doctor)
app.add_typer(collections.app, name="collections")
app.add_typer(graph.app, name="graph")
app.add_typer(models.app, name="models")
app.add_typer(readers.app, name="reader")
app.add_typer(configuration.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        show.say(f"memctx {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An external memory for language models: documents in, answers with sources out.

    Begin with `memctx ingest ./corpus`, then `memctx ask "..."`.
    """


def main() -> None:
    """Runs the command line; the entry point of `memctx`."""
    _open_streams()
    logging.basicConfig(level=logging.WARNING, format="memctx: %(message)s", stream=sys.stderr)
    try:
        app()
    except MemctxError as error:
        _fail(error)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        _drop_output()
        sys.exit(_FAILED)
    except OSError as error:
        from .memory.faults import of_system

        _drop_output()
        _fail(of_system(error))


def _fail(error: MemctxError) -> NoReturn:
    show.warn(f"memctx: {error}")
    sys.exit(_WRONG_USAGE if isinstance(error, UsageError) else _FAILED)


def _open_streams() -> None:
    """Closed streams are empty ones; what UTF-8 cannot hold is printed as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # JSON's own escape, too


def _drop_output() -> None:
    """What standard output could not take is not tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
