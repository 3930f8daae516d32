"""What a reader is taught: topics, some of them kept apart to see what was learnt.

About a tenth is kept, with all that share their evidence. Knows no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from .course import Topic, halves
from .evaluation_set import Question
from .progress import Progress
from .topics import Searcher, topic_of

KEPT = 10
"""One topic in so many is kept."""

EXAMINED = 40
"""The most topics to examine on."""


@dataclass(frozen=True, slots=True)
class Material:
    """Topics to teach and topics to examine on; `left` counts questions that gave none.

    `made` says how many topics are from questions of which maker, where no one asked them.
    """

    taught: Sequence[Topic]
    exam: Sequence[Topic]
    left: int
    made: Mapping[str, int] | None = None


def material_of(questions: Sequence[Question], searcher: Searcher, progress: Progress) -> Material:
    """Questions with the passages that answer them.

    Raises:
        UsageError: no question has an answer that a passage holds.
    """
    kept = halves([question.gold or (question.id,) for question in questions], parts=KEPT)
    progress.start("finding passages", len(questions), "questions")
    topics = []
    for question in questions:
        topics.append(topic_of(question, searcher))
        progress.advance(1)
    progress.finish()
    taught = [t for t, held in zip(topics, kept, strict=True) if t and not held]
    exam = [t for t, held in zip(topics, kept, strict=True) if t and held]
    if not taught:
        raise UsageError(
            f'none of the {len(questions)} questions can be taught: each needs "answers", '
            'and a passage of this memory that holds them (its document in "gold")'
        )
    return Material(taught, exam[:EXAMINED], topics.count(None))
