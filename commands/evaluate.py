"""The command that measures how well a memory finds and answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from . import show
from .options import AlwaysAnswer, Json, MemoryDir, ReaderMode, Rerank, Without, open_memory

_SOME_SKIPPED = 4


def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds corpus.jsonl or docs.jsonl, queries.jsonl.")
    ],
    tasks: Annotated[
        str,
        typer.Option(metavar="NAMES", help="search, ask, or both.", show_default="what can be"),
    ] = "",
    memory: MemoryDir = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only the first questions.", show_default=False)
    ] = None,
    reader: ReaderMode = "memory",
    always_answer: AlwaysAnswer = False,
    without: Without = None,
    rerank: Rerank = False,
    json: Json = False,
) -> None:
    """Score the questions of a folder, with 95% intervals and latencies.

    The documents go into a memory that is thrown away afterwards, or into --memory, where
    they are kept for the next time. Exit code 4 means that a document was skipped or
    that a question failed.

    Examples:

        memctx eval musique --tasks search

        memctx eval quality --tasks ask --reader extract --limit 50 --json
    """
    from ..pipeline.ask import AskOptions
    from ..pipeline.evaluate import EvaluateOptions
    from ..pipeline.evaluation_tasks import task_names

    names = task_names([tasks])
    with ExitStack() as stack:
        place = memory or Path(stack.enter_context(TemporaryDirectory(prefix="memctx-eval-")))
        opened = stack.enter_context(open_memory(place, without=without, rerank=rerank))
        asking = AskOptions(
            passages=opened.settings.passages,
            window=opened.settings.window,
            reader=reader,
            always_answer=always_answer,
        )
        report = opened.evaluate(
            folder, options=EvaluateOptions(tasks=names, limit=limit, ask=asking)
        )
    if json:
        show.as_json(report.to_dict())
    else:
        show.evaluation(report)
    show.evaluation_warnings(report)
    if not report.whole:
        raise typer.Exit(_SOME_SKIPPED)
