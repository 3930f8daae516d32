"""The readers of one memory: each found once, with how sure of itself it may be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ..reader.reading import Reader
from ..records import Fidelity
from .engines import find_calibration, find_memory_reader, find_reader, find_token_count
from .verdict import Grounds
from .workspace import Workspace

if TYPE_CHECKING:
    from ..reader.gate import GatedReader
    from .calibration import Calibration


class Readers:
    """Finds readers as the memory's settings say; one that is `given` stands for all modes."""

    def __init__(self, space: Workspace, given: Reader | None) -> None:
        self._space, self._given = space, given
        self._found: dict[str, Reader] = {}
        self._calibrations: list[Calibration | None] = []
        self._count: Callable[[str], int] | None = None

    def of(self, mode: str) -> Reader:
        """The reader for a mode.

        Raises:
            ModelNotFound: its weights are not on this machine.
            UsageError: there is no such mode.
        """
        if self._given is not None:
            return self._given
        if mode not in self._found:
            space = self._space
            self._found[mode] = find_reader(
                mode, space.settings, space.embedder, places=space.places()
            )
        return self._found[mode]

    def from_memory(self) -> GatedReader:
        """Another reader from stored states, which shares nothing with that of `of`."""
        return find_memory_reader(self._space.settings, places=self._space.places())

    def fidelity(self) -> Fidelity:
        """How near reading from stored states comes to full prefill, measured anew."""
        reader = self.from_memory()
        verdict = reader.verdict(anew=True)
        return Fidelity(
            model=reader.name,
            mode=verdict.mode,
            divergence=verdict.divergence,
            limit=reader.limit,
            first=verdict.care.first,
            share=verdict.care.share,
            reason=verdict.reason,
        )

    def grounds(self, question: str, *, calibrated: bool) -> Grounds:
        """What an answer to the question is judged by, the calibration among it or not."""
        return Grounds(
            ceiling=self._space.words().ceiling(question),
            reads_chinese=self._space.embedder.reads_chinese,
            embed=self._space.embedder.encode,
            texts=cache(self._space.store.document_text),
            calibration=self._calibration() if calibrated else None,
        )

    def count(self) -> Callable[[str], int]:
        """What counts the reader's tokens."""
        self._count = self._count or find_token_count(self._space.settings)
        return self._count

    def renew(self) -> None:
        """Finds all anew from now on, because one was taught or measured."""
        self._found.clear()
        self._calibrations.clear()

    def _calibration(self) -> Calibration | None:
        """How sure the reader's answers are; nothing is known of one that was given."""
        if self._given is not None or self._space.settings.reader_endpoint:
            return None
        if not self._calibrations:
            found = find_calibration(self._space.settings, self._space.places())
            self._calibrations.append(found)
        return self._calibrations[0]
