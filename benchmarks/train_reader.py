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
from dataclasses import dataclass
from pathlib import Path

from memctx.benchmarks.split import REPORTED
from memctx.benchmarks.train_data import FURTHER, MIXTURE, groups
from memctx.config import load_settings
from memctx.pipeline.course import Course
from memctx.pipeline.engines import find_plain_reader
from memctx.pipeline.progress import Quiet
from memctx.pipeline.train import TrainOptions, train
from memctx.reader.adapter import EVERY
from memctx.reader.adapter_file import NAME, VERSION, Adapter, read_adapter, write_adapter
from memctx.reader.prompt import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Stage:
    """So many steps, with first halves alone or with `further` questions beside them."""

    options: TrainOptions
    further: bool = False


STAGES: Mapping[Language, Sequence[Stage]] = {
    "en": (Stage(TrainOptions(steps=110, warmup=15)),),
    "zh": (
        Stage(TrainOptions(steps=130, warmup=15)),
        Stage(TrainOptions(steps=120, warmup=10, rate_further=3e-4, decay=0.5, seed=2)),
        Stage(
            TrainOptions(steps=190, warmup=10, rate_further=3e-4, decay=0.5, seed=3),
            further=True,
        ),
    ),
}
"""A round and a half of the English questions; nearly two of the Chinese ones, the second more
gently, and then further ones."""


class Lines(Quiet):
    """A line a step."""

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        print(note, flush=True)


def make(data: Path, work: Path, language: Language, stage: Stage, start: Path | None) -> Path:
    """A stage in `work`, from the adapter in `start` or from none; the file of what came of it."""
    settings = load_settings({"dtype": "float32", "reader_adapter": "none"})
    adapters = {} if start is None else {EVERY: read_adapter(start)}
    reader = find_plain_reader(settings, adapters=adapters)
    done = train(
        reader,
        Course(groups(data, MIXTURE[language], further=stage.further), seed=stage.options.seed),
        stage.options,
        Lines(),
        checkpoint=work / "training.safetensors",
        recipe=f"benchmarks.train_data {VERSION} {language} {_taught(language, stage, adapters)}",
    )
    write_adapter(work / NAME, done.factors, model=reader.name)
    (work / "losses.json").write_text(json.dumps(done.losses))
    return work / NAME


def _taught(language: Language, stage: Stage, adapters: Mapping[str, Adapter]) -> str:
    """What a checkpoint depends on: another course, or another beginning, begins anew."""
    further = (FURTHER, {name: REPORTED[name] for name in MIXTURE[language]})
    begun = [adapter.digest for adapter in adapters.values()]
    return repr((MIXTURE[language], further if stage.further else None, begun))


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
    for number, stage in enumerate(STAGES[args.language], start=1):
        if number >= args.stage:
            made = make(args.data, args.work / f"stage{number}", args.language, stage, made)
    if made is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, args.out / NAME)


if __name__ == "__main__":
    main()
