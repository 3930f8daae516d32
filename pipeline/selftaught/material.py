"""Topics from a memory alone: questions made from its passages, and what looks like evidence.

A question is used only if the memory's own search finds the passage that answers it: one
that is not found would never be read either. Distractors are what is found beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice

from ...errors import UsageError
from ...memory.store import Store
from ..course import Topic, kept_apart
from ..fuse import entry
from ..material import LEAST, Material, of_one_language
from ..progress import Progress
from ..topics import FOUND, Searcher, distractors
from .made import Made, without
from .questions import made_questions
from .sample import sampled

MOST = 800
"""Questions unless said otherwise: a hundred steps of training."""

_TRIES = 3
"""How many questions are looked up for each that is wanted, at most."""


def material_from(
    store: Store,
    searcher: Searcher,
    progress: Progress,
    *,
    most: int = MOST,
    languages: Collection[str] = (),
    seed: int = 1,
) -> Material:
    """At most `most` questions made from a sample of the memory, with their passages.

    Of `languages` that have an adapter of their own, that of most questions is taught.

    Raises:
        UsageError: fewer than 20 are wanted, or can be made.
    """
    if most < LEAST:
        raise UsageError(f"a reader is taught with {LEAST} questions or more, not with {most}")
    sources = sampled(store, seed=seed)
    found: list[tuple[Made, Topic]] = []
    left = 0
    progress.start("making questions", most, "questions")
    for made in islice(made_questions(sources, seed=seed), _TRIES * most):
        topic = topic_about(made, searcher)
        if topic is None:
            left += 1
            continue
        found.append((made, topic))
        progress.advance(1, f"{left} left out")
        if len(found) == most:
            break
    progress.finish()
    language, kept = of_one_language([topic for _, topic in found], languages)
    chosen = [pair for pair, held in zip(found, kept, strict=True) if held]
    if len(chosen) < LEAST:
        raise UsageError(
            f"a reader is taught with {LEAST} questions or more, and {len(chosen)} could be made "
            f"from the {len(sources)} passages looked at; ingest more prose, or name a file of "
            "questions"
        )
    parted = _parted(chosen, left)
    return replace(parted, language=language, others=len(found) - len(chosen))


def topic_about(made: Made, searcher: Searcher) -> Topic | None:
    """A question that was made, with its passages; None if search does not find the right one."""
    found = searcher.search(made.text, FOUND).passages
    gold = next((passage for passage in found if passage.chunk_id == made.gold), None)
    if gold is None:
        return None
    shown = replace(entry(gold), text=without(gold.text, made.hidden))
    others = distractors(found, (made.answer,), taken={made.gold, made.source}, shortest=1)
    return Topic(made.text, (made.answer,), (shown,), others)


def _parted(found: Sequence[tuple[Made, Topic]], left: int) -> Material:
    """Taught and kept: they share no passage that answers, and no answer."""
    kept = kept_apart([made.text for made, _ in found], [(str(made.gold),) for made, _ in found])
    exam = [topic for (_, topic), held in zip(found, kept, strict=True) if held]
    said = {topic.answers[0].casefold() for topic in exam}
    taught = [
        topic
        for (_, topic), held in zip(found, kept, strict=True)
        if not held and topic.answers[0].casefold() not in said
    ]
    makers: Counter[str] = Counter(made.maker for made, _ in found)
    return Material(taught, exam, left, dict(makers))
