"""How likely a summary says two neighbouring words that its text says.

What a good extract shares with summaries that people write are pairs of words. So sentences
are chosen for the pairs that they bring (Gillick & Favre 2009), each worth the probability
that people repeat it, which is learnt (Li, Qian & Liu 2013) from what this module knows of
each: how often and where the text says it, and in what sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...reader.terms import is_function_word, stems
from .features import Asked, Material, ranks, sections_of
from .vocabulary import Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FAR = 200.0  # sentences from the beginning
_NOWHERE = 1 << 40


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of some sentences: `names`, two words each.

    `holds` (n, p) is CSR: sentence i says phrase j. `rows` (p, f) is what is known of each.
    """

    names: Sequence[str]
    holds: Any
    rows: Floats


def phrases(material: Material, asked: Asked | None, near: Ints, values: Floats) -> Phrases:
    """The phrases of the sentences numbered `near`; `values` (n,) is what all are worth."""
    said = material.phrases
    columns = np.unique(said.holds[near].indices)
    every = list(said.columns)  # numbered in the order in which they were met
    names = [every[column] for column in columns.tolist()]
    words = [name.split(" ") for name in names]
    holds = said.holds[near][:, columns]
    held = _Held.of(holds)
    rows = [
        *_often(material, columns),
        *_of_words(material, words),
        *_of_sentences(held, near, values),
        *_asked_for(material, asked, held, near, words),
        -held.greatest(-material.units.places[near].astype(float)),
        np.full(len(names), float(_sections(material))),
        np.full(len(names), np.log1p(len(values))),
        np.asarray([sum(word.isdigit() for word in pair) for pair in words], float),
        np.full(len(names), float(asked is not None)),
    ]
    return Phrases(names, holds, np.column_stack(rows))


def _sections(material: Material) -> int:
    return int(material.units.sections.max(initial=0)) + 1


def _often(material: Material, columns: Ints) -> list[Floats]:
    """In how many sentences and sections a phrase is said, and where first."""
    said, count = material.phrases, len(material.units)
    among = sections_of(material.units, said.holds[:, columns])
    first = _first(said)[columns]
    return [
        np.log1p(said.spread[columns]),
        said.spread[columns] / count,
        among,
        among / _sections(material),
        first / count,
        np.minimum(first, _FAR),
    ]


def _of_sentences(held: _Held, near: Ints, values: Floats) -> list[Floats]:
    """Of the sentences that say a phrase: how they stand, how many, what they are worth."""
    standing = ranks(values)[near]
    return [held.greatest(standing), held.mean(standing), held.sizes, held.greatest(values[near])]


def _asked_for(
    material: Material,
    asked: Asked | None,
    held: _Held,
    near: Ints,
    words: Sequence[Sequence[str]],
) -> list[Floats]:
    """How near the nearest sentence is to a query, and how many words are the query's."""
    if asked is None:
        return [np.zeros(len(words))] * 3
    relevance = material.vectors @ asked.vector
    wanted = set(stems(" ".join(asked.terms)))
    return [
        held.greatest(relevance[near]),
        held.greatest(ranks(relevance)[near]),
        np.asarray([sum(word in wanted for word in pair) for pair in words], float),
    ]


@dataclass(frozen=True, slots=True)
class _Held:
    """For each entry of a CSR matrix its row and column."""

    rows: Ints
    columns: Ints
    sizes: Floats

    @classmethod
    def of(cls, holds: Any) -> _Held:
        rows = np.repeat(np.arange(holds.shape[0]), np.diff(holds.indptr))
        sizes = np.bincount(holds.indices, minlength=holds.shape[1]).astype(float)
        return cls(rows, holds.indices, sizes)

    def greatest(self, values: NDArray[np.floating]) -> Floats:
        """Each column's greatest value among its rows."""
        found = np.full(len(self.sizes), -np.inf)
        np.maximum.at(found, self.columns, values[self.rows])
        return found

    def mean(self, values: NDArray[np.floating]) -> Floats:
        """Each column's mean over its rows."""
        sums = np.bincount(self.columns, values[self.rows], len(self.sizes))
        found: Floats = sums / np.maximum(self.sizes, 1)
        return found


def _first(said: Vocabulary) -> Floats:
    """The first sentence of each column."""
    found = np.full(said.holds.shape[1], _NOWHERE)
    rows = np.repeat(np.arange(said.holds.shape[0]), np.diff(said.holds.indptr))
    np.minimum.at(found, said.holds.indices, rows)
    return found.astype(float)


def _of_words(material: Material, pairs: Sequence[Sequence[str]]) -> list[Floats]:
    """Of either word: whether it says nothing by itself, how often it is said, and where."""
    words = material.words
    places = [
        np.asarray([words.columns[pair[side]] for pair in pairs], np.int64) for side in (0, 1)
    ]
    spread = sections_of(material.units, words.holds) / _sections(material)
    empty = [np.asarray([is_function_word(pair[side]) for pair in pairs], float) for side in (0, 1)]
    return [
        *empty,
        *(np.log1p(words.spread[place]) for place in places),
        *(spread[place] for place in places),
    ]
