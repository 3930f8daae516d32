"""The command that summarises: a document, a query, or the whole memory; or a batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MemctxError, UsageError
from ..files import json_lines, json_object
from . import show
from .options import Collection, Json, MemoryDir, open_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..records import Summary

_FIELDS = (("document", "doc"), ("query", "question"))


def summarise(
    memory: MemoryDir = None,
    document: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Only this document.", show_default=False),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only what bears on this.", show_default=False),
    ] = None,
    collection: Collection = None,
    max_tokens: Annotated[
        int, typer.Option(min=1, metavar="N", help="Length, in the reader's tokens.")
    ] = 256,
    method: Annotated[
        str,
        typer.Option(
            help="extract: the sources' own sentences; abstract: the reader's; auto: abstract "
            "where the reader was taught to follow instructions."
        ),
    ] = "auto",
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help='Lines {"id", "document"?, "query"?}; prints one JSON object a line.',
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Summarise a document, what there is on a query, or the whole memory, with sources.

    Examples:

        memctx summarise --document notes/history.md --max-tokens 200

        memctx summarise --query "how the dome was paid for"

        memctx summarise

        memctx summarise --batch wanted.jsonl --json
    """
    with open_memory(memory) as opened:

        def run(one: str | None, asked: str | None) -> Summary:
            return opened.summarise(
                one, query=asked, collection=collection, max_tokens=max_tokens, method=method
            )

        if batch is not None:
            if document is not None or query is not None:
                raise UsageError("--batch says what to summarise; leave out --document and --query")
            _run_batch(batch, run)
            return
        result = run(document, query)
    if json:
        show.as_json(result.to_dict())
    else:
        show.summary(result)


def _run_batch(file: Path, run: Callable[[str | None, str | None], Summary]) -> None:
    """Makes the summaries of a file, one JSON object a line, in the same order."""
    for number, line in json_lines(file):
        identity: Any = number
        try:
            item = json_object(line, f"line {number}")
            identity = item.get("id", number)
            wanted = [next((str(item[n]) for n in names if item.get(n)), None) for names in _FIELDS]
            show.as_json({"id": identity, **run(wanted[0], wanted[1]).to_dict()})
        except MemctxError as error:
            show.as_json({"id": identity, "error": str(error)})
