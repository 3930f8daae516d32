"""Options that several commands share, and how a command opens its memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..api import Memory
    from ..config import Settings
    from ..pipeline.retrieve import Scope

MemoryDir = Annotated[
    Path | None,
    typer.Option("--memory", metavar="DIR", help="The memory's folder.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Collection = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only this collection.", show_default=False),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION",
        help="Only documents with such metadata: KEY=VALUE, !=, <, <=, >, >=, or KEY in A,B; "
        "repeatable.",
        show_default=False,
    ),
]
Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--document", metavar="KEY", help="Only this document; repeatable.", show_default=False
    ),
]
Batch = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.jsonl",
        help='Lines {"id", "question" or "query", "document"?}; prints one JSON object a line.',
        show_default=False,
    ),
]
ReaderMode = Annotated[
    str, typer.Option("--reader", metavar="MODE", help="memory, prefill or extract.")
]
AlwaysAnswer = Annotated[
    bool, typer.Option("--always-answer", help="Answer even where it would decline.")
]
Without = Annotated[
    str | None,
    typer.Option(
        metavar="STAGES",
        help="Leave out dense, words, names, graph, hops, facts or nodes; commas between them.",
        show_default=False,
    ),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show why: the way from the question to each passage.")
]
Nodes = Annotated[
    bool, typer.Option("--nodes", help="Use summaries of stretches of long documents.")
]
MakeNodes = Annotated[
    bool, typer.Option("--nodes", help="Summarise stretches of long documents, to search them.")
]
Rerank = Annotated[
    bool, typer.Option("--rerank", help="Let a cross-encoder read the best passages.")
]


def settings_for(
    memory: Path | None,
    *,
    window: int | None = None,
    without: str | None = None,
    nodes: bool = False,
    rerank: bool = False,
    cache: bool = True,
) -> Settings:
    """The settings in force, given a command's flags; without `cache`, none of answers.

    Raises:
        UsageError: a stage that is to be left out does not exist or is needed.
    """
    from ..config import load_settings
    from ..pipeline.stages import Stages, listed

    if without is not None:
        Stages.without(listed(without))  # before any work
    flags = {"window": window, "without": without}
    flags |= {"nodes": nodes or None, "rerank": rerank or None}
    flags |= {"answer_cache": None if cache else False}
    return load_settings({"memory": memory, **flags})


def open_memory(
    memory: Path | None,
    *,
    window: int | None = None,
    without: str | None = None,
    nodes: bool = False,
    rerank: bool = False,
    cache: bool = True,
) -> Memory:
    """The memory that a command works on, with progress shown on a terminal."""
    from ..api import Memory
    from .show import progress_bars

    settings = settings_for(
        memory, window=window, without=without, nodes=nodes, rerank=rerank, cache=cache
    )
    return Memory(settings=settings, progress=progress_bars())


def scope_of(collection: str | None, where: list[str] | None, documents: list[str] | None) -> Scope:
    """What `--collection`, `--where` and `--document` restrict a search to.

    Raises:
        UsageError: a condition is malformed.
    """
    from ..pipeline.retrieve import Scope

    return Scope(collection, where, tuple(documents or ()))
