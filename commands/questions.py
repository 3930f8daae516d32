"""Commands that ask a memory something: search and ask, one by one or in batches."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MemctxError, UsageError
from . import show
from .options import Batch, Collection, Documents, Json, MemoryDir, Where, open_memory, scope_of

if TYPE_CHECKING:
    from ..pipeline.retrieve import Scope
    from ..records import Answer

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
    batch: Batch = None,
    json: Json = False,
) -> None:
    """Find passages, with their scores and the signals behind them.

    Examples:

        memctx search "when was the dome built" -k 3

        memctx search --batch questions.jsonl --distinct --json
    """
    scope = scope_of(collection, where, document)
    with open_memory(memory) as opened:
        if batch is not None:
            _run_batch(
                batch,
                scope,
                lambda text, inner: opened.search(
                    text, k, distinct=distinct, scope=inner
                ).to_dict(),
            )
            return
        result = opened.search(_one(query, "QUERY"), k, distinct=distinct, scope=scope)
    if json:
        show.as_json(result.to_dict())
    else:
        show.search_result(result)


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
    always_answer: Annotated[
        bool, typer.Option("--always-answer", help="Answer even where it would decline.")
    ] = False,
    batch: Batch = None,
    json: Json = False,
    stream: Annotated[bool, typer.Option("--stream", help="Print words as they come.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show why.")] = False,
    reader: Annotated[
        str, typer.Option(metavar="MODE", help="memory, prefill or extract.")
    ] = "memory",
) -> None:
    """Answer a question from the memory alone, with sources.

    Exit code 3 means that the memory does not hold the answer.

    Examples:

        memctx ask "Who founded the observatory?"

        memctx ask "天文台是谁建的？" --explain

        memctx ask --batch questions.jsonl --json
    """
    from ..pipeline.ask import AskOptions

    scope = scope_of(collection, where, document)
    with open_memory(memory, window=window) as opened:
        options = AskOptions(
            passages=k or opened.settings.passages,
            window=opened.settings.window,
            reader=reader,
            always_answer=always_answer,
        )
        if batch is not None:
            _run_batch(
                batch,
                scope,
                lambda text, inner: opened.ask(text, options=options, scope=inner).to_dict(),
            )
            return
        text = _one(question, "QUESTION")
        streaming = stream and not json
        result = opened.ask(
            sys.stdin.read().strip() if text == "-" else text,
            options=options,
            scope=scope,
            on_text=show.piece if streaming else None,
        )
    _print_answer(result, json=json, explain=explain, streamed=streaming)
    if result.abstained:
        raise typer.Exit(_NOT_IN_MEMORY)


def _print_answer(result: Answer, *, json: bool, explain: bool, streamed: bool) -> None:
    if json:
        passages = {"passages": [passage.to_dict() for passage in result.passages]}
        show.as_json(result.to_dict() | (passages if explain else {}))
        return
    if streamed:
        show.say()
    show.answer(result, text_shown=streamed)
    if explain:
        show.explanation(result)


def _one(text: str | None, name: str) -> str:
    if not text or not text.strip():
        raise UsageError(f"give a {name}, or --batch FILE.jsonl")
    return text


def _run_batch(file: Path, scope: Scope, run: Callable[[str, Scope], dict[str, Any]]) -> None:
    """Answers a file of questions, one JSON object a line, in the same order."""
    for number, line in enumerate(_lines(file), 1):
        identity: Any = number
        try:
            item = _question(line, number)
            identity = item.get("id", number)
            text = item.get("question") or item.get("query")
            if not isinstance(text, str) or not text.strip():
                raise UsageError(f'line {number} needs a "question" or "query"')
            only = item.get("document") or item.get("doc")
            inner = replace(scope, keys=(str(only),)) if only else scope
            show.as_json({"id": identity, **run(text, inner)})
        except MemctxError as error:
            show.as_json({"id": identity, "error": str(error)})


def _lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from (line for line in lines if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--batch {file} cannot be read: {error}") from error


def _question(line: str, number: int) -> dict[str, Any]:
    try:
        item = jsonlib.loads(line)
    except ValueError as error:
        raise UsageError(f"line {number} is not JSON: {error}") from error
    if not isinstance(item, dict):
        raise UsageError(f"line {number} should be a JSON object, found {type(item).__name__}")
    return item
