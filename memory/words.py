"""The word index: BM25 over the words of every chunk, kept by tantivy.

A projection of the store. A writer brings the files up to date; a reader holds
what the files have not seen yet in a second, small index in memory. Scores are
tantivy's BM25 (k1 1.2, b 0.75), Robertson and Zaragoza 2009, by how often a word is
in both together; only the mean length of a passage is each index' own. How often a word is says
little in a small index, which is weighed as if ordinary passages filled it up.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..files import is_writable
from .analysis import spaced
from .common_words import COMMON
from .generations import Generations
from .projection import Delta, Span, delta_since
from .rows import ChunkRow
from .store import Store

_FORMAT = "words-1"  # changes when analysis or schema do, so that old files are rebuilt
_HEAP_BYTES = 64_000_000
_TOKENIZER = "memctx"
_K1 = 1.2  # tantivy's own
ORDINARY = 1000
"""So many passages tell how rare a word is; a smaller memory is weighed as if it had them."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Of `total` chunks, how many hold each word of a question: `of`."""

    total: int
    of: Mapping[str, float]

    def among_ordinary(self) -> WordCounts:
        """The same, filled up with ordinary passages where there are fewer than `ORDINARY`.

        Otherwise a word that the only passage holds would tell as little as any word can.
        """
        lacking = max(0, ORDINARY - self.total)
        filled = {word: count + lacking * COMMON.get(word, 0.0) for word, count in self.of.items()}
        return WordCounts(self.total + lacking, filled)

    def idf(self, word: str) -> float:
        """BM25's weight of a word."""
        count = self.of[word]
        return math.log(1 + (max(self.total, count) - count + 0.5) / (count + 0.5))

    @property
    def ceiling(self) -> float:
        """The BM25 score of a chunk that would hold every word very often."""
        return sum(self.idf(word) * (_K1 + 1) for word in self.of)


class WordIndex:
    """Finds chunks by their words. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._lock = threading.Lock()
        self._base: Any = None
        self._overlay: Any = None
        self._removed: list[Span] = []
        self.sequence = 0
        self.saved_sequence = 0
        self._open()

    def _open(self) -> None:
        current = self._generations.current()
        self._base, self._overlay, self._removed = None, None, []
        self.sequence = self.saved_sequence = 0
        if current is None or current.fingerprint != _FORMAT:
            return
        self._base = _opened(self._lockable(current.folder))
        self.sequence = self.saved_sequence = current.sequence

    def _lockable(self, folder: Path) -> Path:
        """The folder, or one of links to its files: tantivy locks even what it only reads."""
        if is_writable(folder):
            return folder
        beside = Path(tempfile.mkdtemp(prefix="memctx-words-"))
        weakref.finalize(self, shutil.rmtree, beside, ignore_errors=True)
        for file in folder.iterdir():
            if file.suffix != ".lock":
                (beside / file.name).symlink_to(file.resolve())
        return beside

    @property
    def unusable(self) -> bool:
        """Whether there are files that cannot be used: damaged, or of another kind."""
        return self.saved_sequence == 0 and self._generations.exist()

    def catch_up(self, store: Store) -> None:
        """Takes in, in memory only, what the store has and the index has not."""
        delta = delta_since(store, self.sequence)
        if delta.sequence == self.sequence:
            return
        if self._overlay is None:
            self._overlay = _create(None)
        with self._lock:
            _write(self._overlay, store, delta)
            self._removed += delta.removed
            self.sequence = delta.sequence

    def save(self, store: Store) -> None:
        """Brings the files up to date with the store. The caller holds the writer lock."""
        delta = delta_since(store, self.saved_sequence)
        if delta.sequence == self.saved_sequence and self._base is not None:
            return
        fresh = self._base is None
        with self._generations.next(delta.sequence, _FORMAT, keep=not fresh) as folder:
            index = _create(folder) if fresh else _opened(folder)
            _write(index, store, delta)
        with self._lock:
            self._open()

    def search(
        self, question: str, k: int, *, documents: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best (chunk id, BM25 score), best first; only of `documents` if given."""
        words = index_words(question)
        return self._run(words, k, "document", documents)

    def score(self, question: str, chunk_ids: Sequence[int]) -> dict[int, float]:
        """The BM25 score of each of the given chunks; 0 where no word is shared."""
        words = index_words(question)
        found = dict(self._run(words, len(chunk_ids), "chunk", chunk_ids))
        return {chunk_id: found.get(chunk_id, 0.0) for chunk_id in chunk_ids}

    def ceiling(self, question: str) -> float:
        """The BM25 score of a chunk that would hold every word of the question very often."""
        return self.counts(question).ceiling

    def counts(self, question: str) -> WordCounts:
        """In how many chunks each word of the question is, among ordinary ones if there are few."""
        with self._lock:
            indexes = [index for index in (self._base, self._overlay) if index is not None]
        return _counted(indexes, index_words(question)).among_ordinary()

    def _run(
        self, words: Sequence[str], k: int, field: str, allowed: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        if not words or k < 1 or (allowed is not None and len(allowed) == 0):
            return []
        with self._lock:
            both = [(self._base, self._removed), (self._overlay, ())]
        parts = [(index, removed) for index, removed in both if index is not None]
        counts = _counted([index for index, _ in parts], words).among_ordinary()
        hits = [
            hit
            for index, removed in parts
            for hit in _search(index, _weights(index, counts), k, (field, allowed), removed)
        ]
        # Equal scores are put in the order of ids: the same store, the same answer.
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]

    def count(self) -> int:
        """How many chunks the index holds."""
        with self._lock:
            parts = [(self._base, self._removed), (self._overlay, ())]
        return sum(_alive(index, removed) for index, removed in parts if index is not None)


def index_words(text: str) -> list[str]:
    """The words of a text as the index keeps them, in order: lower case, stems, bigrams."""
    found: list[str] = _analyser().analyze(spaced(text))
    return found


def _counted(indexes: Sequence[Any], words: Sequence[str]) -> WordCounts:
    """In how many passages of all indexes each word is.

    A repeated word asks no louder; without this, long questions drown in "the".
    """
    searchers = [index.searcher() for index in indexes]
    return WordCounts(
        sum(searcher.num_docs for searcher in searchers),
        {word: sum(s.doc_freq("words", word) for s in searchers) for word in words},
    )


def _weights(index: Any, counts: WordCounts) -> dict[str, float]:
    """What makes an index' own score of a word that of all indexes together."""
    own = _counted([index], list(counts.of))
    return {word: counts.idf(word) / own.idf(word) for word in counts.of}


def _schema() -> Any:
    import tantivy

    return (
        tantivy.SchemaBuilder()
        .add_text_field("words", tokenizer_name=_TOKENIZER, index_option="freq")
        .add_unsigned_field("chunk", indexed=True, fast=True)
        .add_unsigned_field("document", indexed=True, fast=True)
        .build()
    )


@cache
def _analyser() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(80), Filter.lowercase(), Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()


def _register(index: Any) -> Any:
    index.register_tokenizer(_TOKENIZER, _analyser())
    return index


def _create(folder: Path | None) -> Any:
    import tantivy

    return _register(tantivy.Index(_schema(), path=folder and str(folder)))


def _opened(folder: Path) -> Any:
    import tantivy

    return _register(tantivy.Index.open(str(folder)))


def _write(index: Any, store: Store, delta: Delta) -> None:
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for span in delta.removed:
        writer.delete_documents_by_query(_within(index.schema, span))
    for row in delta.chunks(store):
        writer.add_document(_entry(row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _entry(row: ChunkRow) -> Any:
    import tantivy

    entry = tantivy.Document()
    entry.add_text("words", spaced(row.described))
    entry.add_unsigned("chunk", row.id)
    entry.add_unsigned("document", row.document.id)
    return entry


def _search(
    index: Any,
    weights: Mapping[str, float],
    k: int,
    filtered: tuple[str, Sequence[int] | None],
    removed: Sequence[Span],
) -> Iterator[tuple[int, float]]:
    query = _query(index.schema, weights, *filtered, removed)
    searcher = index.searcher()
    hits = searcher.search(query, limit=k, count=False).hits
    ids = searcher.fast_field_values("chunk", [address for _, address in hits])
    return zip(ids, (float(score) for score, _ in hits), strict=True)


def _alive(index: Any, removed: Sequence[Span]) -> int:
    from tantivy import Occur, Query

    gone = [(Occur.MustNot, _within(index.schema, span)) for span in removed]
    query = Query.boolean_query([(Occur.Must, Query.all_query()), *gone])
    return int(index.searcher().search(query, limit=1).count or 0)


def _within(schema: Any, span: Span) -> Any:
    from tantivy import FieldType, Query

    return Query.range_query(schema, "chunk", FieldType.Unsigned, span.first, span.last)


def _query(
    schema: Any,
    weights: Mapping[str, float],
    field: str,
    allowed: Sequence[int] | None,
    removed: Sequence[Span],
) -> Any:
    from tantivy import Occur, Query

    terms = [_term(schema, word, weight) for word, weight in weights.items()]
    parts = [(Occur.Must, Query.boolean_query([(Occur.Should, term) for term in terms]))]
    if allowed is not None:
        within = Query.term_set_query(schema, field, [int(number) for number in allowed])
        parts.append((Occur.Must, Query.const_score_query(within, 0.0)))
    parts += [(Occur.MustNot, _within(schema, span)) for span in removed]
    return Query.boolean_query(parts)


def _term(schema: Any, word: str, weight: float) -> Any:
    from tantivy import Query

    term = Query.term_query(schema, "words", word, "freq")
    return term if weight == 1.0 else Query.boost_query(term, weight)
