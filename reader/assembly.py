"""A window out of stored states: found in the KV memory, or computed and put there.

Knows tokens and states; what they say, and what is asked of them, is not known here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .adapter import acting
from .attention import install
from .kv_memory import KvMemory, Maker
from .kv_record import Format, pack
from .language_model import LanguageModel
from .packed_cache import packed_cache
from .packing import Layout, Stored, lay_out, place
from .quantise import States
from .rotation import layer_frequencies
from .states import empty_buffers, encode

Telling = Callable[[int, int], None]
"""Told how many of so many chunks are computed, 0 first and all of them last."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A window as a cache. `found` tokens had been computed before.

    `load_ms` is the time that finding and placing stored states took.
    """

    cache: Any
    layout: Layout
    found: int
    load_ms: float


class Assembler:
    """Assembles windows for one model behind one prefix. Safe to share.

    Without a `memory` every chunk is computed each time. `telling` hears of each that is: it
    takes a second or more where states are not stored yet.

    Raises:
        ReaderError: when first used, if the model's positions cannot be moved.
    """

    def __init__(
        self,
        model: LanguageModel,
        maker: Maker,
        memory: KvMemory | None,
        *,
        format: Format,
        telling: Telling | None = None,
    ) -> None:
        self.model, self.maker, self.memory, self.format = model, maker, memory, format
        self.telling = telling
        self._prefix: States | None = None
        self._turns: list[Any] | None = None

    @property
    def turns(self) -> list[Any]:
        """Each layer's inverse frequencies; the model is prepared before."""
        self._prepared()
        return self._turns or []

    @property
    def prefix(self) -> States:
        """The states of the prefix; the model is prepared before."""
        if self._prefix is None:
            self._prefix = self._open_prefix()
        return self._prefix

    def assemble(self, chunks: Sequence[Sequence[int]], *, room: int) -> Assembled:
        """The chunks, in tokens, packed behind the prefix, with room for more tokens."""
        turns, prefix = self.turns, self.prefix
        layout = lay_out(prefix.tokens, [len(chunk) for chunk in chunks])
        buffers = empty_buffers(self.model.weights, layout.length + room)
        buffers.keys[:, :, : prefix.tokens] = prefix.keys
        buffers.values[:, :, : prefix.tokens] = prefix.values
        began = time.perf_counter()
        kept = [self._find(chunk) for chunk in chunks]
        spent, found = time.perf_counter() - began, 0
        missing, done = sum(stored is None for stored in kept), 0
        for chunk, stored, start in zip(chunks, kept, layout.starts, strict=True):
            found += len(chunk) if stored is not None else 0
            if stored is None:
                self._tell(done, missing)
                stored, done = self._compute(chunk), done + 1
            began = time.perf_counter()
            place(stored, buffers, start, shift=start - layout.prefix, turns=turns)
            spent += time.perf_counter() - began
        self._tell(done, missing)
        return Assembled(packed_cache(buffers, layout.length), layout, found, 1000 * spent)

    def _tell(self, done: int, total: int) -> None:
        if self.telling is not None and total:
            self.telling(done, total)

    def without_memory(self) -> Assembler:
        """One that computes everything and keeps nothing."""
        other = Assembler(self.model, self.maker, None, format=self.format)
        other._prefix, other._turns = self._prefix, self._turns
        return other

    def warm(self, chunk: Sequence[int]) -> bool:
        """Have the chunk's states on disk; True where they had to be computed."""
        if self.memory is None or self.memory.keep(self._key(chunk)):
            return False
        self._compute(chunk)
        self.memory.keep(self._key(chunk))
        return True

    def _prepared(self) -> Any:
        """The model's weights with our attention in place."""
        weights = self.model.weights
        if self._turns is None:
            self._turns = layer_frequencies(weights)
            install(weights)
        return weights

    def _key(self, chunk: Sequence[int]) -> str:
        return self.maker.key(chunk, self.format, adapter=self.model.taught)

    def _find(self, chunk: Sequence[int]) -> Stored | None:
        if self.memory is None:
            return None
        return self.memory.get(self._key(chunk))

    def _compute(self, chunk: Sequence[int]) -> Stored:
        """The chunk's states, in the form in which they are stored: cold reads as warm."""
        prefix = self.prefix  # which no adapter acts on
        with acting():
            states = encode(self.model.weights, chunk, behind=prefix)
        stored = pack(states, self.format)
        if self.memory is not None:
            self.memory.put(self._key(chunk), stored)
        return stored

    def _open_prefix(self) -> States:
        """The prefix from disk, in half precision, or computed.

        Every chunk leans on it, so it is not rounded to eight bits.
        """
        weights = self._prepared()
        key = self.maker.key((), "float16")
        stored = self.memory.get(key) if self.memory is not None else None
        if not isinstance(stored, States):
            whole = encode(weights, self.maker.prefix)
            stored = States(whole.keys.half(), whole.values.half())
            if self.memory is not None:
                self.memory.put(key, stored)
        return States(
            stored.keys.to(weights.device, weights.dtype),
            stored.values.to(weights.device, weights.dtype),
        )
