"""Teaching a memory's reader: from a file of questions to an adapter that is in use.

Connects topics, course, training and examination; a tenth of the questions, with all
that share their evidence, is kept from training to see what was learnt.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import UsageError
from ..reader.adapter_file import NAME, write_adapter
from ..reader.memory_reader import MemoryReader
from ..records import TrainReport
from .course import Course, Group, Topic, halves, lesson_on
from .engines import find_plain_reader
from .evaluation_set import Question
from .metrics import exact_match, token_f1
from .progress import Progress
from .retrieve import Retriever
from .topics import topic_of
from .train import TrainOptions, train
from .workspace import Workspace

_KEPT = 10
_EXAMINED = 40
_LEAST_STEPS = 40
_CHECKPOINT = "training.safetensors"


@dataclass(frozen=True, slots=True)
class Marks:
    """Means over the questions of an examination, in [0, 1]; None where there was none."""

    f1: float | None
    exact: float | None


@dataclass(frozen=True, slots=True)
class Teaching:
    """Teaches the reader of a memory from its own passages.

    Without `options`, in one round through the questions: in a second one a small model
    begins to learn them by heart.
    """

    workspace: Workspace
    retriever: Retriever
    options: TrainOptions | None = None

    def run(
        self, questions: Sequence[Question], folder: Path | None, progress: Progress
    ) -> TrainReport:
        """Train on the questions and write the adapter into `folder`, or the memory's own.

        Raises:
            UsageError: no question has an answer that a passage holds.
        """
        kept = halves([question.gold or (question.id,) for question in questions], parts=_KEPT)
        topics = self._topics(questions, progress)
        taught = [t for t, held in zip(topics, kept, strict=True) if t and not held]
        exam = [t for t, held in zip(topics, kept, strict=True) if t and held][:_EXAMINED]
        if not taught:
            raise UsageError(
                f'none of the {len(questions)} questions can be taught: each needs "answers", '
                'and a passage of this memory that holds them (its document in "gold")'
            )
        folder = folder or self.workspace.home.adapter
        options = self.options or one_round(len(taught))
        reader = find_plain_reader(self.workspace.settings, places=self.workspace.places())
        before = examine(reader, exam, progress)
        done = train(
            reader,
            Course([Group(taught)], seed=options.seed),
            options,
            progress,
            checkpoint=folder / _CHECKPOINT,
            recipe=_recipe(taught, reader),
        )
        adapter = write_adapter(folder / NAME, done.factors, model=reader.name)
        after = examine(reader, exam, progress)
        (folder / _CHECKPOINT).unlink(missing_ok=True)
        return TrainReport(
            adapter=str(folder / NAME),
            digest=adapter.digest,
            taught=len(taught),
            examined=len(exam),
            left=topics.count(None),
            f1_before=before.f1,
            f1=after.f1,
            exact_before=before.exact,
            exact=after.exact,
            losses=done.losses,
        )

    def _topics(self, questions: Sequence[Question], progress: Progress) -> list[Topic | None]:
        progress.start("finding passages", len(questions), "questions")
        topics = []
        for question in questions:
            topics.append(topic_of(question, self.retriever))
            progress.advance(1)
        progress.finish()
        return topics


def one_round(questions: int) -> TrainOptions:
    """Options under which each of so many questions is read about once."""
    options = TrainOptions()
    return replace(options, steps=max(_LEAST_STEPS, -(-questions // options.batch)))


def examine(reader: MemoryReader, topics: Sequence[Topic], progress: Progress) -> Marks:
    """What the reader answers, from the evidence and some distractors."""
    if not topics:
        return Marks(None, None)
    f1, exact = [], []
    progress.start("examining", len(topics), "questions")
    for number, topic in enumerate(topics):
        window = lesson_on(topic, random.Random(number)).window
        reading = reader.read(topic.question, window)
        text = "" if reading.declined else reading.text
        f1.append(token_f1(text, topic.answers))
        exact.append(exact_match(text, topic.answers))
        progress.advance(1, f"F1 {100 * sum(f1) / len(f1):.0f}")
    progress.finish()
    return Marks(sum(f1) / len(f1), sum(exact) / len(exact))


def _recipe(topics: Sequence[Topic], reader: MemoryReader) -> str:
    """Names all that a course depends on, in 32 hex digits."""
    said = repr((topics, reader.assembler.maker, reader.assembler.format, reader.care))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
