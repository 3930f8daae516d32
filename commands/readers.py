"""Commands about the reader: its KV memory, fidelity, training and calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import show, show_calibration
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


@app.command()
def train(
    questions: Annotated[
        Path | None,
        typer.Argument(
            metavar="[QUESTIONS.jsonl]",
            help='Lines {"id", "question", "answers", "gold"?}.',
            show_default="questions made from the memory",
        ),
    ] = None,
    memory: MemoryDir = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, help="Steps of 8 questions each.", show_default="each question about once"
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            min=20, help="Make at most so many questions from the memory.", show_default="800"
        ),
    ] = None,
    adapter: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where it is put.",
            show_default="the memory's own, if it is not worse",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Teach the reader from 20 questions or more about this memory, and their answers.

    "gold" names the documents that hold the evidence. The adapter that came with the reader is
    taught further, and a fifth of the questions is kept from it: what was in use and what came
    of it are both examined on those. It is used from then on if it is not worse there; else it
    is kept, and what to set to use it all the same is printed.

    Without a file, questions are made from the memory itself: of names, numbers and dates that
    recur in its passages, and of the facts of its knowledge graph. That may harm, so what came
    of it is not used until it is named, with MEMCTX_READER_ADAPTER. An interrupted run goes on
    where it stopped.

    Examples:

        memctx reader train questions.jsonl --steps 100

        memctx reader train --most 400
    """
    from ..pipeline.train import TrainOptions

    if questions is not None and most is not None:
        raise typer.BadParameter("is for questions made from the memory, not for a file of them")
    options = TrainOptions(steps=steps) if steps else None
    with open_memory(memory) as opened:
        report = opened.train_reader(questions, options=options, adapter=adapter, most=most)
    if json:
        show.as_json(report.to_dict())
    else:
        show.training(report)


@app.command()
def calibrate(
    questions: Annotated[
        Path,
        typer.Argument(
            metavar="QUESTIONS.jsonl", help='Lines {"id", "question", "answers", "gold"?}.'
        ),
    ],
    memory: MemoryDir = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw the diagram.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Measure how often answers of so much confidence are right, on questions about this memory.

    What is found is kept with the memory: from then on confidence rests on it, and what is
    too unsure is declined. A question without "answers" is one that should be. "gold" names
    the documents that hold the evidence; then some are asked once more without it.

    Examples:

        memctx reader calibrate questions.jsonl --plot reliability.png
    """
    with open_memory(memory) as opened:
        report = opened.calibrate_reader(questions)
    if plot is not None:
        show_calibration.reliability_diagram(report, plot)
    if json:
        show.as_json(report.to_dict())
    else:
        show_calibration.calibration(report)
