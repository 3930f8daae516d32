"""Lessons: a question, the window it is read in, and the words that should come out.

Their loss is taken on exactly what the memory reader does: states of passages computed
apart, packed, repaired, and question and answer read over them. Passages are read
without the adapter, so no gradient goes into them; the questions of several lessons
share a pass, because reading the weights costs more than so few tokens do. Knows no
optimiser and no data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .adapter import acting
from .attention import Beside, Plan, planned
from .memory_reader import MemoryReader
from .reading import Window

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is asked, what is read, and what is to be answered."""

    question: str
    window: Window
    answer: str


def answer_ids(reader: MemoryReader, lesson: Lesson) -> list[int]:
    """The answer in tokens as it follows the prompt, with the token that ends a text."""
    ids = reader.pieces.answer(lesson.question, lesson.answer)
    end = reader.model.tokenizer.eos_token_id
    return ids if end is None else [*ids, end]


def answer_logits(reader: MemoryReader, lessons: Sequence[Lesson]) -> list[Tensor]:
    """For each lesson the logits of its answer's tokens, (tokens, vocabulary), with gradients."""
    import torch

    ids: list[int] = []
    places: list[int] = []
    kept: list[int] = []
    apart, counts = [], []
    for lesson in lessons:
        prepared = reader.prepare(lesson.question, lesson.window)
        answer = answer_ids(reader, lesson)
        start = prepared.assembled.layout.length
        fresh = [*prepared.ids[start:], *answer[:-1]]
        rows = slice(len(ids), len(ids) + len(fresh))
        plan = reader.plan(lesson.window, prepared.assembled)
        apart.append(Beside(rows, prepared.assembled.cache, plan))
        ids += fresh
        places += range(start, start + len(fresh))
        kept += range(len(ids) - len(answer), len(ids))
        counts.append(len(answer))
    weights: Any = reader.model.weights
    tokens, positions, asked = (
        torch.tensor(numbers, device=weights.device) for numbers in (ids, places, kept)
    )
    with acting(), planned(Plan(apart=tuple(apart))):
        logits: Tensor = weights(
            input_ids=tokens[None],
            position_ids=positions[None],
            use_cache=False,
            logits_to_keep=asked,
        ).logits[0]
    return list(torch.split(logits, counts))


def loss_of(reader: MemoryReader, lessons: Sequence[Lesson]) -> Tensor:
    """Cross-entropy of the answers' tokens, in nats: the mean of each answer, of all answers."""
    import torch

    rows = answer_logits(reader, lessons)
    losses = [
        torch.nn.functional.cross_entropy(
            row.float(), torch.tensor(answer_ids(reader, lesson), device=row.device)
        )
        for row, lesson in zip(rows, lessons, strict=True)
    ]
    return torch.stack(losses).mean()
