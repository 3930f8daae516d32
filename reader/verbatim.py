"""Writing in the window's own words: each token has to go on some stretch of a passage.

Where an answer may begin is a word's beginning, in Chinese any character; from there it goes
on as the text does, and may end where a word ends. Among these stretches the model chooses
token by token, as it does when it writes freely, so that nothing is said which does not
stand in the window. (Ranking whole stretches by their probability prefers short wrong ones;
generation held to a set of texts: De Cao et al. 2021, arXiv 2010.00904.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..sentences import CJK, sentences
from .options import options_of
from .pieces import Pieces
from .prompt import question_language
from .reading import Evidence, Window

_BEGINNING = re.compile(rf"[$€£]?(?:[{CJK}]|[^\W{CJK}]+)")
_LONGEST = {"en": 160, "zh": 60}
"""Characters of a stretch."""


@dataclass(slots=True)
class Stretches:
    """The stretches of a window, by what a model may write next; for one answer.

    `texts` holds each by its tokens. A token of `refusing` opens a refusal, whose words are
    free; one of `ends` ends the answer.
    """

    decode: Callable[[Sequence[int]], str]
    texts: Mapping[tuple[int, ...], str]
    refusing: frozenset[int]
    ends: frozenset[int]
    _written: tuple[int, ...] = ()
    _live: tuple[tuple[int, ...], ...] = ()

    def allowed(self, written: Sequence[int]) -> frozenset[int] | None:
        """The tokens that may follow what is written; None where any may."""
        if not self.texts or (written and written[0] in self.refusing):
            return None
        going_on, count = self._going_on(tuple(written)), len(written)
        following = frozenset(ids[count] for ids in going_on if len(ids) > count)
        if not written:
            return following | self.refusing
        may_end = not following or self._may_end(going_on, written)
        return following | self.ends if may_end else following

    def _going_on(self, written: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        """The stretches that begin like this."""
        before = len(self._written)
        if not before or written[:before] != self._written:
            self._live, before = tuple(self.texts), 0
        fresh = written[before:]
        self._live = tuple(ids for ids in self._live if ids[before : len(written)] == fresh)
        self._written = written
        return self._live

    def _may_end(self, going_on: Sequence[tuple[int, ...]], written: Sequence[int]) -> bool:
        """Whether a word of some stretch ends here."""
        said = self.decode(written).strip()
        texts = (self.texts[ids] for ids in going_on)
        return any(text.startswith(said) and not _cuts(text, len(said)) for text in texts)


def stretches(pieces: Pieces, question: str, window: Window) -> Stretches:
    """What the answer to a question from a window may be."""
    model, most = pieces.model, _LONGEST[question_language(question)]
    found: dict[tuple[int, ...], str] = {}
    for text in _texts(window, most):
        found.setdefault(tuple(pieces.answer(question, text)), text)
    return Stretches(model.decode, found, model.refusing_ids, _ends(pieces))


def held(pieces: Pieces, question: str, window: Window, *, verbatim: bool) -> Stretches | None:
    """What an answer is held to: the options that the question names, else, if `verbatim`, the
    passages' words; None where anything may be said."""
    options = options_of(question)
    if not options:
        return stretches(pieces, question, window) if verbatim else None
    texts = {tuple(pieces.answer(question, text)): text for text in options.values()}
    return Stretches(pieces.model.decode, texts, frozenset(), _ends(pieces))


def located(text: str, evidence: Sequence[Evidence], window: Window) -> tuple[Evidence, ...]:
    """The evidence narrowed to the very words of an answer, where a sentence has them."""
    texts = {passage.chunk_id: passage.text for passage in window.passages}
    found = []
    for item in evidence:
        start = texts[item.chunk_id].find(text, item.start, item.end)
        if start >= 0:
            found.append(replace(item, start=start, end=start + len(text)))
    return tuple(found)


def _ends(pieces: Pieces) -> frozenset[int]:
    return frozenset([*pieces.model.stop_ids, *pieces.model.encode("\n")[:1]])


def _texts(window: Window, most: int) -> Iterator[str]:
    """From every beginning of a word to the end of its sentence, at most so many characters."""
    for passage in window.passages:
        for start, end in sentences(passage.text):
            for word in _BEGINNING.finditer(passage.text, start, end):
                yield passage.text[word.start() : min(end, word.start() + most)]


def _cuts(text: str, place: int) -> bool:
    """Whether a spaced word goes on over a place."""
    around = text[place - 1 : place + 1]
    return len(around) == 2 and around.isalnum() and not re.search(f"[{CJK}]", around)
