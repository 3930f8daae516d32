"""What a candidate is beside a likely first passage, its seed: features of each pair.

Either the seed mentions what the candidate is about (`forward`), or the other way round
(`backward`), or both mention something rare; or the candidate has those words of the
question that the seed lacks. Where there are fewer passages than seeds are wanted, the others
are no passage at all: beside one, a candidate is what it is by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidates, Floats, Named, Places, ranks
from .own import asked, shared_pairs, shared_words
from .question import RankedQuestion

FEATURES = (
    *("seed_likely", "seed_rank", "forward", "forward_rarity", "backward", "backward_rarity"),
    *("shared", "rarest_shared", "same_subject", "hop_cosine", "hop_rank", "rest_cosine"),
    *("cosine_between", "new_words", "words_together", "seed_words", "new_pairs", "new_names"),
    *("forward_named", "seed_named", "candidate_named"),
)
"""The last axis of `pair_features`, in order."""

_NOTHING = 0.01  # how likely a seed is that is no passage: as the least likely of five


@dataclass(frozen=True, slots=True)
class Seeds:
    """The s likeliest first passages: their `places` among the candidates, likeliest first.

    `likely` (s,) are their probabilities. `hops` (h, d), h <= s, are the vectors of the question
    asked again with what each of the first h seeds says. A place of n, one past the last
    candidate, is no passage.
    """

    places: Places
    likely: Floats
    hops: NDArray[np.float32]

    def filled(self, count: int, among: int) -> Seeds:
        """As many as `count`, the missing ones no passage: of `among` candidates, n."""
        missing = max(0, count - len(self.places))
        return Seeds(
            np.append(self.places, np.full(missing, among)),
            np.append(self.likely, np.full(missing, _NOTHING)),
            self.hops,
        )

    def held(self, among: int) -> Places:
        """Which seeds are passages, of `among` candidates."""
        return np.flatnonzero(self.places < among)


def pair_features(candidates: Candidates, question: RankedQuestion, seeds: Seeds) -> Floats:
    """The features of every candidate beside every seed, (s, n, len(FEATURES))."""
    given = _features(candidates.with_nothing(), question, seeds)
    return given[:, :-1]


def _features(candidates: Candidates, question: RankedQuestion, seeds: Seeds) -> Floats:
    count, named = len(candidates), candidates.named
    shape = (len(seeds.places), count)
    means = asked(candidates, question)
    about_asked = np.where(named.about >= 0, means[named.about] > 0, False)
    forward, backward, same = _links(named, seeds.places)
    shared, rarest = _in_common(named, seeds.places, means)
    hop, hop_rank = _hops(candidates, seeds)
    rest, between = _cosines(candidates, question, seeds.places)
    worth = np.where(named.about >= 0, named.rarity[named.about], 0.0)
    words = shared_words(candidates, question)
    new_words = _new(words, question.weights, seeds.places)
    seed_words = (words @ question.weights)[seeds.places, None]
    pairs = shared_pairs(candidates, question)
    each = np.full(pairs.shape[1], 1 / max(1, pairs.shape[1]))
    names = means * named.rarity
    columns = (
        seeds.likely[:, None],
        1.0 / (1.0 + np.arange(shape[0]))[:, None],
        forward,
        forward * worth,
        backward,
        backward * worth[seeds.places, None],
        shared,
        rarest,
        same,
        hop,
        hop_rank,
        rest,
        between,
        new_words,
        new_words + seed_words,
        seed_words,
        _new(pairs, each, seeds.places),
        _new(named.mentioned, names / max(float(names.sum()), 1e-9), seeds.places),
        forward * about_asked,
        about_asked[seeds.places, None],
        about_asked,
    )
    return np.stack([np.broadcast_to(np.asarray(c, np.float64), shape) for c in columns], axis=2)


def _links(named: Named, seeds: Places) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Whether a seed mentions a candidate's subject, the other way round, or both have one."""
    has = named.about >= 0
    same = (named.about[seeds, None] == named.about) & has
    forward = named.mentioned[seeds][:, named.about] * has
    backward = named.mentioned[:, named.about[seeds]].T * has[seeds, None]
    return forward * ~same, backward * ~same, same


def _in_common(named: Named, seeds: Places, means: Floats) -> tuple[Floats, Floats]:
    """How much what both mention tells, in all and at most, without what the question names."""
    rarity = np.where(named.common, 0.0, named.rarity)
    new = np.where(means > 0, 0.0, rarity)
    mentioned = named.mentioned.astype(np.float64)
    total: Floats = (mentioned[seeds] * new) @ mentioned.T
    most: Floats = np.zeros(total.shape)
    for row, seed in enumerate(seeds):
        columns = np.flatnonzero(mentioned[seed] * new)
        if len(columns):
            most[row] = (mentioned[:, columns] * rarity[columns]).max(axis=1)
    return total, most


def _hops(candidates: Candidates, seeds: Seeds) -> tuple[Floats, Floats]:
    """Cosines with each seed's question, and their ranks; -1 and 0 where none was asked."""
    shape = (len(seeds.places), len(candidates))
    cosines, places = np.full(shape, -1.0), np.zeros(shape)
    asked_again = len(seeds.hops)
    if asked_again:
        cosines[:asked_again] = seeds.hops @ candidates.vectors.T
        # What says nothing, the last one, ranks last.
        places[:asked_again, :-1] = ranks(cosines[:asked_again, :-1])
    return cosines, places


def _cosines(
    candidates: Candidates, question: RankedQuestion, seeds: Places
) -> tuple[Floats, Floats]:
    """With what of the question a seed leaves open, and with the seed itself."""
    ours = candidates.vectors[seeds]
    rest = question.vector - (ours @ question.vector)[:, None] * ours
    rest = rest / (np.linalg.norm(rest, axis=1, keepdims=True) + 1e-9)
    left: Floats = (rest @ candidates.vectors.T).astype(np.float64)
    between: Floats = (ours @ candidates.vectors.T).astype(np.float64)
    return left, between


def _new(has: NDArray[np.float32], weights: Floats, seeds: Places) -> Floats:
    """What each candidate has that a seed has not, weighed: (s, n)."""
    found: Floats = ((1 - has[seeds]) * weights) @ has.T
    return found
