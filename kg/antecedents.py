"""Whom "he", "she" and "it" stand for in an English text, where that is plain.

A text is mostly about the subject of its first sentence. A pronoun stands for
the last named subject that fits it, and else for that. It never guesses "they",
"this" or "who".
"""

from __future__ import annotations

from collections.abc import Mapping

from .extraction import Mention
from .parse import VALUES, Parse
from .phrases import phrase

_PERSONAL = frozenset({"he", "she", "his", "her", "him", "hers"})
_NEUTER = frozenset({"it", "its"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_MISTAKEN = frozenset({"name", "organisation", "group", "product"})
"""Kinds that a person's unusual name is often taken for."""
_NAMELESS = frozenset({"term"})


def antecedents(parse: Parse) -> Mapping[int, Mention]:
    """For each pronoun's token the mention that it stands for; the others are absent."""
    found: dict[int, Mention] = {}
    topic: Mention | None = None
    person: Mention | None = None
    thing: Mention | None = None
    for token, word in enumerate(parse.words):
        low = word.lower()
        meant = None
        if low in _PERSONAL:
            meant = person or (topic if topic is not None and _may_be_person(topic) else None)
        elif low in _NEUTER:
            meant = topic if topic is not None and topic.kind != "person" else thing
        if meant is not None:
            found[token] = meant
        if parse.deps[token] in _SUBJECTS:
            subject = _named_subject(parse, token)
            if subject is None:
                continue
            topic = topic or subject
            if subject.kind == "person":
                person = subject
            elif subject is not topic:
                thing = subject
    return found


def _may_be_person(topic: Mention) -> bool:
    return topic.kind == "person" or (topic.kind in _MISTAKEN and " " in topic.text)


def _named_subject(parse: Parse, token: int) -> Mention | None:
    subject = phrase(parse, token)
    if subject is None or subject.kind in _NAMELESS or subject.kind in VALUES:
        return None
    return subject
