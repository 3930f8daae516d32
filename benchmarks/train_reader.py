"""Makes an adapter that is shipped for the default reader, for questions in one language.

    python -m memctx.benchmarks.train_reader --language en --data EVAL/tune --work DIR \\
        --out data/adapters/gemma-3-270m/en

What is taught is in `benchmarks.train_data`, how in `pipeline.train`. DIR keeps a checkpoint of
each stage, from which an interrupted run goes on to the step.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from memctx.benchmarks.train_data import MIXTURE, groups
from memctx.config import load_settings
from memctx.pipeline.course import Course
from memctx.pipeline.engines import find_plain_reader
from memctx.pipeline.progress import Quiet
from memctx.pipeline.train import TrainOptions, train
from memctx.reader.adapter import EVERY
from memctx.reader.adapter_file import NAME, VERSION, read_adapter, write_adapter
from memctx.reader.prompt import LANGUAGES, Language

STAGES: Mapping[Language, Sequence[TrainOptions]] = {
    "en": (TrainOptions(steps=110, warmup=15),),
    "zh": (
        TrainOptions(steps=130, warmup=15),
        TrainOptions(steps=120, warmup=10, rate_further=3e-4, decay=0.5, seed=2),
    ),
}
"""A round and a half of the English questions, and nearly two of the Chinese ones, the second
more gently."""


class Lines(Quiet):
    """A line a step."""

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        print(note, flush=True)


def make(
    data: Path, work: Path, language: Language, options: TrainOptions, start: Path | None
) -> Path:
    """A stage in `work`, from the adapter in `start` or from none; the file of what came of it."""
    settings = load_settings({"dtype": "float32", "reader_adapter": "none"})
    adapters = {} if start is None else {EVERY: read_adapter(start)}
    reader = find_plain_reader(settings, adapters=adapters)
    begun = [adapter.digest for adapter in adapters.values()]
    done = train(
        reader,
        Course(groups(data, MIXTURE[language]), seed=options.seed),
        options,
        Lines(),
        checkpoint=work / "training.safetensors",
        recipe=f"benchmarks.train_data {VERSION} {language} {MIXTURE[language]} {begun}",
    )
    write_adapter(work / NAME, done.factors, model=reader.name)
    (work / "losses.json").write_text(json.dumps(done.losses))
    return work / NAME


def main() -> None:
    """Parses and trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--from", dest="start", type=Path, help="an adapter to go on from")
    parser.add_argument("--stage", type=int, default=1, help="the first to do, from 1")
    args = parser.parse_args()
    if not 1 <= args.stage <= len(STAGES[args.language]):
        parser.error(f"{args.language} has {len(STAGES[args.language])} stages")
    if (args.stage > 1) != (args.start is not None):
        parser.error("a later --stage needs what the stage before it made, --from, and only that")
    made: Path | None = args.start
    for number, options in enumerate(STAGES[args.language], start=1):
        if number >= args.stage:
            made = make(args.data, args.work / f"stage{number}", args.language, options, made)
    if made is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, args.out / NAME)


if __name__ == "__main__":
    main()
