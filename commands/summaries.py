"""The command that summarises: a document, a query, or the whole memory; or a batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import show
from .batch import refuse_beside_batch, run_batch
from .options import Collection, Json, MemoryDir, open_memory

if TYPE_CHECKING:
    from ..records import Summary

Document = Annotated[
    str | None, typer.Option(metavar="KEY", help="Only this document.", show_default=False)
]
Query = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Only what bears on this.", show_default=False)
]
Length = Annotated[int, typer.Option(min=1, metavar="N", help="Length, in the reader's tokens.")]
Method = Annotated[
    str,
    typer.Option(
        help="extract: the sources' own sentences; abstract: the reader's; auto: abstract "
        "where the reader was taught to follow instructions."
    ),
]
Wanted = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.jsonl",
        help='Lines {"id", "document"?, "query"?}; prints one JSON object a line.',
        show_default=False,
    ),
]


def summarise(
    memory: MemoryDir = None,
    document: Document = None,
    query: Query = None,
    collection: Collection = None,
    max_tokens: Length = 256,
    method: Method = "auto",
    batch: Wanted = None,
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
            refuse_beside_batch({"--document": document, "--query": query})
            run_batch(
                batch,
                lambda item, _: run(
                    _named(item, "document", "doc"), _named(item, "query", "question")
                ),
            )
            return
        result = run(document, query)
    if json:
        show.as_json(result.to_dict())
    else:
        show.summary(result)


def _named(item: dict[str, Any], *names: str) -> str | None:
    """The first of the fields that holds something, as text."""
    return next((str(item[name]) for name in names if item.get(name)), None)
