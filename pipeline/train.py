"""Training a reader's adapter: lessons in batches, with checkpoints that go on to the step.

AdamW with a warm-up, then a constant rate, and a decay over the last third. A batch is
read in as many passes as keep memory small, and its gradients are added up. Knows a reader
and a course; where either comes from is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..reader.adapter import EVERY, Factors, attach, fresh, resumed
from ..reader.lesson import Lesson, loss_of, tokens_of
from ..reader.memory_reader import MemoryReader
from .checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from .course import Course
from .progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

_LEAST_RATE = 0.02
_PASS_TOKENS = 2000
"""Tokens that are read in one pass: what is kept of each until its gradient is known takes
about 1.3 MB in a model of 270 million weights."""

_LONGEST_STEP = 1.0
"""The norm that a gradient is cut down to."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train.

    `steps` of `batch` lessons each; `rank` of a new adapter. `rate` is the learning rate after
    `warmup` steps, and falls over the last `decay`, a share of all steps; `rate_further` is
    that of an adapter which was taught before. A checkpoint is written every `save_every`
    steps and at the end. The same `seed`, the same adapter.

    Raises:
        UsageError: a count is below 1.
    """

    steps: int = 120
    batch: int = 8
    rank: int = 16
    rate: float = 6e-4
    rate_further: float = 1e-4
    warmup: int = 20
    decay: float = 0.33
    save_every: int = 20
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "rank", "save_every"):
            if getattr(self, name) < 1:
                raise UsageError(f"training needs {name} of 1 or more, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class Trained:
    """An adapter's factors, in float32, and the loss of every step."""

    factors: Mapping[str, Factors]
    losses: tuple[float, ...]


def train(
    reader: MemoryReader,
    course: Course,
    options: TrainOptions,
    progress: Progress,
    *,
    checkpoint: Path,
    recipe: str,
) -> Trained:
    """Train the model's adapter for every language further, or a new one where it has none.

    The model is left with what comes of it, and the reader's own adapter as it was: it is to
    read no more, because its stored states are of the adapter that it had.
    Goes on from `checkpoint` where it was written under the same `recipe`, a name of all
    that the course depends on; the outcome is as if it had never stopped.
    """
    import torch

    weights = reader.model.weights
    weights.requires_grad_(False)
    before = reader.model.adapter
    if before is None:
        adapter = fresh(weights, options.rank, torch.Generator().manual_seed(options.seed))
    else:
        adapter = resumed(before.factors, like=weights)
        options = replace(options, rate=options.rate_further)
    recipe = f"{recipe} {options!r}"
    kept = read_checkpoint(checkpoint, recipe)
    optimiser = _optimiser(adapter, options, kept)
    attach(weights, {EVERY: adapter})
    losses = list(kept.losses) if kept else []
    progress.start("training", options.steps, "steps")
    progress.advance(len(losses))
    for step in range(len(losses), options.steps):
        lessons = [course.lesson(step * options.batch + i) for i in range(options.batch)]
        _set_rate(optimiser, rate_at(step, options))
        losses.append(_step(reader, lessons, optimiser, adapter))
        if (step + 1) % options.save_every == 0 or step + 1 == options.steps:
            write_checkpoint(checkpoint, _checkpoint(adapter, optimiser, losses), recipe)
        progress.advance(1, f"loss {recent(losses):.3f}")
    progress.finish()
    return Trained(adapter, tuple(losses))


def rate_at(step: int, options: TrainOptions) -> float:
    """The learning rate of a step, from 0."""
    left = (options.steps - step) / max(1.0, options.decay * options.steps)
    return options.rate * min(1.0, (step + 1) / options.warmup, max(left, _LEAST_RATE))


def recent(losses: Sequence[float], count: int = 20) -> float:
    """The mean of the last losses."""
    last = losses[-count:]
    return sum(last) / max(1, len(last))


def _step(
    reader: MemoryReader, lessons: Sequence[Lesson], optimiser: Any, adapter: Mapping[str, Factors]
) -> float:
    import torch

    total = 0.0
    for part in _passes(reader, lessons):
        loss = loss_of(reader, part) * (len(part) / len(lessons))
        torch.autograd.backward(loss)
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(_numbers(adapter), _LONGEST_STEP)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total


def _passes(reader: MemoryReader, lessons: Sequence[Lesson]) -> Iterator[list[Lesson]]:
    """The lessons, as many together as may be read in a pass; at least one."""
    part: list[Lesson] = []
    read = 0
    for lesson in lessons:
        tokens = tokens_of(reader, lesson)
        if part and read + tokens > _PASS_TOKENS:
            yield part
            part, read = [], 0
        part.append(lesson)
        read += tokens
    yield part


def _optimiser(
    adapter: Mapping[str, Factors], options: TrainOptions, kept: Checkpoint | None
) -> Any:
    """AdamW over the factors, both as they were where there is a checkpoint."""
    import torch

    numbers = _numbers(adapter)
    made = torch.optim.AdamW(numbers, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0)
    if kept is not None:
        for number, tensor in enumerate(numbers):
            with torch.no_grad():
                tensor.copy_(kept.numbers[number])
            made.state[tensor] = {
                "step": torch.tensor(float(len(kept.losses))),
                "exp_avg": kept.means[number].to(tensor.device),
                "exp_avg_sq": kept.squares[number].to(tensor.device),
            }
    return made


def _checkpoint(
    adapter: Mapping[str, Factors], optimiser: Any, losses: Sequence[float]
) -> Checkpoint:
    numbers = _numbers(adapter)
    states = [optimiser.state[tensor] for tensor in numbers]
    return Checkpoint(
        numbers=[tensor.detach() for tensor in numbers],
        means=[state["exp_avg"] for state in states],
        squares=[state["exp_avg_sq"] for state in states],
        losses=tuple(losses),
    )


def _numbers(adapter: Mapping[str, Factors]) -> list[Tensor]:
    return [tensor for pair in adapter.values() for tensor in (pair.down, pair.up)]


def _set_rate(optimiser: Any, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
