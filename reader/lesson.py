"""Lessons: a question, the window it is read in, and the words that should come out.

Their loss is taken on what the memory reader does: states of passages computed apart and
packed, and question and answer read over them; repair, which mends a few tokens, is left
out. Gradients go into the reading of passages, too. Several lessons share a pass, because
reading the weights costs more than so few tokens do. Knows no optimiser and no data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .adapter import acting
from .attention import Beside, Plan, planned
from .memory_reader import MemoryReader
from .reading import Window
from .through import packed_through

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


def tokens_of(reader: MemoryReader, lesson: Lesson) -> int:
    """How many tokens a lesson takes to read."""
    pieces = reader.pieces
    asked = pieces.asking(lesson.question, lesson.window)
    return len(pieces.passages(lesson.window)) + len(asked) + len(answer_ids(reader, lesson))


def answer_logits(reader: MemoryReader, lessons: Sequence[Lesson]) -> list[Tensor]:
    """For each lesson the logits of its answer's tokens, (tokens, vocabulary), with gradients.

    Raises:
        ReaderError: the model's positions cannot be moved.
    """
    import torch

    windows = [[reader.pieces.part(one) for one in lesson.window.passages] for lesson in lessons]
    ids: list[int] = []
    places: list[int] = []
    kept: list[int] = []
    apart, counts = [], []
    packed = packed_through(reader.assembler, windows)
    for lesson, cache in zip(lessons, packed, strict=True):
        answer = answer_ids(reader, lesson)
        fresh = [*reader.pieces.asking(lesson.question, lesson.window), *answer[:-1]]
        apart.append(Beside(slice(len(ids), len(ids) + len(fresh)), cache, Plan()))
        start = cache.layers[0].keys.shape[2]
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
