"""The ranker: from candidates to the calibrated probability that each is evidence.

Three models of boosted trees. The first judges candidates by themselves, so that the
likeliest can be seeds; the second judges what each seed leads to; the last judges
candidates by both. They are trained by benchmarks/train_ranker.py and ship in data/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from .candidates import Candidates, Floats, ranks, scaled
from .own import FEATURES, own_features
from .pairs import Seeds, pair_features
from .question import RankedQuestion
from .trees import Trees, probability

SEEDS = 5
FORMAT = 1  # changes with the features
_ALONE = len(FEATURES)  # the column of `standing` that says how likely, by itself
STANDING = (
    *("alone", "alone_of_best", "alone_rank", "walked_of_best", "walked_rank"),
    *("best_alone", "all_alone"),
)
"""What `standing` adds to own features, in order."""
LINKS = (
    *("reached", "reached_second", "reached_sum", "reached_any", "best_link", "mean_link"),
    *("reached_of_best", "reached_sum_of_best", "reached_from_first", "first_link"),
    *("second_link", "leads", "leads_well"),
)
"""What `last_rows` puts between a row and its best pair's features, in order."""
_SEED_SAYS = [
    FEATURES.index(name) for name in ("cosine", "bm25_of_ceiling", "about_named", "names", "words")
]


@dataclass(frozen=True, slots=True)
class Ranker:
    """The three models, and `calibration`: slope and offset of the last one's log-odds."""

    first: Trees
    pair: Trees
    last: Trees
    calibration: tuple[float, float]

    def alone(self, candidates: Candidates, question: RankedQuestion) -> Floats:
        """How likely each candidate is evidence, by itself: (n,)."""
        return self.first.probability(own_features(candidates, question))

    def judge(self, candidates: Candidates, question: RankedQuestion, seeds: Seeds) -> Floats:
        """How likely each candidate is evidence, by itself or beside a seed: (n,).

        By itself alone where the embedder does not read the question's language: on Chinese
        sets with an English one, what is beside misled more often than it led on.
        """
        if not len(candidates):
            return np.zeros(0)
        features = own_features(candidates, question)
        alone = self.first.probability(features)
        if question.unread:
            return alone
        rows = standing(features, alone, candidates.walked)
        seeds = seeds.filled(SEEDS, len(candidates))
        beside = pair_features(candidates, question, seeds)
        links = self.links(beside, rows, seeds)
        slope, offset = self.calibration
        odds = self.last.log_odds(last_rows(rows, beside, seeds, links))
        return probability(slope * odds + offset)

    def links(self, beside: Floats, rows: Floats, seeds: Seeds) -> Floats:
        """How likely each candidate is evidence if a seed is: (s, n); 0 for the seed itself."""
        given = pair_rows(beside, rows, seeds)
        led = self.pair.probability(given.reshape(-1, given.shape[2])).reshape(given.shape[:2])
        held = seeds.held(len(rows))
        led[held, seeds.places[held]] = 0.0
        return led


def standing(features: Floats, alone: Floats, walked: Floats) -> Floats:
    """Own features, and how each candidate stands among the others: (n, f)."""
    columns = (
        alone,
        scaled(alone),
        ranks(alone),
        scaled(walked),
        ranks(walked),
        np.full(len(alone), alone.max(initial=0.0)),
        np.full(len(alone), alone.sum()),
    )
    return np.column_stack([features, *columns])


def pair_rows(beside: Floats, rows: Floats, seeds: Seeds) -> Floats:
    """Pair features, then the candidate's row and some of the seed's: (s, n, f)."""
    shape = beside.shape[:2]
    theirs = np.broadcast_to(rows, (*shape, rows.shape[1]))
    nothing = np.zeros((1, rows.shape[1]))
    says = np.vstack([rows, nothing])[seeds.places][:, None, _SEED_SAYS]
    return np.concatenate([beside, theirs, np.broadcast_to(says, (*shape, says.shape[2]))], axis=2)


def last_rows(rows: Floats, beside: Floats, seeds: Seeds, links: Floats) -> Floats:
    """A candidate's row, what leads to it, what it leads to, its best pair's features: (n, f).

    `rows` (n, f) are from `standing`, `beside` (s, n, f) are pair features, `links` (s, n)
    say how likely a candidate is evidence if a seed is.
    """
    reached = links * seeds.likely[:, None]
    ordered = np.sort(reached, axis=0)[::-1]
    leads, leads_well = np.zeros(len(rows)), np.zeros(len(rows))
    held = seeds.held(len(rows))
    leads[seeds.places[held]] = links[held].max(axis=1)
    leads_well[seeds.places[held]] = (links[held] * rows[:, _ALONE]).max(axis=1)
    columns = (
        ordered[0],
        ordered[1] if len(ordered) > 1 else np.zeros(len(rows)),
        reached.sum(axis=0),
        1 - np.prod(1 - reached, axis=0),
        links.max(axis=0),
        links.mean(axis=0),
        scaled(ordered[0]),
        scaled(reached.sum(axis=0)),
        reached[0],
        links[0],
        links[min(1, len(links) - 1)],
        leads,
        leads_well,
    )
    best = beside[reached.argmax(axis=0), np.arange(len(rows))]
    return np.column_stack([rows, *columns, best])


@cache
def load_ranker() -> Ranker:
    """The ranker that ships with the package; read once."""
    file = resources.files("memctx").joinpath("data/ranker.json")
    return read_ranker(json.loads(file.read_text(encoding="utf-8")))


def read_ranker(stored: Mapping[str, Any]) -> Ranker:
    """A ranker as it lies in a file.

    Raises:
        ValueError: it is of another version, or damaged.
    """
    if stored.get("format") != FORMAT:
        raise ValueError(f"a ranker of format {stored.get('format')}, not {FORMAT}")
    models = [Trees.of(stored[name]) for name in ("first", "pair", "last")]
    slope, offset = map(float, stored["calibration"])
    return Ranker(models[0], models[1], models[2], (slope, offset))
