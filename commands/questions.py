"""Commands that ask a memory something: search and ask, one by one or in batches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from . import show, show_explanation
from .batch import refuse_beside_batch, run_batch
from .options import (
    AlwaysAnswer,
    Batch,
    Collection,
    Documents,
    Explain,
    Json,
    MemoryDir,
    Nodes,
    ReaderMode,
    Rerank,
    Where,
    Without,
    open_memory,
    scope_of,
)

if TYPE_CHECKING:
    from ..config import Settings
    from ..pipeline.ask import AskOptions
    from ..pipeline.explain import Explanation
    from ..pipeline.retrieve import Scope
    from ..records import Answer, AsDict

_NOT_IN_MEMORY = 3


def search(
    query: Annotated[str | None, typer.Argument(metavar="QUERY", show_default=False)] = None,
    memory: MemoryDir = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    distinct: Annotated[
        bool, typer.Option("--distinct", help="At most one passage per document.")
    ] = False,
    collection: Collection = None,
    where: Where = None,
    document: Documents = None,
    without: Without = None,
    nodes: Nodes = False,
    rerank: Rerank = False,
    batch: Batch = None,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Find passages, with their scores and the signals behind them.

    Examples:

        memctx search "when was the dome built" -k 3

        memctx search "budget" --where "year>=1905" --where "tags in cost,dome"

        memctx search "who directed it" --explain --without hops

        memctx search --batch questions.jsonl --distinct --json
    """
    scope = scope_of(collection, where, document)
    with open_memory(memory, without=without, nodes=nodes, rerank=rerank) as opened:
        run = partial(opened.search, k=k, distinct=distinct)
        if batch is not None:
            refuse_beside_batch({"QUERY": query, "--explain": explain})
            run_batch(batch, _asked(run, scope))
            return
        result = run(_one(query, "QUERY"), scope=scope)
        why = opened.explain(result) if explain else None
    if json:
        show.as_json(result.to_dict() | ({"explanation": why.to_dict()} if why else {}))
        return
    show.search_result(result)
    show_explanation.facts(result.facts)
    if why:
        show_explanation.explanation(why)


def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="May be -.", show_default=False)
    ] = None,
    memory: MemoryDir = None,
    k: Annotated[
        int | None, typer.Option("-k", min=1, help="Passages considered.", show_default="20")
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(min=128, metavar="TOKENS", help="The reader's window.", show_default="2048"),
    ] = None,
    collection: Collection = None,
    where: Where = None,
    document: Documents = None,
    always_answer: AlwaysAnswer = False,
    without: Without = None,
    nodes: Nodes = False,
    rerank: Rerank = False,
    batch: Batch = None,
    json: Json = False,
    stream: Annotated[bool, typer.Option("--stream", help="Print words once they stand.")] = False,
    explain: Explain = False,
    reader: ReaderMode = "memory",
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Use answers that were given before.")
    ] = True,
) -> None:
    """Answer a question from the memory alone, with sources.

    Exit code 3 means that the memory does not hold the answer.

    Examples:

        memctx ask "Who founded the observatory?"

        memctx ask "天文台是谁建的？" --explain

        memctx ask --batch questions.jsonl --json
    """
    scope = scope_of(collection, where, document)
    with open_memory(
        memory, window=window, without=without, nodes=nodes, rerank=rerank, cache=cache
    ) as opened:
        options = _options(opened.settings, k, reader, always_answer=always_answer)
        if batch is not None:
            refuse_beside_batch({"QUESTION": question, "--stream": stream, "--explain": explain})
            opened.reader(reader)  # one that is not there fails once, not at every line
            run_batch(batch, _asked(partial(opened.ask, options=options), scope))
            return
        streaming = stream and not json
        result = opened.ask(
            _one(question, "QUESTION"),
            options=options,
            scope=scope,
            on_text=show.piece if streaming else None,
        )
        why = opened.explain(result) if explain else None
    _print_answer(result, why, json=json, streamed=streaming)
    if result.abstained:
        raise typer.Exit(_NOT_IN_MEMORY)


def _options(
    settings: Settings, passages: int | None, reader: str, *, always_answer: bool
) -> AskOptions:
    from ..pipeline.ask import AskOptions

    return AskOptions(
        passages=passages or settings.passages,
        window=settings.window,
        reader=reader,
        always_answer=always_answer,
    )


def _print_answer(result: Answer, why: Explanation | None, *, json: bool, streamed: bool) -> None:
    if json:
        passages = [passage.to_dict() for passage in result.passages]
        more = {"passages": passages, "explanation": why.to_dict()} if why else {}
        show.as_json(result.to_dict() | more)
        return
    if streamed:
        show.say()
    show.answer(result, text_shown=streamed)
    if why:
        show_explanation.window(result)
        show_explanation.explanation(why)


def _one(text: str | None, name: str) -> str:
    """The question of the command line, or of standard input where that is "-"."""
    said = (sys.stdin.read() if text == "-" else text or "").strip()
    if not said:
        raise UsageError(f"give a {name}, or --batch FILE.jsonl")
    return said


def _asked(run: Callable[..., AsDict], scope: Scope) -> Callable[[dict[str, Any], int], AsDict]:
    """What asks the question of a batch's line, of one document if it names one."""

    def ask_one(item: dict[str, Any], number: int) -> AsDict:
        text = item.get("question") or item.get("query")
        if not isinstance(text, str) or not text.strip():
            raise UsageError(f'line {number} needs a "question" or "query"')
        only = item.get("document") or item.get("doc")
        return run(text, scope=replace(scope, keys=(str(only),)) if only else scope)

    return ask_one
