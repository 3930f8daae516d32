"""Teaching a memory's reader: from topics to an adapter.

Connects material, course, training and examination; whether what came of it is used is
decided in `decision`. Where the material is from, a file of
questions or the memory itself, is not known here.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..reader.adapter import EVERY
from ..reader.adapter_file import VERSION, file_for, read_adapter, rounded, write_adapter
from ..reader.memory_reader import MemoryReader
from ..records import TrainReport
from .adapters import Chosen, in_use, write_note
from .course import Course, Group, Topic, lesson_on
from .decision import Marks, Situation, decide
from .engines import find_chosen_adapters, find_plain_reader
from .material import Material
from .metrics import exact_match, token_f1
from .progress import Progress
from .train import TrainOptions, train
from .workspace import Workspace

if TYPE_CHECKING:
    from ..reader.adapter_file import Adapter

MADE = "questions made from this memory"
"""What an adapter was taught where nobody asked the questions."""

_LEAST_STEPS = 40
_CHECKPOINT = "training.safetensors"


@dataclass(frozen=True, slots=True)
class Teaching:
    """Teaches the reader of a memory from its own passages.

    Without `options`, in one round through the questions: in a second one a small model
    begins to learn them by heart. Of the adapters `start`, by language, the material's is
    taught further. `subject` says what the questions are.
    """

    workspace: Workspace
    options: TrainOptions | None = None
    start: Mapping[str, Adapter] = field(default_factory=dict)
    subject: str = "questions"

    def languages(self) -> frozenset[str]:
        """The languages that have an adapter of their own: each is taught by itself."""
        return frozenset(self.start) | frozenset(self._chosen())

    def run(self, material: Material, folder: Path | None, progress: Progress) -> TrainReport:
        """Train on the material, and examine what was in use and what came of it.

        It becomes the memory's own where it is not worse, on questions that it had not seen,
        than what was in use; else it is put aside. Aside, too, go what was taught by questions
        that nobody asked, which may make a reader worse, and what a setting would hide. With a
        `folder`, it is put there; if what is in use lies there, only where it is not worse.
        """
        used = {language: read_adapter(one.file) for language, one in self._chosen().items()}
        before = examine(self._reader(used), material.exam, progress)
        adapter, losses = self._train(material, folder, progress)
        after = examine(self._reader({**used, material.language: adapter}), material.exam, progress)
        decision = decide(self._situation(material, folder), before, after, adapter.digest)
        file = file_for(material.language, decision.folder)
        write_adapter(file, adapter.factors, model=adapter.model)
        report = TrainReport(
            adapter=str(file),
            digest=adapter.digest,
            taught=len(material.taught),
            examined=len(material.exam),
            left=material.left,
            f1_before=before.f1,
            f1=after.f1,
            exact_before=before.exact,
            exact=after.exact,
            losses=losses,
            language=material.language,
            others=material.others,
            used=decision.used,
            outcome=decision.outcome,
            use=None if decision.used else f"MEMCTX_READER_ADAPTER={decision.folder}",
            made=material.made,
        )
        write_note(file, adapter.digest, self._note(report))
        self._checkpoint(folder).unlink(missing_ok=True)
        return report

    def _train(
        self, material: Material, folder: Path | None, progress: Progress
    ) -> tuple[Adapter, tuple[float, ...]]:
        """What comes of teaching the adapter that the material is for, and the losses."""
        start = self.start.get(material.language)
        reader = self._reader({EVERY: start} if start else {})
        options = self.options or one_round(len(material.taught))
        done = train(
            reader,
            Course([Group(material.taught)], seed=options.seed),
            options,
            progress,
            checkpoint=self._checkpoint(folder),
            recipe=_recipe(material.taught, reader),
        )
        return rounded(done.factors, model=reader.name), done.losses

    def _situation(self, material: Material, folder: Path | None) -> Situation:
        home, chosen = self.workspace.home, self._chosen()
        return Situation(
            source=in_use(chosen).source,
            setting=self.workspace.settings.reader_adapter,
            own=home.adapter,
            aside=home.aside,
            folder=folder,
            replaces=folder is not None
            and any(one.file.resolve().is_relative_to(folder.resolve()) for one in chosen.values()),
            made=material.made is not None,
            examined=len(material.exam),
        )

    def _note(self, report: TrainReport) -> dict[str, object]:
        told = ("taught", "examined", "f1_before", "f1")
        return {"questions": self.subject, **{name: getattr(report, name) for name in told}}

    def _checkpoint(self, folder: Path | None) -> Path:
        return (folder or self.workspace.home.aside) / _CHECKPOINT

    def _chosen(self) -> dict[str, Chosen]:
        settings = self.workspace.settings.model_copy(update={"reader_endpoint": None})
        return find_chosen_adapters(settings, self.workspace.places())

    def _reader(self, adapters: Mapping[str, Adapter]) -> MemoryReader:
        workspace = self.workspace
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
