"""A long text's sentences in parts that an edit leaves alone, but for the one it is in.

A part ends where a sentence's own hash says so (content-defined chunking, Muthitacharoen
et al. 2001), not after a fixed number: whatever is put in or taken out moves no border
but those next to it. Knows nothing of stores.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LEAST, _MOST, _ONE_IN = 8, 96, 32
_BETWEEN = "\0"  # no text holds it


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences `start:end` of a text, and the hash of their texts and of their maker."""

    start: int
    end: int
    hash: bytes

    @property
    def size(self) -> int:
        """How many sentences it has."""
        return self.end - self.start


def parts(texts: Sequence[str], maker: str) -> list[Part]:
    """The sentences in parts of 8 to 96, about 40; `maker` names what embeds them."""
    return [Part(start, end, _hash(texts[start:end], maker)) for start, end in _borders(texts)]


def _borders(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for place, text in enumerate(texts):
        size = place + 1 - start
        ends = zlib.crc32(text.encode()) % _ONE_IN == 0
        if size == _MOST or (ends and size >= _LEAST):
            yield start, place + 1
            start = place + 1
    if start < len(texts):
        yield start, len(texts)


def _hash(texts: Sequence[str], maker: str) -> bytes:
    return hashlib.blake2b(_BETWEEN.join([maker, *texts]).encode(), digest_size=16).digest()
