"""What summary nodes are worth on questions about whole documents, with nodes and without.

    python -m memctx.benchmarks.summary_nodes --data FOLDER --work FOLDER
        [--sets quality,loogle,squality] [--scope document|memory] [--half 0|1]
        [--limit N] [--reader MODE | --no-answers]

FOLDER holds a folder for each set: `docs.jsonl`, and `queries.jsonl` whose lines name their
document. All documents go into one memory in --work; each question is asked of its document, or
of all. Both ways of searching fill the same window. Answers are the reader's, which must
answer: accuracy of choices ("choice"), else F1 of words. "evidence" is the share of
the evidence's word trigrams that stand in the window; where a set has reference summaries
in its place, "terms" is the share of their distinct terms. What was asked is kept in --work and
not asked again. Halves are by document: 0 for tuning.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean, median
from typing import Any

from memctx import Memory, load_settings
from memctx.files import json_lines
from memctx.pipeline.ask import AskOptions, fill_window
from memctx.pipeline.bootstrap import paired
from memctx.pipeline.evaluation_set import Question, read_questions
from memctx.pipeline.evaluation_tasks import answer_scores
from memctx.pipeline.metrics import answer_tokens
from memctx.pipeline.retrieve import Scope
from memctx.pipeline.stages import Stages
from memctx.reader.terms import terms

_MEASURES = ("choice", "f1", "evidence", "terms")
_RESAMPLES = 10_000

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, and the stretches of its document that hold the evidence, if known."""

    set: str
    question: Question
    evidence: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its scores are kept under."""
        return f"{self.set}/{self.question.id}"

    @property
    def half(self) -> int:
        """0 for tuning, 1 to report on."""
        return zlib.crc32(f"h{self.question.document}".encode()) % 2


def asked_of(data: Path, name: str) -> list[Asked]:
    """The questions of a set."""
    file = data / name / "queries.jsonl"
    return [
        Asked(name, question, _evidence(row.get("evidence")))
        for question, row in zip(read_questions(file), _rows(file), strict=True)
    ]


def _evidence(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found or ())


def covered(texts: Sequence[str], evidence: Sequence[str]) -> float:
    """The share of the evidence's word trigrams that the texts hold."""
    held = {gram for text in texts for gram in _trigrams(text)}
    wanted = [gram for text in evidence for gram in _trigrams(text)]
    return sum(gram in held for gram in wanted) / max(len(wanted), 1)


def _trigrams(text: str) -> Iterator[tuple[str, ...]]:
    words = answer_tokens(text)
    return zip(words, words[1:], words[2:], strict=False)


def told(texts: Sequence[str], references: Sequence[str]) -> float:
    """The share of a reference's distinct terms that the texts hold, on average."""
    held = {term for text in texts for term in terms(text)}
    shares = [len(held & set(terms(one))) / max(len(set(terms(one))), 1) for one in references]
    return sum(shares) / len(shares)


def measured(memory: Memory, asked: Asked, args: argparse.Namespace, stages: Stages) -> Scores:
    """What the window of one question holds, and what the answer read from it is worth."""
    question, settings = asked.question, memory.settings
    options = AskOptions(settings.passages, settings.window, args.reader, always_answer=True)
    scope = Scope(keys=(str(question.document),) if args.scope == "document" else ())
    result = memory.search(question.text, options.passages, scope=scope, stages=stages)
    found = {"search_ms": result.timings["total_ms"]}
    filled, _ = fill_window(result, memory.reader(args.reader), options.window)
    texts = [passage.text for passage in filled.passages]
    if asked.evidence:
        found["evidence"] = covered(texts, asked.evidence)
    if question.references:
        found["terms"] = told(texts, question.references)
    if args.answers and question.answers:
        given = memory.ask(question.text, options=options, scope=scope, stages=stages)
        said = answer_scores(question, given.answer, abstained=given.abstained)
        kind = "choice" if "choice" in said else "f1"
        found[kind] = said[kind]
    return found


def run(memory: Memory, asked: Sequence[Asked], args: argparse.Namespace) -> list[list[Scores]]:
    """The scores of each question without nodes and with them; those kept are not made again."""
    file = args.work / f"{args.scope}-{args.reader if args.answers else 'windows'}.jsonl"
    kept = {row["name"]: row["scores"] for row in _rows(file)}
    with file.open("a", encoding="utf-8") as out:
        for one in asked:
            if one.name not in kept:
                kept[one.name] = [
                    measured(memory, one, args, Stages(nodes=nodes)) for nodes in (False, True)
                ]
                out.write(json.dumps({"name": one.name, "scores": kept[one.name]}) + "\n")
                out.flush()
    return [kept[one.name] for one in asked]


def table(asked: Sequence[Asked], found: Sequence[Sequence[Scores]]) -> str:
    """Means of both ways by set and measure, and the paired bootstrap of their difference."""
    lines = ["| set | questions | measure | without | with | difference (95%) | p |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, measure in product(dict.fromkeys(one.set for one in asked), _MEASURES):
        both = [
            [100 * arm[measure] for arm in arms]
            for one, arms in zip(asked, found, strict=True)
            if one.set == name and measure in arms[0]
        ]
        if both:
            plain, ours = map(list, zip(*both, strict=True))
            gain = paired(ours, plain, random.Random(0), resamples=_RESAMPLES)
            lines.append(
                f"| {name} | {gain.n} | {measure} | {mean(plain):.1f} | {mean(ours):.1f} | "
                f"{gain.mean:+.1f} ({gain.low:+.1f} to {gain.high:+.1f}) | {gain.p:.2f} |"
            )
    without, with_ = (median(arms[place]["search_ms"] for arms in found) for place in (0, 1))
    lines.append(f"\nMedian search: {without:.0f} ms without, {with_:.0f} ms with.")
    return "\n".join(lines)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if file.is_file():
        yield from (json.loads(line) for _, line in json_lines(file))


def main() -> None:
    """Takes the documents in, asks both ways, prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of the sets")
    parser.add_argument("--work", type=Path, required=True, help="keeps the memory and scores")
    parser.add_argument("--sets", default="quality,loogle", help="separated by commas")
    parser.add_argument("--scope", choices=("document", "memory"), default="document")
    parser.add_argument("--half", type=int, choices=(0, 1), help="only these documents")
    parser.add_argument("--limit", type=int, help="only so many questions, drawn by lot")
    parser.add_argument("--reader", default="memory", help="memory, prefill or extract")
    parser.add_argument("--no-answers", dest="answers", action="store_false")
    args = parser.parse_args()
    names = args.sets.split(",")
    asked = [one for name in names for one in asked_of(args.data, name)]
    asked = [one for one in asked if args.half in (None, one.half)]
    random.Random(0).shuffle(asked)  # what an interrupted run has asked is a fair sample
    args.work.mkdir(parents=True, exist_ok=True)
    settings = load_settings({"memory": args.work / "memory", "nodes": True})
    with Memory(settings=settings) as memory:
        memory.ingest(*(args.data / name / "docs.jsonl" for name in names))
        found = run(memory, asked[: args.limit], args)
    sys.stdout.write(table(asked[: args.limit], found) + "\n")


if __name__ == "__main__":
    main()
