"""The second hop: what a passage that answers the first half of a question leads to.

A question's vector is near to the passages that share its words. The next passage shares
words with what those say instead, so the question is asked again together with their
sentence that it is nearest to (after MDR, arXiv 2009.12756, without training).
"""

from __future__ import annotations

from ..memory.rows import ChunkRow
from ..reader.terms import terms
from ..sentences import sentences

ASKED_AGAIN = 2
_CHARACTERS = 400


def hop_query(question: str, seed: ChunkRow) -> str:
    """The question, the passage's title and the sentence of it that is nearest to the question."""
    title = f"{seed.document.title}: " if seed.document.title else ""
    return f"{question} {title}{nearest_sentence(question, seed.chunk.text)}"


def nearest_sentence(question: str, text: str) -> str:
    """The sentence that shares the most of the question's words; the first of equals."""
    start, end = nearest_span(question, text)
    return text[start:end][:_CHARACTERS]


def nearest_span(question: str, text: str) -> tuple[int, int]:
    """Where the nearest sentence stands in the text; the whole text if it has none."""
    wanted = frozenset(terms(question))
    spans = sentences(text) or [(0, len(text))]
    return max(spans, key=lambda span: len(wanted & frozenset(terms(text[span[0] : span[1]]))))
