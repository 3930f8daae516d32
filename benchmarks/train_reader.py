"""Makes an adapter that is shipped for the default reader, for questions in one language.

    python -m memctx.benchmarks.train_reader --language en --data EVAL/tune --work DIR \\
        --out data/adapters/gemma-3-270m/en

What is taught is in `benchmarks.train_data`, how in `pipeline.train`. DIR keeps a
checkpoint, from which an interrupted run goes on to the step.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from memctx.benchmarks.train_data import MIXTURE, groups
from memctx.config import load_settings
from memctx.pipeline.course import Course
from memctx.pipeline.engines import find_plain_reader
from memctx.pipeline.progress import Quiet
from memctx.pipeline.train import Trained, TrainOptions, train
from memctx.reader.adapter_file import NAME, VERSION, write_adapter
from memctx.reader.prompt import LANGUAGES, Language

STEPS = {"en": 110, "zh": 130}
"""A round and a half of the English questions, nearly one of the Chinese ones."""

_WARMUP = 15


class Lines(Quiet):
    """A line a step."""

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        print(note, flush=True)


def make(
    data: Path, work: Path, language: Language, options: TrainOptions, progress: Quiet
) -> tuple[str, Trained]:
    """Train in `work`; the reader's name, and what it was taught."""
    settings = load_settings({"dtype": "float32", "reader_adapter": "none"})
    reader = find_plain_reader(settings)
    course = Course(groups(data, MIXTURE[language]), seed=options.seed)
    done = train(
        reader,
        course,
        options,
        progress,
        checkpoint=work / "training.safetensors",
        recipe=f"benchmarks.train_data {VERSION} {language} {MIXTURE[language]}",
    )
    return reader.name, done


def main() -> None:
    """Parses and trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--steps", type=int, help="otherwise as it was made")
    args = parser.parse_args()
    steps = args.steps or STEPS[args.language]
    options = TrainOptions(steps=steps, warmup=_WARMUP)
    name, done = make(args.data, args.work, args.language, options, Lines())
    write_adapter(args.out / NAME, done.factors, model=name)
    (args.work / "losses.json").write_text(json.dumps(done.losses))


if __name__ == "__main__":
    main()
