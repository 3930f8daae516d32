"""What a reader is taught: topics, some of them kept apart to see what was learnt.

About a fifth is kept, with all that share their evidence. Knows no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..reader.adapter import EVERY, asked_in, meant
from ..reader.prompt import question_language
from .course import Topic, kept_apart
from .evaluation_set import Question
from .progress import Progress
from .topics import Searcher, topic_of

LEAST = 20
"""Questions that a reader is taught with, those that it is examined on among them."""


@dataclass(frozen=True, slots=True)
class Material:
    """Topics to teach and topics to examine on, of questions that one adapter is for.

    `left` counts questions that gave none, `others` those that another adapter is for, that of
    another language. `made` says how many topics are from questions of which maker, where no
    one asked them.
    """

    taught: Sequence[Topic]
    exam: Sequence[Topic]
    left: int
    made: Mapping[str, int] | None = None
    language: str = EVERY
    others: int = 0


def different(questions: Sequence[Question]) -> list[Question]:
    """The questions, none of them twice.

    Raises:
        UsageError: there are fewer than 20.
    """
    found = list({(q.text.casefold(), q.gold): q for q in reversed(questions)}.values())[::-1]
    if len(found) < LEAST:
        raise UsageError(
            f"a reader is taught with {LEAST} different questions or more, and {len(found)} were "
            "given; write more of them, or name no file and have them made from the memory"
        )
    return found


def material_of(
    questions: Sequence[Question],
    searcher: Searcher,
    progress: Progress,
    *,
    languages: Collection[str] = (),
) -> Material:
    """Questions with the passages that answer them.

    Of `languages` that have an adapter of their own, that of most questions is taught.

    Raises:
        UsageError: fewer than 20 questions have an answer that a passage holds.
    """
    asked = different(questions)
    progress.start("finding passages", len(asked), "questions")
    found: list[tuple[Topic, Sequence[str]]] = []
    for question in asked:
        topic = topic_of(question, searcher)
        if topic is not None:
            found.append((topic, question.gold or (question.id,)))
        progress.advance(1)
    progress.finish()
    language, kept = of_one_language([topic for topic, _ in found], languages)
    chosen = [pair for pair, held in zip(found, kept, strict=True) if held]
    if len(chosen) < LEAST:
        spoken = "" if language == EVERY else f" in one language, {language!r},"
        raise UsageError(
            f"a reader is taught with {LEAST} questions or more, and of the {len(asked)} here "
            f'{len(chosen)}{spoken} can be taught: each needs "answers", and a passage of this '
            'memory that holds them (its document in "gold")'
        )
    topics = [topic for topic, _ in chosen]
    held = kept_apart([topic.question for topic in topics], [keys for _, keys in chosen])
    return Material(
        taught=[topic for topic, kept in zip(topics, held, strict=True) if not kept],
        exam=[topic for topic, kept in zip(topics, held, strict=True) if kept],
        left=len(questions) - len(found),
        language=language,
        others=len(found) - len(chosen),
    )


def of_one_language(
    topics: Sequence[Topic], languages: Collection[str]
) -> tuple[str, Sequence[bool]]:
    """Of the adapters for `languages`, that which most questions are for, and which those are."""
    meant_for = [_adapter_for(topic.question, languages) for topic in topics]
    most = max(Counter(meant_for).items(), key=lambda pair: pair[1], default=(EVERY, 0))[0]
    return most, [name == most for name in meant_for]


def _adapter_for(question: str, languages: Collection[str]) -> str:
    with asked_in(question_language(question)):
        return meant(languages) or EVERY
