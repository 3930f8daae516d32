"""The names in a question, by which it is tied to the graph."""

from __future__ import annotations

from .extraction import Extractor, Mention, MentionKind
from .other import OtherExtractor

_UNTELLING: frozenset[MentionKind] = frozenset({"number", "date"})


def question_names(question: str, extractor: Extractor) -> tuple[str, ...]:
    """What a question names, in its order, each once; proper names before common phrases.

    Besides what the extractor finds, capitalised spans count: a parser trained on
    statements misses names in questions. Spans inside longer ones are left out.
    """
    found = [*extractor.extract([question])[0].mentions]
    found += OtherExtractor().extract([question])[0].mentions
    telling = [mention for mention in found if mention.kind not in _UNTELLING]
    outer = [one for one in telling if not any(_inside(one, other) for other in telling)]
    ordered = sorted(outer, key=lambda mention: (mention.kind == "term", mention.start))
    return tuple(dict.fromkeys(mention.text for mention in ordered))


def _inside(one: Mention, other: Mention) -> bool:
    covered = other.start <= one.start and one.end <= other.end
    return covered and len(other.text) > len(one.text) and other.kind != "term"
