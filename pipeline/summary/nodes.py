"""Summary nodes of a document: what each stretch of it comes to, and what the whole does.

After RAPTOR (Sarthi et al. 2024, arXiv 2401.18059), whose tree of summaries is searched as
one flat list beside the passages. Here a node is an extract: it points at sentences of the
document, and no model writes it. A stretch is a part (`parts`), so that an edit leaves
the others as they are. Knows no store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .extraction import extract
from .features import Material
from .parts import Part, parts
from .scorer import Scorer

_VERSION = "nodes-1"  # changes when the same sentences would give other nodes
_STRETCH_TOKENS, _WHOLE_TOKENS = 110, 220
"""About a tenth of a stretch, and what the default embedder reads, less a little."""

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a document's sentences, or all of them, and how long its extract may be."""

    part: Part
    tokens: int


def stretches(texts: Sequence[str], maker: str) -> list[Stretch]:
    """The parts of a document, in order, then the whole; none where one part is all of it."""
    found = parts(texts, f"{_VERSION} {maker}")
    if len(found) < 2:
        return []
    digest = hashlib.blake2b(b"".join(part.hash for part in found), digest_size=16).digest()
    whole = Part(0, len(texts), digest)
    return [*(Stretch(part, _STRETCH_TOKENS) for part in found), Stretch(whole, _WHOLE_TOKENS)]


def picked(
    material: Material, stretch: Stretch, most: int, count: Count, scorer: Scorer
) -> tuple[int, ...]:
    """The sentences of a stretch's extract, numbered within it; `most` tokens at most."""
    part = stretch.part
    some = material.between(part.start, part.end)
    picks = extract(some, None, min(stretch.tokens, most), count, scorer)
    return tuple(pick.sentence for pick in picks)
