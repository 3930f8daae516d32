"""Makes the adapter that is shipped for the default reader.

    python -m memctx.benchmarks.train_reader --data EVAL/tune --work DIR \\
        --out data/adapters/gemma-3-270m

What is taught is in `benchmarks.train_data`, how in `pipeline.train`. DIR keeps passages'
states and a checkpoint, from which an interrupted run goes on to the step.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from memctx.benchmarks.train_data import groups
from memctx.config import load_settings
from memctx.pipeline.course import Course
from memctx.pipeline.engines import Places, find_plain_reader
from memctx.pipeline.progress import Quiet
from memctx.pipeline.train import Trained, TrainOptions, train
from memctx.reader.adapter_file import NAME, write_adapter

OPTIONS = TrainOptions(steps=250)

class Lines(Quiet):
    """A line a step."""

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        print(note, flush=True)


def make(data: Path, work: Path, options: TrainOptions, progress: Quiet) -> tuple[str, Trained]:
    """Train in `work`; the reader's name, and what it was taught."""
    settings = load_settings({"dtype": "float32", "reader_adapter": "none"})
    reader = find_plain_reader(settings, places=Places(states=work / "states"))
    course = Course(groups(data), seed=options.seed)
    done = train(
        reader,
        course,
        options,
        progress,
        checkpoint=work / "training.safetensors",
        recipe="benchmarks.train_data",
    )
    return reader.name, done


def main() -> None:
    """Parses and trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=OPTIONS.steps)
    args = parser.parse_args()
    options = TrainOptions(steps=args.steps)
    name, done = make(args.data, args.work, options, Lines())
    write_adapter(args.out / NAME, done.factors, model=name)
    (args.work / "losses.json").write_text(json.dumps(done.losses))


if __name__ == "__main__":
    main()
