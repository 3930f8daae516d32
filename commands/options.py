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
        metavar="KEY=VALUE",
        help="Only documents with this metadata; repeatable.",
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


def settings_for(memory: Path | None, *, window: int | None = None) -> Settings:
    """The settings in force, given a command's flags."""
    from ..config import load_settings

    return load_settings({"memory": memory, "window": window})


def open_memory(memory: Path | None, *, window: int | None = None) -> Memory:
    """The memory that a command works on, with progress shown on a terminal."""
    from ..api import Memory
    from .show import progress_bars

    return Memory(settings=settings_for(memory, window=window), progress=progress_bars())


def scope_of(collection: str | None, where: list[str] | None, documents: list[str] | None) -> Scope:
    """What `--collection`, `--where` and `--document` restrict a search to.

    Raises:
        UsageError: a condition is not of the form KEY=VALUE.
    """
    from ..errors import UsageError
    from ..pipeline.retrieve import Scope

    conditions = {}
    for condition in where or ():
        name, sign, value = condition.partition("=")
        if not sign or not name:
            raise UsageError(f"--where needs KEY=VALUE, got {condition!r}")
        conditions[name] = value
    return Scope(collection, conditions, tuple(documents or ()))
