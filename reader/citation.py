"""Where in the window an answer stands: the exact sentences that it rests on.

First the answer's own words are looked for, whatever their case, width,
punctuation or articles; a sentence that holds them is evidence in full. Failing
that, the sentence that shares most with answer and question is, at a weight that
says how much. Pure functions of texts: what a model attended to is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .reading import Evidence, Window
from .support import Sentence, window_sentences
from .terms import Token, inverse_frequencies, overlap, terms, tokens

_MOST = 3
_COMPARABLE = 0.7
"""Beside the best place at most two more, if at least this near to the question."""

_PARAPHRASED = 0.6
_QUESTION_ONLY = 0.3
"""What evidence may weigh in all when it holds the answer's words but not in their
order, and when it only shares words with the question."""

_VERDICTS = frozenset(
    {
        "yes",
        "no",
        "true",
        "false",
        "是",
        "是的",
        "不是",
        "否",
        "对",
        "不对",
        "有",
        "没有",
        "会",
        "不会",
    }
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of a passage that may be evidence; `nearness` is higher for better."""

    chunk_id: int
    start: int
    end: int
    nearness: float


def locate(question: str, answer: str, window: Window) -> tuple[Evidence, ...]:
    """The evidence for `answer`, best first, each a sentence (or several in a row).

    Weights add up to 1 for words found verbatim, to less for a paraphrase, and a
    verdict such as "yes" cites what stands nearest to the question. Empty where
    the window shares nothing with answer or question.
    """
    candidates = window_sentences(question, window)
    words = tokens(answer)
    if _is_verdict(words):
        return _weighed(_nearest(candidates), _PARAPHRASED)
    if verbatim := _verbatim(words, window, candidates):
        return _weighed(verbatim, 1.0)
    return _paraphrased(answer, candidates)


def _is_verdict(words: Sequence[Token]) -> bool:
    return "".join(word.text for word in words) in _VERDICTS


def _verbatim(
    words: Sequence[Token], window: Window, candidates: Sequence[Sentence]
) -> list[_Place]:
    """The places where the answer's tokens follow one another, whole sentences each."""
    wanted = [word.text for word in words]
    places: dict[tuple[int, int, int], _Place] = {}
    for passage in window.passages if wanted else ():
        inside = [s for s in candidates if s.passage is passage]
        for start, end in _occurrences(wanted, tokens(passage.text)):
            held = [s for s in inside if s.start < end and start < s.end]
            place = _spanning(held)
            places[place.chunk_id, place.start, place.end] = place
    return list(places.values())


def _occurrences(wanted: list[str], found: list[Token]) -> Iterator[tuple[int, int]]:
    """Character spans of every run of `found` that reads `wanted`."""
    length = len(wanted)
    for place in range(len(found) - length + 1):
        if found[place].text == wanted[0]:
            run = found[place : place + length]
            if [token.text for token in run] == wanted:
                yield run[0].start, run[-1].end


def _spanning(held: Sequence[Sentence]) -> _Place:
    """Neighbouring sentences as one place, as near as the nearest of them."""
    return _Place(
        chunk_id=held[0].passage.chunk_id,
        start=held[0].start,
        end=held[-1].end,
        nearness=max(sentence.affinity for sentence in held),
    )


def _nearest(candidates: Sequence[Sentence]) -> list[_Place]:
    return [_spanning([sentence]) for sentence in candidates if sentence.shared > 0]


def _paraphrased(answer: str, candidates: Sequence[Sentence]) -> tuple[Evidence, ...]:
    """The sentence with most of the answer's words, else the one nearest the question."""
    idf = inverse_frequencies([sentence.words for sentence in candidates])
    wanted = frozenset(terms(answer))
    shares = {id(s): overlap(wanted, s.words, idf) for s in candidates}
    best = max(candidates, key=lambda s: shares[id(s)] + 0.5 * s.affinity, default=None)
    if best is not None and shares[id(best)] > 0:
        return _weighed([_spanning([best])], _PARAPHRASED * shares[id(best)])
    nearest = max(candidates, key=lambda s: s.affinity, default=None)
    if nearest is None or nearest.shared == 0:
        return ()
    return _weighed([_spanning([nearest])], _QUESTION_ONLY * nearest.shared)


def _weighed(places: Sequence[_Place], total: float) -> tuple[Evidence, ...]:
    """The best places with `total` shared out by nearness."""
    ordered = sorted(places, key=lambda place: -place.nearness)
    kept = [p for p in ordered if p.nearness >= _COMPARABLE * ordered[0].nearness][:_MOST]
    whole = sum(place.nearness for place in kept)
    return tuple(
        Evidence(p.chunk_id, p.start, p.end, weight=min(total * p.nearness / whole, 1.0))
        if whole
        else Evidence(p.chunk_id, p.start, p.end, weight=total / len(kept))
        for p in kept
    )
