"""Fusion: filling the reader's fixed window with what matters most.

Facts may take a small part of the window. Passages then enter whole, in the order of
their scores, while they fit; those far below the best one stay out. Where much room is
left by passages that are too long, as in a small window, the next best one enters cut
to the sentences nearest to the question; elsewhere not, because a whole passage has
stored states and a cut one has none. The best passage comes first: right behind the
instruction its states are exact. What was left out is reported. Pure: what a part
costs is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ..reader.reading import Window, WindowPassage
from ..reader.terms import terms
from ..records import Passage, WindowReport
from ..sentences import sentences

Cost = Callable[[WindowPassage | str], int]

_FACTS_SHARE = 0.125
_MOST_FACTS = 5
"""Facts are short and many say the same: an eighth of the window, at most five. Of twenty the
small reader answered worse: F1 46.6 against 54.2 on 80 questions of two sets."""

_ROOMY = 0.25
"""The share of the window from which on an empty rest is worth a cut passage."""


FLOOR = 0.5
"""Of the best probability: passages below it mislead a small reader more than they tell it, unless
they hold one of the likeliest sentences."""

FLOOR_UNREAD = 0.1
"""The same where the embedder does not read the question's language: the order is less sure."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Which passages are worth reading: those at least `floor` times as likely as the first, and
    those `wanted`, by chunk id, whatever their score.
    """

    floor: float = FLOOR
    wanted: Collection[int] = ()

    def of(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those of passages that come best first."""
        return [
            passage
            for passage in passages
            if passage.score >= self.floor * passages[0].score or passage.chunk_id in self.wanted
        ]


@dataclass(frozen=True, slots=True)
class Filled:
    """A window, how it was filled, and the passages in it, in the order read.

    A passage that was cut has the text and the offsets of what entered.
    """

    window: Window
    report: WindowReport
    passages: tuple[Passage, ...]


USUAL = Worth()
"""What is worth reading where nothing else is known."""


def fill(  # noqa: PLR0913
    passages: Sequence[Passage],
    *,
    limit: int,
    overhead: int,
    cost: Cost,
    facts: Sequence[str] = (),
    question: str = "",
    worth: Worth = USUAL,
) -> Filled:
    """A window of at most `limit` tokens, `overhead` of which are spoken for.

    `passages` and `facts` come best first; `worth` says which are worth reading. The sum of
    their costs and the overhead never exceeds the limit, unless the overhead alone does: then
    the window is empty. Facts make way where no passage would fit beside them.
    """
    lines, used = _facts_that_fit(facts, overhead, limit, cost)
    chosen: dict[int, Passage] = {}
    reading = worth.of(passages)
    for passage in reading:
        price = cost(entry(passage))
        if used + price <= limit:
            chosen[passage.chunk_id] = passage
            used += price
    cut = _cut(reading, chosen, limit - used, cost, question)
    if cut is not None and (not chosen or limit - used >= _ROOMY * limit):
        chosen[cut.chunk_id] = cut
        used += cost(entry(cut))
    if lines and reading and not chosen:
        return fill(
            passages, limit=limit, overhead=overhead, cost=cost, question=question, worth=worth
        )
    read = tuple(chosen[p.chunk_id] for p in passages if p.chunk_id in chosen)
    report = WindowReport(
        limit=limit,
        used=used,
        passages=tuple(passage.chunk_id for passage in read),
        facts=len(lines),
        left_out=tuple(p.chunk_id for p in passages if p.chunk_id not in chosen),
    )
    return Filled(Window(tuple(map(entry, read)), lines), report, read)


def smallest(passages: Sequence[Passage], *, overhead: int, cost: Cost, question: str) -> int:
    """The least limit with which `fill` puts any of these passages, best first, into the window."""
    whole = [cost(entry(passage)) for passage in USUAL.of(passages)]
    spans, nearest = _sentences(passages[0], question)
    return overhead + min(*whole, cost(entry(_between(passages[0], *spans[nearest]))))


def entry(passage: Passage) -> WindowPassage:
    """A passage as the reader sees it."""
    return WindowPassage(
        chunk_id=passage.chunk_id,
        title=passage.document.title,
        heading=passage.heading,
        text=passage.text,
        score=passage.score,
        context=passage.context or "",
    )


def _facts_that_fit(
    facts: Sequence[str], used: int, limit: int, cost: Cost
) -> tuple[tuple[str, ...], int]:
    """The first facts, up to their share of the window, and what is used with them."""
    room = min(limit, used + int(_FACTS_SHARE * (limit - used)))
    lines: list[str] = []
    for fact in facts[:_MOST_FACTS]:
        price = cost(fact)
        if used + price > room:
            break
        lines.append(fact)
        used += price
    return tuple(lines), used


def _cut(
    passages: Sequence[Passage],
    chosen: dict[int, Passage],
    room: int,
    cost: Cost,
    question: str,
) -> Passage | None:
    """The best passage that is not in yet, cut to fit into `room` tokens; None if none can be."""
    best = next((passage for passage in passages if passage.chunk_id not in chosen), None)
    return shortened(best, room, cost, question) if best is not None and room > 0 else None


def shortened(passage: Passage, room: int, cost: Cost, question: str) -> Passage | None:
    """The passage cut to neighbouring sentences that fit, around the one nearest to the question.

    None where not even that sentence fits. Text and offsets are those of what is left.
    """
    spans, first = _sentences(passage, question)
    last = first
    best = _between(passage, *spans[first])
    if cost(entry(best)) > room:
        return None
    while True:
        wider = [(first, last + 1)] if last + 1 < len(spans) else []
        wider += [(first - 1, last)] if first > 0 else []
        for a, b in wider:
            longer = _between(passage, spans[a][0], spans[b][1])
            if cost(entry(longer)) <= room:
                first, last, best = a, b, longer
                break
        else:
            return best


def _sentences(passage: Passage, question: str) -> tuple[list[tuple[int, int]], int]:
    """The passage's sentences, and which of them shares most with the question."""
    spans = sentences(passage.text)
    wanted = frozenset(terms(question))
    shared = [len(wanted & frozenset(terms(passage.text[a:b]))) for a, b in spans]
    return spans, shared.index(max(shared))


def _between(passage: Passage, start: int, end: int) -> Passage:
    return replace(
        passage,
        text=passage.text[start:end],
        start=passage.start + start,
        end=passage.start + end,
    )
