"""The readers of one memory: each found once, with how sure of itself it may be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ..config import DEFAULT_READER
from ..errors import ModelNotFound
from ..reader.reading import Reader
from ..records import Fidelity
from .answer_cache import AnswerCache
from .ask import quotes_only
from .engines import (
    find_calibration,
    find_memory_reader,
    find_quoting_calibration,
    find_reader,
    find_token_count,
    reader_identity,
)
from .progress import Progress, Quiet
from .verdict import Grounds
from .workspace import Workspace

if TYPE_CHECKING:
    from ..reader.gate import GatedReader
    from .calibration import Calibration

_log = logging.getLogger(__name__)


class Readers:
    """Finds readers as the memory's settings say; one that is `given` stands for all modes."""

    def __init__(
        self, space: Workspace, given: Reader | None, progress: Progress | None = None
    ) -> None:
        self._space, self._given, self._progress = space, given, progress or Quiet()
        self._found: dict[str, Reader] = {}
        self._calibrations: dict[str, Calibration | None] = {}
        self._identities: dict[str, str] = {}
        self._count: Callable[[str], int] | None = None

    def of(self, mode: str) -> Reader:
        """The reader for a mode; one that quotes where none was chosen and the default is not here.

        Raises:
            ModelNotFound: the weights of the reader that was chosen are not on this machine.
            UsageError: there is no such mode.
        """
        if self._given is not None:
            return self._given
        if mode not in self._found:
            try:
                self._found[mode] = self._find(mode)
            except ModelNotFound as error:
                if mode != "memory" or self._space.settings.reader != DEFAULT_READER:
                    raise
                _log.warning("%s; until then answers are quoted from the documents", error)
                self._found[mode] = self.of("extract")
        return self._found[mode]

    def _find(self, mode: str) -> Reader:
        space = self._space
        places = space.places()
        return find_reader(mode, space.settings, space.embedder, places=places, telling=self._tell)

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

    def grounds(self, question: str, mode: str | None) -> Grounds:
        """What an answer to the question is judged by; of None, without a calibration."""
        return Grounds(
            ceiling=self._space.words().ceiling(question),
            reads_chinese=self._space.embedder.reads_chinese,
            embed=self._space.embedder.encode,
            texts=cache(self._space.store.document_text),
            calibration=self._calibration(self._mode(mode)) if mode else None,
        )

    def count(self) -> Callable[[str], int]:
        """What counts the reader's tokens."""
        self._count = self._count or find_token_count(self._space.settings)
        return self._count

    def answers(self, mode: str) -> AnswerCache | None:
        """Answers given before by this mode's reader; None where they are not to be kept."""
        space = self._space
        if self._given is not None or not space.settings.answer_cache or not space.home.exists():
            return None
        known = (space.state(), space.embedder.fingerprint, mode, self._identity(mode))
        return AnswerCache(space.home.answers, repr(known))

    def _identity(self, mode: str) -> str:
        """Names all that decides what the mode's reader says, but for the question."""
        if mode not in self._identities:
            settings = self._space.settings
            taught = (
                []
                if self._mode(mode) == "extract"
                else reader_identity(settings, self._space.places())
            )
            chosen = settings.model_dump(mode="json", exclude={"memory", "cache"})
            self._identities[mode] = repr((chosen, taught, self._calibration(self._mode(mode))))
        return self._identities[mode]

    def renew(self) -> None:
        """Finds all anew from now on, because one was taught or measured."""
        self._found.clear()
        self._calibrations.clear()
        self._identities.clear()

    def _mode(self, mode: str) -> str:
        """The mode, or "extract" where a reader that quotes stands in."""
        return "extract" if quotes_only(self.of(mode)) else mode

    def _tell(self, done: int, total: int) -> None:
        """Shows that passages are read for the first time, which takes a while."""
        if done == 0:
            self._progress.start("reading passages for the first time", total, "passages")
        else:
            self._progress.advance(1)
        if done == total:
            self._progress.finish()

    def _calibration(self, mode: str) -> Calibration | None:
        """How sure answers are; nothing is known of a reader that was given."""
        if self._given is not None or (mode != "extract" and self._space.settings.reader_endpoint):
            return None
        if mode not in self._calibrations:
            self._calibrations[mode] = self._find_calibration(mode)
        return self._calibrations[mode]

    def _find_calibration(self, mode: str) -> Calibration | None:
        if mode == "memory":
            return find_calibration(self._space.settings, self._space.places())
        spans = self._space.settings.extract == "span"  # which a model reads
        return find_quoting_calibration() if mode == "extract" and not spans else None
