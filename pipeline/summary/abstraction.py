"""A summary in the reader's own words: a tree of short texts, each within its window.

The central sentences are read in groups that fit the window, each group is written down in
a few sentences, and these are grouped and read again until they fit the budget (RAPTOR's
shape, Sarthi et al. 2024). A base model, which cannot be told what to write, says a few
sentences at a time again in one, and is believed only where it shortens one of them. A sentence
is kept if sentences of the source support it; it then cites those. What is not supported is
dropped and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...memory.embedder import Embedder
from ...reader.prompt import question_language
from ...reader.reading import Reader, Window, WindowPassage
from ...reader.retelling import Retelling, retelling_of
from ...sentences import sentences
from ..progress import Progress
from .support import shortened, sources_of
from .trimming import joined

_LEVELS = 4
_RETOLD = 3  # sentences that are said again in one
_TASK = {
    "en": "Summarise the passages in a few sentences, in your own words.",
    "zh": "请用自己的话，以几句话概括以上内容。",
}
_ABOUT = {
    "en": "Summarise in a few sentences what the passages say on this: ",
    "zh": "请用几句话概括以上内容中与此有关的部分：",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that the reader wrote, and the numbers of the sources that support it."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """What was written and supported, in order, and how much more was not."""

    sentences: tuple[Written, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes with a reader, `window` tokens at a time."""

    reader: Reader
    embedder: Embedder
    window: int
    progress: Progress

    def write(self, sources: Sequence[str], budget: int, query: str | None) -> Writing:
        """At most `budget` tokens on what the sources, sentences in order, say.

        Raises:
            ReaderError: the reader cannot read a group.
        """
        retell = retelling_of(self.reader)
        if retell is not None:
            return self._retold(sources, budget, retell)
        task = _task(sources, query)
        level = [Written(text, (place,)) for place, text in enumerate(sources)]
        dropped = 0
        for _ in range(_LEVELS):
            level, more = self._level(level, sources, task)
            dropped += more
            if self._tokens(level) <= budget:
                break
        return Writing(self._fitting(level, budget), dropped)

    def _retold(self, sources: Sequence[str], budget: int, retell: Retelling) -> Writing:
        """Each few neighbours said in one sentence, as long as the budget lasts."""
        starts = range(0, len(sources), _RETOLD)
        self.progress.start("writing", len(starts), "parts")
        written: list[Written] = []
        dropped = 0
        for start in starts:
            places = list(range(start, min(start + _RETOLD, len(sources))))
            said = retell(joined([sources[place] for place in places]))
            found = shortened(said, [sources[place] for place in places])
            if found is not None and said not in {one.text for one in written}:
                written.append(Written(said, (places[found],)))
            else:
                dropped += 1
            self.progress.advance(1)
            if self._tokens(written) > budget:
                break
        self.progress.finish()
        return Writing(self._fitting(written, budget), dropped)

    def _fitting(self, level: Sequence[Written], budget: int) -> tuple[Written, ...]:
        """The sentences that fit the budget, each if there is still room for it."""
        kept: list[Written] = []
        for sentence in level:
            if self._tokens([*kept, sentence]) <= budget:
                kept.append(sentence)
        return tuple(kept)

    def _level(
        self, below: Sequence[Written], sources: Sequence[str], task: str
    ) -> tuple[list[Written], int]:
        """Reads and writes down each group of what is below."""
        groups = list(self._groups(below, task))
        self.progress.start("writing", len(groups), "parts")
        written: list[Written] = []
        dropped = 0
        for group in groups:
            reading = self.reader.read(task, Window((_passage(group),)))
            said = [reading.text[start:end] for start, end in sentences(reading.text)]
            # Held against the sources themselves, not against what was written of them.
            places = sorted({place for one in group for place in one.sources})
            kept = self._supported(said, places, sources)
            written += kept
            dropped += len(said) - len(kept)
            self.progress.advance(1)
        self.progress.finish()
        return written, dropped

    def _supported(
        self, said: Sequence[str], places: Sequence[int], sources: Sequence[str]
    ) -> list[Written]:
        if not said:
            return []
        near = [sources[place] for place in places]
        vectors = self.embedder.encode([*said, *near])
        found = (
            (text, sources_of(text, vector, near, vectors[len(said) :]))
            for text, vector in zip(said, vectors, strict=False)
        )
        return [
            Written(text, tuple(places[place] for place in chosen))
            for text, chosen in found
            if chosen
        ]

    def _groups(self, below: Sequence[Written], task: str) -> Iterator[list[Written]]:
        """Neighbours that fit into the window together; one that does not fit is left out."""
        room = self.window - self.reader.overhead(task)
        group: list[Written] = []
        for sentence in below:
            if self.reader.cost(_passage([*group, sentence])) <= room:
                group.append(sentence)
            elif self.reader.cost(_passage([sentence])) <= room:
                if group:
                    yield group
                group = [sentence]
        if group:
            yield group

    def _tokens(self, level: Sequence[Written]) -> int:
        return self.reader.count_tokens(joined([one.text for one in level])) if level else 0


def _passage(group: Sequence[Written]) -> WindowPassage:
    return WindowPassage(0, "", "", joined([one.text for one in group]), 1.0)


def _task(sources: Sequence[str], query: str | None) -> str:
    language = question_language(query or joined(sources[:20]))
    return _ABOUT[language] + query if query else _TASK[language]
