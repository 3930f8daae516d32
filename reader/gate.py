"""The reader behind `--reader memory`: stored states where they are faithful, else prefill.

At a model's first use the two are compared (`fidelity`); the verdict is kept in the
cache folder under all that it depends on. Every reading says in `mode` how it was
really made.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..errors import ReaderError
from ..files import read_json, write_json
from .fidelity import LIMIT, Verdict, judge, shipped_probes
from .language_model import LanguageModel
from .memory_reader import Care, MemoryReader
from .prefill import PrefillReader
from .reading import Reading, Window, WindowPassage

_LOG = logging.getLogger(__name__)
_VERSION = 2


class GatedReader:
    """Reads with `reader` as carefully as its model needs, or by full prefill.

    Verdicts lie in the folder `verdicts`; `limit` is the divergence from full prefill,
    in nats, that is put up with. Safe to share between threads.
    """

    def __init__(self, reader: MemoryReader, *, verdicts: Path, limit: float = LIMIT) -> None:
        self._given = reader
        self._verdicts, self._limit = verdicts, limit
        self._verdict: Verdict | None = None
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._given.name

    @property
    def mode(self) -> str:
        """ "memory", or "prefill" once the model was found to need it; verbatim, "extract"."""
        read = self._verdict.mode if self._verdict else "memory"
        return "extract" if self._given.verbatim else read

    @property
    def model(self) -> LanguageModel:
        """The model that reads."""
        return self._given.model

    @property
    def reader(self) -> MemoryReader | PrefillReader:
        """What really reads; decides that at the first call."""
        verdict, given = self.verdict(), self._given
        if verdict.mode == "prefill":
            return PrefillReader(given.model, given.answer_tokens, verbatim=given.verbatim)
        return replace(given, care=verdict.care)

    def count_tokens(self, text: str) -> int:
        """The model's tokens in `text`."""
        return self._given.count_tokens(text)

    def overhead(self, question: str) -> int:
        """Tokens of the instruction, the question and the longest answer."""
        return self._given.overhead(question)

    def cost(self, part: WindowPassage | str) -> int:
        """Tokens that a passage or a fact takes in the window, exactly."""
        return self._given.cost(part)

    def load(self) -> None:
        """Loads the weights, and decides how they are read."""
        self.reader.load()

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        """Answer from the window.

        Raises:
            ReaderError: the window and the answer do not fit into the model's context.
        """
        return self.reader.read(question, window, on_text=on_text, insist=insist)

    def warm(self, passage: WindowPassage) -> bool:
        """Have a passage's states on disk; True where they had to be computed.

        Raises:
            ReaderError: this model is read by full prefill and has no use for states.
        """
        verdict = self.verdict()
        if verdict.mode == "prefill":
            raise ReaderError(
                f"{self.name} is read by full prefill, because {verdict.reason}; there are no "
                "states to store"
            )
        return self._given.warm(passage)

    @property
    def states_bytes(self) -> int:
        """Bytes of stored states on disk."""
        memory = self._given.assembler.memory
        return memory.usage().bytes if memory else 0

    @property
    def states_full(self) -> bool:
        """Whether more states would push others out."""
        memory = self._given.assembler.memory
        return memory is None or memory.full

    @property
    def limit(self) -> float:
        """The divergence from full prefill, in nats, that is put up with."""
        return self._limit

    def verdict(self, *, anew: bool = False) -> Verdict:
        """How this model is read: as remembered, or, `anew` or the first time, measured."""
        with self._lock:
            if self._verdict is None or anew:
                path = self._verdicts / f"{self._key()}.json"
                found = None if anew else _remembered(read_json(path))
                self._verdict = found or self._measured(path, brief=not anew)
            return self._verdict

    def _measured(self, path: Path, *, brief: bool) -> Verdict:
        _LOG.warning(
            "seeing once how %s reads from stored states; this takes a minute or less", self.name
        )
        # The probes' states are of no use to anyone: they stay out of the KV memory.
        alone = replace(self._given, assembler=self._given.assembler.without_memory())
        try:
            verdict = judge(alone, shipped_probes(), limit=self._limit, brief=brief)
        except ReaderError as error:
            verdict = Verdict("prefill", self._given.care, None, str(error))
        if verdict.mode == "prefill":
            _LOG.warning("%s is read by full prefill: %s", self.name, verdict.reason)
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, no more
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, asdict(verdict))
        return verdict

    def _key(self) -> str:
        """Names all that a verdict depends on."""
        assembler = self._given.assembler
        care = self._given.care
        taught = sorted((name, one.digest) for name, one in assembler.model.adapters.items())
        said = (_VERSION, self._limit, assembler.maker, assembler.format, care, taught)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _remembered(value: dict[str, Any]) -> Verdict | None:
    """A verdict as it was written; None where it was not, or by another version."""
    try:
        return Verdict(
            mode=value["mode"],
            care=Care(**value["care"]),
            divergence=value["divergence"],
            reason=value["reason"],
        )
    except (KeyError, TypeError):
        return None
