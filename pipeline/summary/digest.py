"""What is in a memory, on a page: themes, main names, a timeline, and where to look.

Every theme is said in a sentence of its most central passages, every date in the sentence
that states it; labels and lists of names are the knowledge graph's. Themes first: lines
enter while the budget lasts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...memory.analysis import han_share
from ...memory.graph_rows import FactRow
from ...memory.store import Store
from .embedding import Embedding
from .extraction import extract
from .gathering import Gathered, Origin, of_chunks
from .scorer import Scorer
from .themes import Ints, Theme, central, commonest, named_documents, themes
from .trimming import joined

_THEMES = range(2, 9)
_TOKENS_A_THEME = 70
_TOKENS_A_SENTENCE = 40  # at least: what does not fit then is left out, not cut
_TIMELINE_SHARE = 0.25
_DATES = 8
_FACTS_OF = 2000  # passages whose facts are looked at
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Wording:
    """The few words of a digest that no source says."""

    holds: str
    names: str
    timeline: str
    theme: str
    comma: str


_ENGLISH = Wording(
    "Documents: {documents}; passages: {passages}.", "Most named: {names}.", "Timeline",
    "{names} (passages: {passages}; see {where}): ", ", ",
)  # fmt: skip
_CHINESE = Wording(
    "共{documents}篇文档，{passages}个段落。", "最常提到：{names}。", "时间线",
    "{names}（{passages}个段落；见{where}）：", "、",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line of a digest, and the sentences in it: each with its source."""

    text: str
    sources: tuple[tuple[Origin, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """Makes the page of one memory."""

    store: Store
    embedding: Embedding
    count: Callable[[str], int]
    scorer: Scorer

    def lines(self, budget: int, collection: str | None) -> list[Quoted]:
        """The lines of the page, at most `budget` tokens."""
        inside = self._inside(collection)
        arrays = self.embedding.space.graph().arrays()
        wanted = min(max(budget // _TOKENS_A_THEME, _THEMES.start), _THEMES.stop - 1)
        found = themes(self.store, arrays, inside, wanted)
        if not found:
            return []
        every = np.concatenate([theme.passages for theme in found])
        wording = self._wording(every)
        held = np.flatnonzero(self._mentioned(every))
        names = wording.comma.join(commonest(self.store, arrays, held, 6))
        page = _Page(budget, self.count)
        documents = self.store.list_documents(collection)
        page.add(
            Quoted(
                wording.holds.format(
                    documents=len(documents), passages=sum(row.chunks for row in documents)
                )
                + (" " + wording.names.format(names=names) if names else "")
            )
        )
        room = round((1 - _TIMELINE_SHARE) * budget / len(found))
        self._add_themes(page, found, wording, room)
        self._add_timeline(page, every, wording)
        return page.lines

    def _add_themes(self, page: _Page, found: Sequence[Theme], wording: Wording, room: int) -> None:
        progress = self.embedding.progress
        progress.start("summarising", len(found), "themes")
        for theme in found:
            page.add(self._theme(theme, wording, room))
            progress.advance(1)
        progress.finish()

    def _theme(self, theme: Theme, wording: Wording, room: int) -> Quoted:
        model_id = self.embedding.space.model_id()
        gathered = of_chunks(self.store, central(self.store, theme, model_id), self.embedding)
        where = named_documents(self.store, theme.passages.tolist(), 2)
        label = wording.theme.format(
            names=wording.comma.join(theme.names),
            passages=len(theme.passages),
            where=wording.comma.join(where),
        )
        left = max(room - self.count(label), _TOKENS_A_SENTENCE)
        named = gathered.entities
        picks = extract(gathered.material, None, left, self.count, self.scorer, named)
        sources = tuple(
            (gathered.origins[pick.sentence], _said(gathered, pick.sentence, pick.length))
            for pick in picks
        )
        return Quoted(label + joined([said for _, said in sources]), sources)

    def _add_timeline(self, page: _Page, passages: Ints, wording: Wording) -> None:
        dates = [Quoted(wording.timeline)]
        for year, row in self._dated(passages):
            text = self.store.document_text(row.document.id)[row.start : row.end]
            if page.said(row.document.id, row.start):
                continue
            origin = Origin(row.document, row.chunk_id, row.start, row.end)
            dates.append(Quoted(f"{year}: {text}", ((origin, text),)))
        if len(dates) > 1 and page.fits([dates[0].text, dates[1].text]):
            for line in dates:
                page.add(line)

    def _dated(self, passages: Ints) -> list[tuple[int, FactRow]]:
        """Facts with a year, of the best linked names, one a year, by year."""
        spread = np.linspace(0, len(passages) - 1, min(len(passages), _FACTS_OF)).astype(int)
        rows = self.store.facts_of([int(one) for one in passages[np.unique(spread)]])
        arrays = self.embedding.space.graph().arrays()
        common = np.asarray(arrays.mentions.getnnz(axis=0))
        best: dict[int, tuple[int, FactRow]] = {}
        for row in rows:
            year = _YEAR.search(row.time or "")
            if year is None:
                continue
            ends = np.searchsorted(arrays.entity_ids, [row.subject_id, row.object_id])
            weight = int(common[np.minimum(ends, len(common) - 1)].sum())
            known = best.get(int(year[1]))
            if known is None or known[0] < weight:
                best[int(year[1])] = weight, row
        chosen = sorted(best.items(), key=lambda item: -item[1][0])[:_DATES]
        return sorted(((year, row) for year, (_, row) in chosen), key=lambda item: item[0])

    def _inside(self, collection: str | None) -> Ints | None:
        if collection is None:
            return None
        return self.store.chunk_ids(self.store.matching(collection=collection))

    def _mentioned(self, passages: Ints) -> Ints:
        arrays = self.embedding.space.graph().arrays()
        rows = np.flatnonzero(np.isin(arrays.chunk_ids, passages))
        return np.asarray(arrays.mentions[rows].getnnz(axis=0))

    def _wording(self, passages: Ints) -> Wording:
        sample = self.store.chunks(passages[:: max(1, len(passages) // 20)].tolist())
        text = "".join(row.chunk.text for row in sample.values())
        return _CHINESE if han_share(text) > 0.5 else _ENGLISH


class _Page:
    """Lines, while they fit."""

    def __init__(self, budget: int, count: Callable[[str], int]) -> None:
        self._left, self._count = budget, count
        self.lines: list[Quoted] = []

    def fits(self, texts: Sequence[str]) -> bool:
        return sum(self._count(text) + 1 for text in texts) <= self._left

    def said(self, document_id: int, start: int) -> bool:
        """Whether a line quotes the sentence that begins there."""
        return any(
            (origin.document.id, origin.start) == (document_id, start)
            for line in self.lines
            for origin, _ in line.sources
        )

    def add(self, line: Quoted) -> None:
        """Adds the line if there is room for it."""
        if self.fits([line.text]):
            self._left -= self._count(line.text) + 1
            self.lines.append(line)


def _said(gathered: Gathered, sentence: int, length: int) -> str:
    return gathered.material.texts[sentence][:length]
