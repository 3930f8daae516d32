"""The names in a question, by which it is tied to the graph.

Two ways. `known_names` asks of every stretch of a question whether the graph knows it
by that name: it needs no model, and finds what a parser trained on statements misses.
`question_names` asks an extractor, which also names what no text mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .extraction import Extractor, Mention, MentionKind
from .lexicon import words as lexicon
from .names import normal
from .other import OtherExtractor

_UNTELLING: frozenset[MentionKind] = frozenset({"number", "date"})
_LONGEST_WORDS, _LONGEST_HAN = 12, 16
_WORD = re.compile(r"\S+")
_HAN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff·•]*")
_EDGES = " ,.?!;:\"'“”‘’()[]（）？，。：；！"
_ARTICLES = lexicon("a an the")
_COMMON = lexicon(
    "a an the of and or for in on at to is are was were be been being by with from as that this "
    "these those it its he she they him her his their we you i who whom whose what which when "
    "where why how do does did has have had not no yes than then also more most both same other "
    "name first last year years one two many much during between after before film films movie "
    "song album book person people man woman"
)


@dataclass(frozen=True, slots=True)
class KnownName:
    """`text` at `start:end` of a question names the entities with these columns.

    `proper` is whether it is written like a name, with a capital or in Chinese.
    """

    text: str
    start: int
    end: int
    columns: tuple[int, ...]
    proper: bool


def known_names(question: str, surfaces: Mapping[str, tuple[int, ...]]) -> tuple[KnownName, ...]:
    """The longest stretches of a question that are names in the graph, in its order.

    None overlaps another. A single small word is no name, whatever the graph has.
    """
    found: list[KnownName] = []
    for start, end in sorted(_stretches(question), key=lambda span: span[0] - span[1]):
        if any(start < other.end and other.start < end for other in found):
            continue
        text = question[start:end]
        form = normal(text)
        if len(form) < 2 or form in _COMMON or text.casefold() in _COMMON:
            continue
        proper = _proper(text)
        columns = surfaces.get(form, ()) if proper or " " in form else ()
        if columns:
            found.append(KnownName(text, start, end, columns, proper))
    return tuple(sorted(found, key=lambda name: name.start))


def _proper(text: str) -> bool:
    """Whether a word besides a leading article is not in small letters."""
    first, *rest = text.split()
    counted = rest if rest and first.casefold() in _ARTICLES else [first, *rest]
    return not all(word.islower() for word in counted)


def _stretches(question: str) -> Iterator[tuple[int, int]]:
    """Runs of words, and of Chinese characters, without the marks around them."""
    words = [found.span() for found in _WORD.finditer(question)]
    for first, (start, _) in enumerate(words):
        for _, end in words[first : first + _LONGEST_WORDS]:
            bare = question[start:end]
            left = len(bare) - len(bare.lstrip(_EDGES))
            if bare.strip(_EDGES):
                yield start + left, start + len(bare.rstrip(_EDGES))
    for run in _HAN.finditer(question):
        for start in range(run.start(), run.end()):
            for end in range(start + 2, min(start + _LONGEST_HAN, run.end()) + 1):
                yield start, end


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
