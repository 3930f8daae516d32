"""Which questions of a public set are taught, and which are kept to report on.

The questions of a set fall into two halves, those that share a gold passage into one
(`corpus.Corpus.half`). The first is taught; figures are of the second, of its first
questions in an order of no meaning. `xquad_zh` asks what `xquad_en` asks, so its questions go
where their English twins go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memctx.benchmarks.corpus import Corpus, hashed

TWINS = {"xquad_zh": "xquad_en"}

REPORTED: Mapping[str, int] = {
    "xquad_en": 140,
    "hotpotqa": 40,
    "cmrc2018": 100,
    "xquad_zh": 40,
    "2wiki": 40,
    "drcd": 60,
    "musique": 40,
}
"""How many questions of each set are kept to report on."""


@dataclass(frozen=True, slots=True)
class Split:
    """Questions as they are in the file: of the first half, and those that are reported on."""

    first: list[dict[str, Any]]
    reported: list[dict[str, Any]]


def split(data: Path, name: str, corpus: Corpus | None = None) -> Split:
    """The questions of the set `name` in `data`."""
    corpus = corpus or Corpus(data / name)
    half = (Corpus(data / TWINS[name]) if name in TWINS else corpus).half()
    second = sorted((q for q in corpus.queries if half[q["id"]]), key=lambda q: hashed(q["id"]))
    first = [query for query in corpus.queries if not half[query["id"]]]
    return Split(first, second[: REPORTED[name]])
