"""Teaching a memory's reader: from topics to an adapter.

Connects material, course, training and examination. Where the material is from, a file of
questions or the memory itself, is not known here.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..reader.adapter import EVERY, asked_in, meant
from ..reader.adapter_file import NAME, VERSION, write_adapter
from ..reader.memory_reader import MemoryReader
from ..reader.prompt import question_language
from ..records import TrainReport
from .course import Course, Group, Topic, lesson_on
from .engines import find_plain_reader
from .material import Material
from .metrics import exact_match, token_f1
from .progress import Progress
from .train import TrainOptions, train
from .workspace import Workspace

if TYPE_CHECKING:
    from ..reader.adapter_file import Adapter

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
    begins to learn them by heart. Of the adapters `start`, by language, that of most of the
    questions is taught further.
    """

    workspace: Workspace
    options: TrainOptions | None = None
    start: Mapping[str, Adapter] = field(default_factory=dict)

    def run(self, material: Material, folder: Path | None, progress: Progress) -> TrainReport:
        """Train on the material and write the adapter into `folder`.

        Without one it becomes the memory's own, or, of questions that nobody asked, which may
        make a reader worse, lies beside that until it is named.
        """
        taught, exam = material.taught, material.exam
        home = self.workspace.home
        folder = folder or (home.adapter if material.made is None else home.selftaught)
        options = self.options or one_round(len(taught))
        reader = self._reader(self._start(taught))
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
        del reader  # before weights are loaded a second time
        after = examine(self._reader(adapter), exam, progress)
        (folder / _CHECKPOINT).unlink(missing_ok=True)
        return TrainReport(
            adapter=str(folder / NAME),
            digest=adapter.digest,
            taught=len(taught),
            examined=len(exam),
            left=material.left,
            f1_before=before.f1,
            f1=after.f1,
            exact_before=before.exact,
            exact=after.exact,
            losses=done.losses,
            made=material.made,
        )

    def _start(self, topics: Sequence[Topic]) -> Adapter | None:
        languages = Counter(question_language(topic.question) for topic in topics)
        with asked_in(languages.most_common(1)[0][0]):
            language = meant(self.start)
        return None if language is None else self.start[language]

    def _reader(self, adapter: Adapter | None) -> MemoryReader:
        workspace, adapters = self.workspace, {} if adapter is None else {EVERY: adapter}
        return find_plain_reader(workspace.settings, places=workspace.places(), adapters=adapters)


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
    assembler, start = reader.assembler, reader.model.taught
    said = repr((VERSION, topics, assembler.maker, assembler.format, reader.care, start))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
