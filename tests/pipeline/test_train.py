"""Training tiny real models: what is learnt, and that stopping changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from memctx.errors import UsageError
from memctx.pipeline.checkpoint import read_checkpoint
from memctx.pipeline.course import Course, Group, Topic
from memctx.pipeline.progress import Quiet
from memctx.pipeline.train import Trained, TrainOptions, rate_at, train
from memctx.reader import Care, LanguageModel, MemoryReader, WindowPassage
from memctx.reader.adapter import EVERY, Factors
from memctx.reader.adapter_file import Adapter
from memctx.reader.assembly import Assembler
from memctx.reader.kv_memory import KvMemory, Maker
from memctx.reader.pieces import Pieces

from ..reader.conftest import save_random

OPTIONS = TrainOptions(steps=6, batch=3, rank=2, rate=0.01, warmup=2, save_every=2)
TOPICS = [
    Topic(
        f"Who built dome {i}?",
        (name,),
        (WindowPassage(10 * i, "", "", f"Dome {i} was built by {name}.", 0.5),),
        tuple(
            WindowPassage(10 * i + j, "", "", f"Bergen has {j} ports.", 0.1) for j in range(1, 4)
        ),
    )
    for i, name in enumerate(("Ada", "Tom", "Lin", "Kai"), start=1)
]


class Stopped(Exception):
    """What interrupts a training."""


class StopsAfter(Quiet):
    """Interrupts at the given step."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def advance(self, amount: float, note: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise Stopped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_random(tmp_path / "model", "gemma")
    return tmp_path


def reader_in(folder: Path, taught: Mapping[str, Factors] | None = None) -> MemoryReader:
    """One that was just started: nothing but disk is shared with others."""
    adapters = {EVERY: Adapter("tiny", taught, "0" * 16)} if taught else {}
    model = LanguageModel(folder / "model", name="tiny", adapters=adapters)
    maker = Maker("a", "config", tuple(Pieces(model, 0).head), "float32")
    memory = KvMemory(folder / "states", budget=10**8)
    return MemoryReader(Assembler(model, maker, memory, format="int8"), Care(), answer_tokens=8)


def run(
    folder: Path,
    name: str,
    *,
    stop: int | None = None,
    options: TrainOptions = OPTIONS,
    taught: Mapping[str, Factors] | None = None,
) -> Trained:
    return train(
        reader_in(folder, taught),
        Course([Group(TOPICS)], refusals=0.2),
        options,
        Quiet() if stop is None else StopsAfter(stop),
        checkpoint=folder / f"{name}.safetensors",
        recipe="tests",
    )


@pytest.mark.parametrize("stop", [1, 4, 6])
def test_a_resumed_training_equals_one_that_never_stopped(folder: Path, stop: int) -> None:
    whole = run(folder, "whole")
    with pytest.raises(Stopped):
        run(folder, "parts", stop=stop)
    resumed = run(folder, "parts")
    assert resumed.losses == whole.losses
    for name, pair in whole.factors.items():
        assert torch.equal(resumed.factors[name].down, pair.down)
        assert torch.equal(resumed.factors[name].up, pair.up)


def test_the_loss_falls(folder: Path) -> None:
    options = TrainOptions(steps=30, batch=4, rank=4, rate=0.02, warmup=3)
    losses = run(folder, "long", options=options).losses
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def test_what_was_taught_before_is_taught_further(folder: Path) -> None:
    options = TrainOptions(steps=20, batch=4, rank=4, rate=0.02, rate_further=0.01, warmup=3)
    first = run(folder, "first", options=options)
    before = {name: pair.up.detach().clone() for name, pair in first.factors.items()}
    further = run(folder, "further", options=replace(options, rank=2), taught=first.factors)
    assert further.losses[0] < first.losses[0]
    assert sum(further.losses) < sum(first.losses)
    for name, pair in further.factors.items():
        assert torch.equal(first.factors[name].up, before[name]), "what was given stays as it was"
        assert pair.up.shape == before[name].shape
        assert not torch.equal(pair.up, before[name])


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_not_used(folder: Path) -> None:
    run(folder, "whole")
    file = folder / "whole.safetensors"
    recipe = f"tests {OPTIONS!r}"
    kept = read_checkpoint(file, recipe)
    assert kept is not None
    assert len(kept.losses) == OPTIONS.steps
    assert read_checkpoint(file, "another") is None
    file.write_bytes(file.read_bytes()[:-100])
    assert read_checkpoint(file, recipe) is None


def test_the_rate_rises_stays_and_falls() -> None:
    options = TrainOptions(steps=100, rate=1.0, warmup=10, decay=0.2)
    rates = [rate_at(step, options) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert set(rates[10:80]) == {1.0}
    assert sorted(rates[80:], reverse=True) == rates[80:]
    assert 0 < rates[-1] < 0.1


def test_steps_have_to_be_taken() -> None:
    with pytest.raises(UsageError, match="steps"):
        TrainOptions(steps=0)
