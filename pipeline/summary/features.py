"""What is known of each sentence before any is chosen, as numbers in columns.

Position, length and form, centrality, terms, and relevance to a query. A pure function
of texts and vectors; the columns are those that data/summariser.json was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...reader.terms import stems
from .centrality import centrality
from .units import Units
from .vocabulary import Vocabulary, bags_of, pairs_of, vocabulary

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

_FEEDBACK = 10  # sentences nearest to a query, whose mean is a second query
_TOP_TERMS = 60
_SPANS = (1, 3, 8)  # neighbours on either side over which relevance is spread

_CAPITAL = re.compile(r"(?<=[^\s.!?:“\"'] )[A-Z][\w’'-]+")
_NUMBER = re.compile(r"\d")
_QUOTE = re.compile(r"[\"“”„«»「」]")
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I’m|my|me|we|you|your|our)\b|[我你您]", re.IGNORECASE)
_BACKWARD = re.compile(
    r"\W*(?:he|she|it|they|this|that|these|those|but|and|so|then|his|her|their|such|however|"
    r"also|there)\b|[他她它这那但]",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?。！？；…][\"'”’」』)\]）】]*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: its unit vector (d,) and its terms."""

    vector: Vectors
    terms: Sequence[str]


@dataclass(frozen=True, slots=True)
class Material:
    """What a summary is made from: n sentences, their texts and unit vectors (n, d).

    `terms` are what they are about, `pairs` neighbouring terms; `words` are all of their words,
    `phrases` neighbouring words.
    """

    units: Units
    texts: Sequence[str]
    vectors: Vectors
    terms: Vocabulary
    pairs: Vocabulary
    words: Vocabulary
    phrases: Vocabulary

    @classmethod
    def of(cls, units: Units, texts: Sequence[str], vectors: Vectors) -> Material:
        """The material of sentences that are embedded already."""
        said = [stems(text) for text in texts]
        return cls(units, texts, vectors, *_vocabularies(bags_of(texts)), *_vocabularies(said))

    def between(self, start: int, end: int) -> Material:
        """Sentences `start:end` as a text of their own."""
        some = slice(start, end)
        return Material.of(self.units.between(start, end), self.texts[some], self.vectors[some])


def _vocabularies(bags: Sequence[Sequence[str]]) -> tuple[Vocabulary, Vocabulary]:
    """Of single terms, and of neighbouring ones."""
    return vocabulary(bags), vocabulary([pairs_of(bag) for bag in bags])


def features(material: Material, asked: Asked | None = None) -> Floats:
    """Columns of all sentences, (n, f); those of relevance are 0 where nothing is asked."""
    columns = [
        *_position(material.units),
        *_form(material),
        *_standing(material),
        *_telling(material),
        *(_relevance(material, asked) if asked else [np.zeros(len(material.units))] * RELEVANCE),
    ]
    return np.column_stack(columns)


def _position(units: Units) -> list[Floats]:
    count = len(units)
    order = np.arange(count)
    sections = units.sections.max(initial=0) + 1
    return [
        order / max(count, 1),
        np.minimum(order, 100.0),
        np.minimum(units.places, 100.0),
        units.places / np.maximum(units.sizes, 1),
        np.full(count, float(sections)),
        units.sections / sections,
        np.full(count, np.log1p(count)),
        np.log1p(units.sizes),
    ]


def _form(material: Material) -> list[Floats]:
    texts, words = material.texts, np.maximum(material.units.words, 1)

    def counted(pattern: re.Pattern[str]) -> Floats:
        return np.asarray([len(pattern.findall(text)) for text in texts], float)

    content = np.asarray(material.terms.holds.getnnz(axis=1), float)
    capitals = counted(_CAPITAL)
    return [
        words.astype(float),
        content,
        content / words,
        capitals,
        capitals / words,
        counted(_NUMBER) / words,
        np.minimum(counted(_QUOTE), 4),
        counted(_FIRST_PERSON) / words,
        np.asarray([_BACKWARD.match(text) is not None for text in texts], float),
        np.asarray([_ENDS.search(text) is not None for text in texts], float),
        np.asarray([text.rstrip("\"'”’」』").endswith(("?", "？")) for text in texts], float),
    ]


def _standing(material: Material) -> list[Floats]:
    vectors, units = material.vectors, material.units
    central = centrality(vectors)
    whole = _unit(vectors.mean(axis=0))
    sections = _means(vectors, units.sections)
    own = np.einsum("ij,ij->i", vectors, sections[units.sections])
    before = np.r_[0, np.einsum("ij,ij->i", vectors[1:], vectors[:-1])]
    standing = [central, ranks(central), vectors @ whole, own, before, np.r_[before[1:], 0]]
    return [np.asarray(column, float) for column in (*standing, *_elsewhere(material, sections))]


def _elsewhere(material: Material, sections: Vectors) -> list[Floats]:
    """How well other sections say the same: most and mean cosine to their means."""
    units, count = material.units, len(sections)
    if count == 1:
        return [np.zeros(len(units))] * 2
    some = sections[np.unique(np.linspace(0, count - 1, min(count, 64)).astype(int))]
    cosines = material.vectors @ some.T
    own = np.einsum("ij,ij->i", material.vectors, sections[units.sections])
    nearest = np.sort(cosines, axis=1)[:, ::-1]
    same = np.isclose(nearest[:, 0], own, atol=1e-5)
    return [np.where(same, nearest[:, 1], nearest[:, 0]), cosines.mean(axis=1)]


def _telling(material: Material) -> list[Floats]:
    """How much of what the text says often a sentence holds."""
    found: list[Floats] = []
    words = np.maximum(material.units.words, 1)
    for words_of in (material.terms, material.pairs):
        spread, holds = words_of.spread, words_of.holds
        often = np.where(spread > 1, np.log(np.maximum(spread, 1)), 0.0)
        sizes = np.maximum(holds.getnnz(axis=1), 1)
        told = holds @ often
        found += [told / sizes, told / words, ranks(told)]
        repeated = holds @ (spread > 1).astype(float)
        found.append(repeated / sizes)
    weights = material.terms.spread * material.terms.rarity()
    top = np.zeros(len(weights))
    top[np.argsort(-weights, kind="stable")[:_TOP_TERMS]] = 1.0
    leading = material.terms.holds @ (top * weights)
    sections = _section_spread(material)
    sizes = np.maximum(material.terms.holds.getnnz(axis=1), 1)
    return [*found, leading / max(leading.max(initial=0), 1e-9), sections / sizes, sections / words]


def _section_spread(material: Material) -> Floats:
    """For each sentence, the sum over its terms of the share of sections that hold them."""
    count = int(material.units.sections.max(initial=0)) + 1
    share = sections_of(material.units, material.terms.holds) / count
    found: Floats = material.terms.holds @ (share - 1 / count)
    return found


def sections_of(units: Units, holds: Any) -> Floats:
    """In how many sections each term, a column of `holds` (n, v), occurs: (v,)."""
    from scipy.sparse import csr_matrix

    of = csr_matrix((np.ones(len(units)), (units.sections, np.arange(len(units)))))
    found: Floats = (of @ holds).getnnz(axis=0).astype(float)
    return found


RELEVANCE = 11 + 2 * len(_SPANS)


def _relevance(material: Material, asked: Asked) -> list[Floats]:
    count = len(material.units)
    cosines = np.asarray(material.vectors @ asked.vector, float)
    nearest = np.argsort(-cosines, kind="stable")[:_FEEDBACK]
    feedback = material.vectors @ _unit(material.vectors[nearest].mean(axis=0))
    row = material.terms.row(asked.terms) * material.terms.rarity()
    shared = material.terms.holds @ row / max(row.sum(), 1e-9)
    spread = [
        column for span in _SPANS for column in (smoothed(cosines, span), smoothed(shared, span))
    ]
    return [
        np.ones(count),
        np.full(count, float(len(asked.terms))),
        np.full(count, cosines.max(initial=0)),
        np.full(count, shared.max(initial=0)),
        cosines,
        ranks(cosines),
        (cosines - cosines.mean()) / max(cosines.std(), 1e-9),
        shared,
        ranks(shared),
        np.asarray(feedback, float),
        ranks(feedback),
        *spread,
    ]


def ranks(values: NDArray[np.floating]) -> Floats:
    """Where each value stands among all, in [0, 1]; 1 is the highest."""
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values))
    found: Floats = order / max(len(values) - 1, 1)
    return found


def smoothed(values: Floats, span: int) -> Floats:
    """The mean of each value and its `span` neighbours on either side, as many as there are."""
    sums = np.r_[0, np.cumsum(values)]
    places = np.arange(len(values))
    low, high = np.maximum(places - span, 0), np.minimum(places + span + 1, len(values))
    found: Floats = (sums[high] - sums[low]) / (high - low)
    return found


def _means(vectors: Vectors, groups: NDArray[np.int64]) -> Vectors:
    """The unit mean of each group's vectors, (g, d)."""
    sums = np.zeros((int(groups.max(initial=0)) + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, groups, vectors)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    found: Vectors = sums / np.maximum(norms, 1e-9)
    return found


def _unit(vector: Vectors) -> Vectors:
    found: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found
