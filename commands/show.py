"""How results look to a person. The only module besides `cli` that prints."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import typer

if TYPE_CHECKING:
    from ..models.resolve import ModelState
    from ..pipeline.evaluation import EvaluationReport, TaskReport
    from ..pipeline.progress import Progress
    from ..records import (
        AdapterInfo,
        AdaptersInUse,
        Answer,
        Fidelity,
        IngestReport,
        Passage,
        SearchResult,
        Status,
        Summary,
        TrainReport,
    )

_WIDTH = 96
_BESIDE = "\0"
"""Stands in for the second column of a wide character while lines are broken."""


def say(text: str = "") -> None:
    """A line of result, on standard output."""
    typer.echo(text)


def exactly(text: str) -> None:
    """The text and nothing else on standard output, not even a line end."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def piece(text: str) -> None:
    """A piece of an answer as it comes."""
    typer.echo(text, nl=False)


def warn(text: str) -> None:
    """A line about the work, on standard error."""
    typer.echo(text, err=True)


def as_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def ingest_report(report: IngestReport, *, dry_run: bool = False) -> None:
    """What an ingestion did, or would do."""
    say(
        f"{'nothing was changed; this would be: ' if dry_run else ''}"
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.removed} removed; {report.chunks} passages, {report.entities} entities and "
        f"{report.facts} facts in {report.seconds:.1f} s"
    )
    for item in report.skipped:
        warn(f"skipped {item.key}: {item.reason}")


def hint_to_warm() -> None:
    """How first answers become as quick as later ones; only for somebody who looks on."""
    if sys.stderr.isatty():
        warn(
            "the first answer from a passage reads it, which takes a second or more; "
            "`memctx reader warm` reads all of them now"
        )


def search_result(result: SearchResult) -> None:
    """Passages, best first."""
    if not result.passages:
        say("nothing found")
    for number, passage in enumerate(result.passages, 1):
        say(f"{bold(f'{number}. {_source(passage)}')}  {dim(_signals(passage))}")
        say(wrapped(passage.text, 400))


def answer(result: Answer, *, text_shown: bool = False) -> None:
    """An answer with its citations."""
    if not text_shown:
        say(result.answer)
    for citation in result.citations:
        title = citation.document.title or citation.document.key
        place = f"{citation.document.key} {citation.start}..{citation.end}"
        say(f"  [{bold(title)}] {dim(place)}")
        say(textwrap.indent(wrapped(f"“{flat(citation.quote)}”", 600), "  "))
    say(dim(f"confidence {result.confidence:.2f}, reader {result.reader.model or 'none'}"))


def summary(result: Summary) -> None:
    """A summary, and below it where its sentences stand."""
    for line in result.summary.splitlines() if result.scope == "memory" else [flat(result.summary)]:
        say(filled(line))
    say()
    for citation in result.citations:
        place = f"{citation.document.key} {citation.start}..{citation.end}"
        say(dim(f"  {place}: {flat(citation.quote)[:60]}"))
    dropped = f", {result.dropped} sentences dropped for want of support" if result.dropped else ""
    say(dim(f"{result.tokens} tokens, {result.method}{dropped}"))


def status(result: Status) -> None:
    """What a memory holds."""
    sizes = dict(result.bytes)
    per_token = sizes.pop("states_per_token", 0)
    rows = {
        "documents": result.documents,
        "passages": result.chunks,
        "vectors": result.vectors,
        "entities": result.entities,
        "facts": result.facts,
        "collections": ", ".join(result.collections) or "none",
        "embedder": result.embedder,
        "reader": result.reader,
        "adapter": _ADAPTERS[result.adapter.source],
        **_adapters(result.adapter),
        "vector index": f"{result.index.kind} on {result.index.device}",
        "on disk": ", ".join(f"{name} {_size(size)}" for name, size in sizes.items()),
        "reader's states": f"{_size(sizes.get('states', 0))}, {per_token:,} bytes a token",
        "newest change": result.sequence,
    }
    table(rows.items())


_ADAPTERS = {
    "shipped": "as shipped with the reader",
    "memory": "this memory's own",
    "given": "given by the setting reader_adapter",
    "none": "none",
}
"""Whose adapter the reader reads with, in words."""


def _adapters(result: AdaptersInUse) -> dict[str, str]:
    """A row for each adapter: what it was taught, and how it did before and after."""
    rows = {}
    for one in result.adapters:
        name = "adapter" if one.language == "every" else f"adapter, {one.language}"
        rows[f"  {name}"] = f"{_ADAPTERS[one.source]}: {_lessons(one)}"
    return rows | ({"  adapter": result.problem} if result.problem else {})


def _lessons(one: AdapterInfo) -> str:
    if one.taught is None:
        return "what it was taught is not known"
    told = f"taught {one.taught} questions of {one.questions}"
    if one.f1 is None:
        return told
    before = "" if one.f1_before is None else f"{100 * one.f1_before:.1f} before, "
    return f"{told}; F1 {before}{100 * one.f1:.1f} after, on {one.examined} kept from it"


def fidelity(result: Fidelity) -> None:
    """How a model is read, and how near that comes to full prefill."""
    found = "not measured" if result.divergence is None else f"{result.divergence:.4f} nats"
    rows = {
        "reader": result.model,
        "read": "from stored states" if result.mode == "memory" else "by full prefill",
        "divergence": f"{found} from full prefill (limit {result.limit:g})",
        "recomputed": f"first {result.first} tokens of each passage, {result.share:.0%} of all",
    }
    table(rows.items())
    if result.reason:
        say(result.reason)


def training(report: TrainReport) -> None:
    """What a reader was taught, and what came of it."""
    first, last = report.losses[0], report.losses[-20:]
    language = "" if report.language == "every" else f", for questions in {report.language}"
    rows = {
        "adapter": report.adapter + language,
        "taught": f"{report.taught} questions in {len(report.losses)} steps",
        "loss": f"{first:.3f} at first, {sum(last) / len(last):.3f} at last",
        "examined": f"{report.examined} questions that were kept from it",
    }
    if report.f1 is not None and report.f1_before is not None:
        rows["F1"] = f"{100 * report.f1_before:.1f} before, {100 * report.f1:.1f} after"
    if report.exact is not None and report.exact_before is not None:
        rows["exact"] = f"{100 * report.exact_before:.1f} before, {100 * report.exact:.1f} after"
    if report.made is not None:
        spans, facts = report.made.get("spans", 0), report.made.get("facts", 0)
        rows["made"] = f"{spans} questions from what recurs, {facts} from facts"
    rows["outcome"] = report.outcome
    if report.use is not None:
        rows["to use it"] = report.use
    table(rows.items())
    if report.left and report.made is None:
        say(
            f"{report.left} questions were left: no answer, no passage that holds it, or asked "
            "before"
        )
    if report.others:
        say(
            f"{report.others} questions in another language were left: it has an adapter of its "
            "own; teach it from a file of them"
        )


def evaluation(report: EvaluationReport) -> None:
    """What an evaluation found, as a plain table."""
    made = report.ingest
    how = "in memory already" if made is None else f"ingested in {made.seconds:.1f} s"
    say(f"{report.name}: {report.documents} documents, {how}")
    for name, task in report.tasks.items():
        say(f"\n{name}, {len(task.questions)} questions")
        _task(task)


def evaluation_warnings(report: EvaluationReport) -> None:
    """The documents that were skipped and the questions that failed."""
    for item in report.ingest.skipped if report.ingest else ():
        warn(f"skipped {item.key}: {item.reason}")
    for name, task in report.tasks.items():
        for failure in task.failed:
            warn(f"{name} {failure.id} failed: {failure.reason}")


def _task(report: TaskReport) -> None:
    say(f"  {'metric':<16}{'percent':>8}{'95% interval':>18}{'n':>7}")
    for name, m in report.metrics.items():
        bounds = f"{m.low:.2f} to {m.high:.2f}"
        say(f"  {name:<16}{m.mean:>8.2f}{bounds:>18}{m.n:>7}")
    say(f"  {'stage':<16}{'p50 ms':>8}{'p95 ms':>18}{'n':>7}")
    for name, latency in report.latency_ms.items():
        stage = name.removesuffix("_ms")
        say(f"  {stage:<16}{latency.p50:>8.1f}{latency.p95:>18.1f}{latency.n:>7}")


def model_row(state: ModelState) -> dict[str, Any]:
    """A model of the catalogue as JSON."""
    return {
        "name": state.name,
        "task": state.task,
        "default": state.default,
        "present": state.present,
        "path": str(state.path) if state.path else None,
        "bytes": state.bytes,
        "licence": state.licence,
        "summary": state.summary,
    }


def table(rows: Iterable[tuple[str, Any]]) -> None:
    """Names and values, aligned."""
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        say(f"{name:<{width}}  {value}")


def progress_bars() -> Progress:
    """Bars with rate and time left on a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        from ..pipeline.progress import Quiet

        return Quiet()
    from .bars import Bars

    return Bars()


def _source(passage: Passage) -> str:
    page = f", page {passage.page}" if passage.page is not None else ""
    title = passage.document.title
    name = f"{title} ({passage.document.key})" if title else passage.document.key
    return f"{name}{page} {passage.start}..{passage.end}"


def _signals(passage: Passage) -> str:
    signals = passage.signals.to_dict().items()
    known = [f"{name} {value:.3g}" for name, value in signals if value is not None]
    return f"score {passage.score:.3f} ({', '.join(known)})"


def wrapped(text: str, characters: int) -> str:
    """The text's beginning, indented and broken into lines."""
    line = flat(text)
    cut = line if len(line) <= characters else line[: characters - 1] + "…"
    return filled(cut, indent="   ")


def filled(text: str, *, indent: str = "") -> str:
    """The text broken into lines of at most 96 columns, of which a Chinese character takes two."""
    spread = "".join(c + _BESIDE if east_asian_width(c) in "WF" else c for c in text)
    lines = textwrap.fill(spread, _WIDTH, initial_indent=indent, subsequent_indent=indent)
    return lines.replace(_BESIDE, "")


def shortened(text: str, columns: int) -> str:
    """The text on one line of at most so many columns, its end left out if need be."""
    line = flat(text)
    ends = list(accumulate(2 if east_asian_width(c) in "WF" else 1 for c in line))
    if not ends or ends[-1] <= columns:
        return line
    return line[: sum(end < columns for end in ends)] + "…"


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def _size(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def bold(text: str) -> str:
    """Bold on a terminal."""
    return typer.style(text, bold=True) if sys.stdout.isatty() else text


def dim(text: str) -> str:
    """Dim on a terminal."""
    return typer.style(text, dim=True) if sys.stdout.isatty() else text
