"""The units of a window that can be an answer, beside the question: their features.

A passage says where to look; its document's own text says what stands there, so a list is
whole and a row has its header. Each unit is compared with the question by its own words, by
what stands around it, by what type of answer it has, and, where vectors are lent, by meaning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...reader.answers.intent import KINDS, Intent, intent_of
from ...reader.answers.types import TRAITS, says_more, suits, traits
from ...reader.answers.units import UNIT_KINDS, Unit, units_of
from ...reader.prompt import question_language
from ...reader.terms import inverse_frequencies, is_function_word, overlap, terms, tokens
from ...records import Passage

Floats = NDArray[np.float64]
Texts = Callable[[int], str]
"""A document's whole text, by its number."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors (n, d)."""

_COMPARED = 10
"""Units whose vectors are made: those nearest by their words."""

_LONGEST = 300
"""Characters of a unit that are compared by meaning."""

_LONGEST_NAME = 40
_COMMON = frozenset(
    "的了是在和与及或者吗呢吧啊哪何谁几多少什么怎样为有我你他她它们个这那要会能可以请问"
)
_REFERS_BACK = re.compile(
    r"\W*(?:it|its|they|their|he|his|she|her|this|these|that|those|there|both|the (?:latter|former|"
    r"same))\b|\W*(?:它|他|她|其|该|此|这|上述|前者|后者|两者)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*|[^、，,；;：:。]{1,8}(?=、)")

FEATURES = (
    *("likely", "likely_of_best", "rank", "passages"),
    *("shared", "shared_around", "shared_before", "shared_passage", "near", "near_below_best"),
    *("pairs", "numbers", "numbers_around", "length", "new", "fits", "whole"),
    *("named_field", "led", "refers_back", "refers_shared", "names_in_it"),
    *("in_title", "in_heading", "loosely", "loosely_below_best"),
    *(f"is_{kind}" for kind in UNIT_KINDS),
    *TRAITS,
    *(f"asks_{kind}" for kind in KINDS),
    *("cosine", "cosine_below_best", "embedded", "chinese", "question_words"),
)
"""Columns of `Field.features`, in order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of a passage in the window, with its words. `place` is the passage's, from 0.

    `lead` is what introduces it, `around` all that tells what it is about.
    """

    unit: Unit
    text: str
    lead: str
    around: str
    place: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Field:
    """All candidates of a window for one question, and their features, (n, len(FEATURES))."""

    question: str
    intent: Intent
    candidates: tuple[Candidate, ...]
    features: Floats


def texts_of(passages: Sequence[Passage]) -> Texts:
    """Documents' texts as far as passages have them, spaces elsewhere."""
    parts: dict[int, str] = {}
    for passage in passages:
        known = parts.get(passage.document.id, "").ljust(passage.end)
        parts[passage.document.id] = known[: passage.start] + passage.text + known[passage.end :]
    return parts.__getitem__


def field_of(
    question: str,
    passages: Sequence[Passage],
    text_of: Texts,
    *,
    embed: Embed | None = None,
    reads_chinese: bool = False,
) -> Field:
    """Every unit of the passages, best passage first; `embed` compares by meaning, too."""
    intent = intent_of(question)
    candidates = tuple(_candidates(passages, text_of))
    rows = _features(intent, candidates, passages)
    if len(candidates):
        chinese = question_language(question) == "zh"
        able = embed if embed is not None and (reads_chinese or not chinese) else None
        rows = _with_cosines(rows, intent.core, candidates, able)
        rows[:, FEATURES.index("chinese")] = chinese
    return Field(question, intent, candidates, rows)


def _candidates(passages: Sequence[Passage], text_of: Texts) -> list[Candidate]:
    found: list[Candidate] = []
    seen: set[tuple[int, int, int]] = set()
    for place, passage in enumerate(passages):
        text = text_of(passage.document.id)
        for unit in units_of(text, passage.start, passage.end):
            at = (passage.document.id, unit.start, unit.end)
            if at not in seen:
                seen.add(at)
                beside = [text[slice(*span)] for span in (unit.header, unit.lead) if span]
                around = "\n".join((passage.document.title, passage.heading, *beside))
                lead = text[slice(*unit.lead)] if unit.lead else ""
                found.append(
                    Candidate(unit, text[unit.start : unit.end], lead, around, place, passage)
                )
    return found


def _features(
    intent: Intent, candidates: Sequence[Candidate], passages: Sequence[Passage]
) -> Floats:
    rows = np.zeros((len(candidates), len(FEATURES)))
    if not len(candidates):
        return rows
    bags = [frozenset(terms(one.text)) for one in candidates]
    arounds = [frozenset(terms(one.around)) for one in candidates]
    idf = inverse_frequencies(bags)
    wanted = frozenset(terms(intent.core))
    wholes = _of_passages(candidates, bags, arounds, wanted, idf)
    asked_pairs = frozenset(pairwise(terms(intent.core)))
    digits = frozenset(term for term in wanted if term[:1].isdigit())
    best = max(passage.score for passage in passages)
    loose = [_loose(one.text) for one in candidates]
    loose_idf, loosely = inverse_frequencies(loose), _loose(intent.core)
    before: frozenset[str] = frozenset()
    last_place = -1
    for number, (one, bag, around) in enumerate(zip(candidates, bags, arounds, strict=True)):
        before = before if one.place == last_place else frozenset()
        shared = overlap(wanted, bag, idf)
        with_around = overlap(wanted, bag | around, idf)
        with_before = overlap(wanted, bag | before, idf)
        near = shared + 0.5 * (with_around - shared) + 0.3 * (with_before - shared)
        score = min(max(one.passage.score, 1e-4), 1 - 1e-4)
        values = (
            math.log(score / (1 - score)),
            one.passage.score / max(best, 1e-9),
            1 / (1 + one.place),
            len(passages),
            shared,
            with_around - shared,
            with_before - shared,
            wholes[one.place],
            near + 0.3 * wholes[one.place],
            0.0,
            len(asked_pairs & frozenset(pairwise(terms(one.text)))) / max(len(asked_pairs), 1),
            len(digits & bag) / len(digits) if digits else 0.5,
            len(digits & (bag | around)) / len(digits) if digits else 0.5,
            math.log1p(len(one.text)),
            says_more(one.text, intent.core),
            float(suits(one.text, intent.kind)),
            float(intent.whole),
            *_standing(one, wanted, with_before - shared),
            overlap(wanted, frozenset(terms(one.passage.document.title)), idf),
            overlap(wanted, frozenset(terms(one.passage.heading)), idf),
            overlap(loosely, loose[number], loose_idf),
            0.0,
            *(float(one.unit.kind == kind) for kind in UNIT_KINDS),
            *traits(one.text),
            *(float(intent.kind == kind) for kind in KINDS),
        )
        rows[number, : len(values)] = values
        before, last_place = bag, one.place
    for name in ("near", "loosely"):
        at = FEATURES.index(name)
        rows[:, at + 1] = rows[:, at] - rows[:, at].max()
    rows[:, FEATURES.index("question_words")] = len(wanted)
    return rows


def _loose(text: str) -> frozenset[str]:
    """Beginnings of words, and single characters in Chinese: 解约 is near to 解除合同."""
    found = (token.text for token in tokens(text))
    return frozenset(word[:4] for word in found if not is_function_word(word)) - _COMMON


def _standing(
    one: Candidate, wanted: frozenset[str], from_before: float
) -> tuple[float, float, float, float, float]:
    """What a unit is called, what introduces it, whether it goes on from the one before."""
    name, found, _ = one.text.partition("：" if "：" in one.text else ":")
    called = frozenset(terms(name)) if found and len(name) < _LONGEST_NAME else frozenset()
    lead = frozenset(terms(one.lead))
    back = float(bool(_REFERS_BACK.match(one.text)))
    return (
        len(called & wanted) / len(called) if called else 0.0,
        len(lead & wanted) / len(lead) if lead else 0.0,
        back,
        back * from_before,
        float(min(len(_NAMES.findall(one.text)), 12)),
    )


def _of_passages(
    candidates: Sequence[Candidate],
    bags: Sequence[frozenset[str]],
    arounds: Sequence[frozenset[str]],
    wanted: frozenset[str],
    idf: Mapping[str, float],
) -> dict[int, float]:
    """The share of the question that each passage has in all, by its place."""
    held: dict[int, set[str]] = {}
    for one, bag, around in zip(candidates, bags, arounds, strict=True):
        held.setdefault(one.place, set()).update(bag, around)
    return {place: overlap(wanted, words, idf) for place, words in held.items()}


def _with_cosines(
    rows: Floats, question: str, candidates: Sequence[Candidate], embed: Embed | None
) -> Floats:
    """The rows with cosines of the nearest; the rest have that of their passage, or none."""
    at = FEATURES.index("cosine")
    if embed is None:
        return rows
    nearest = np.argsort(-rows[:, FEATURES.index("near")], kind="stable")[:_COMPARED]
    texts = [f"{candidates[i].around}\n{candidates[i].text}"[-_LONGEST:]
             if candidates[i].unit.kind == "row" else candidates[i].text[:_LONGEST]
             for i in nearest.tolist()]  # fmt: skip
    vectors = np.asarray(embed([question, *texts]), np.float64)
    cosines = vectors[1:] @ vectors[0]
    rows[:, at] = cosines.min(initial=0.0)
    rows[nearest, at] = cosines
    rows[:, at + 1] = rows[:, at] - cosines.max(initial=-1.0)
    rows[:, FEATURES.index("embedded")] = 1.0
    return rows
