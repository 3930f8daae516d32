"""A course: which lesson comes when, and which questions are kept for examination.

Questions with their passages are drawn in shuffled rounds; each time with other
distractors, in another order, and now and then without what holds the answer, to be
declined. Lesson number i is a function of i and the seed alone, so that a course can be
taken up anywhere. Knows no memory and no model.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..reader.declined import REFUSALS
from ..reader.lesson import Lesson
from ..reader.prompt import question_language
from ..reader.reading import Window, WindowPassage

_DISTRACTORS = (0, 1, 2, 3)
_DISTRACTORS_BESIDE_SEVERAL = (1, 2, 3)
"""How many other passages stand beside the evidence, each number as likely as the next.

None, too: the first passage is read alone, as well (`reader/alone.py`)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A question, its right answers, what holds the evidence, and what looks like it."""

    question: str
    answers: tuple[str, ...]
    gold: tuple[WindowPassage, ...]
    others: tuple[WindowPassage, ...]

    def __post_init__(self) -> None:
        if not self.answers or not self.gold:
            raise ValueError(f"{self.question!r} needs an answer and a passage that holds it")


@dataclass(frozen=True, slots=True)
class Group:
    """Topics of one kind, and how often they are drawn compared with other groups."""

    topics: Sequence[Topic]
    share: float = 1.0


@dataclass(slots=True)
class Course:
    """Lessons from groups of topics; a share of `refusals` lacks the evidence.

    Groups without topics are left out.
    """

    groups: Sequence[Group]
    seed: int = 0
    refusals: float = 0.08
    _drawn: list[Topic] = field(default_factory=list, init=False)
    _queues: list[list[int]] = field(default_factory=list, init=False)
    _rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.groups = [group for group in self.groups if group.topics]
        self._queues = [[] for _ in self.groups]
        self._rng = random.Random(self.seed)

    def lesson(self, number: int) -> Lesson:
        """Lesson `number`, from 0."""
        while len(self._drawn) <= number:
            self._drawn.append(self._draw())
        rng = random.Random(7919 * number + self.seed)
        refusing = rng.random() < self.refusals
        return lesson_on(self._drawn[number], rng, refusing=refusing)

    def _draw(self) -> Topic:
        """The next topic: groups by share, topics in shuffled rounds."""
        shares = [group.share for group in self.groups]
        place = self._rng.choices(range(len(self.groups)), shares)[0]
        topics, queue = self.groups[place].topics, self._queues[place]
        if not queue:
            queue += self._rng.sample(range(len(topics)), len(topics))
        return topics[queue.pop()]


def lesson_on(topic: Topic, rng: random.Random, *, refusing: bool = False) -> Lesson:
    """The topic with some distractors; `refusing`, without the evidence, to be declined."""
    counts = _DISTRACTORS if len(topic.gold) == 1 else _DISTRACTORS_BESIDE_SEVERAL
    others = rng.sample(topic.others, min(rng.choice(counts), len(topic.others)))
    refusing = refusing and bool(others)
    passages = others if refusing else [*topic.gold, *others]
    if rng.random() < 0.5:
        rng.shuffle(passages)
    else:
        passages = sorted(passages, key=lambda passage: -passage.score)
    refusal = REFUSALS[question_language(topic.question)]
    answer = refusal if refusing else topic.answers[0]
    return Lesson(topic.question, Window(tuple(passages)), answer)


def kept_apart(
    names: Sequence[str],
    evidence: Sequence[Iterable[str]],
    *,
    parts: int = 5,
    least: int = 5,
    most: int = 40,
) -> list[bool]:
    """For each question, given its name and the keys of its evidence, whether it is examined.

    One in `parts` is, though at least `least`, and about `most` at most. Questions that share
    evidence, through others even, are examined or taught together, unless there would be too
    few of the ones or the others: where most rest on the same evidence, single ones are taken.
    Which ones is told by hashes, in whatever order they come.
    """
    wanted = min(most, max(least, -(-len(names) // parts)))
    together = _together(names, evidence)
    kept: set[int] = set()
    for name in sorted(together, key=_hash):
        if len(kept) < wanted and len(together[name]) <= wanted:
            kept.update(together[name])
    others = [number for number in range(len(names)) if number not in kept]
    others.sort(key=lambda number: (_hash(names[number]), names[number]))
    kept.update(others[: max(0, wanted - len(kept))])
    return [number in kept for number in range(len(names))]


def _together(names: Sequence[str], evidence: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    """Places of the questions that share evidence, by the least key of what they share."""
    keys = [sorted(set(each)) or [name] for name, each in zip(names, evidence, strict=True)]
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for each in keys:
        for key in each[1:]:
            first, second = sorted((root(each[0]), root(key)))
            parent[second] = first  # the least key names them all
    found: dict[str, list[int]] = {}
    for number, each in enumerate(keys):
        found.setdefault(root(each[0]), []).append(number)
    return found


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
