"""What the ranker learns from: the candidates of questions whose evidence is known.

A memory is made of each folder's corpus the first time, below `--memories`. Questions
are split by gold passage, so that no passage is learned from on one side and asked
about on the other. Each is asked of the whole corpus, and of parts of it that are small or
lack its evidence (`small_memories`).
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memctx import Memory, load_settings
from memctx.benchmarks.small_memories import (
    Part,
    Passages,
    names_of_columns,
    parts,
    tiny,
    without_graph,
)
from memctx.config import DEFAULT_EMBEDDER
from memctx.memory.embedder import Embedder, Progress
from memctx.pipeline.engines import find_embedder
from memctx.pipeline.finding import Asked, Finding, Indexes
from memctx.pipeline.ranking.candidates import Candidates, scaled
from memctx.pipeline.ranking.own import own_features
from memctx.pipeline.ranking.pairs import Seeds, pair_features
from memctx.pipeline.ranking.question import RankedQuestion
from memctx.pipeline.ranking.ranker import SEEDS, Ranker
from memctx.pipeline.retrieve import POOL, Clock, led
from memctx.pipeline.stages import Stages

Floats = NDArray[np.float64]
INNER = 4  # folds inside what is learned from
WEIGHTS = {
    **{"musique": 1.6, "hotpotqa": 1.0, "2wiki": 1.0},
    **{"xquad_en": 0.5, "xquad_zh": 0.5, "cmrc2018": 0.5, "drcd": 0.5},
}
"""What is learned from, and how much a question of each folder weighs."""
_WEIGHT = 0.5
_NEAR = 10  # of the first candidates, those that small sets are drawn from half the time


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the keys of the documents that are its evidence, and its folder's name."""

    text: str
    gold: frozenset[str]
    folder: str


@dataclass(frozen=True, slots=True)
class First:
    """The first candidates of a question: features (n, f), and which are evidence (n,)."""

    question: Question
    features: Floats
    evidence: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Last:
    """All candidates of a question, with the pairs' features (s, n, f)."""

    question: Question
    keys: tuple[str, ...]
    features: Floats
    walked: Floats
    beside: Floats
    seeds: Seeds
    evidence: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Unseen:
    """How likely the candidates of a question are: by themselves, and in the end."""

    question: Question
    part: Part | None
    keys: tuple[str, ...]
    alone: Floats
    probability: Floats


@dataclass(frozen=True, slots=True)
class Nearest:
    """The likeliest passage's probability, the best cosine, and the best BM25 score's share."""

    likely: float
    cosine: float
    coverage: float
    unread: bool

    @property
    def seen(self) -> float:
        """The cosine where it tells something, else 0."""
        return 0.0 if self.unread else self.cosine


class Remembering:
    """An embedder that makes each vector once: fitting asks the same things many times."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.width, self.max_tokens = embedder.width, embedder.max_tokens
        self.reads_chinese = embedder.reads_chinese
        self.encode_query, self.token_ends = embedder.encode_query, embedder.token_ends

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """As `Embedder.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            made = self._embedder.encode(new, progress=progress)
            self._known.update(zip(new, made, strict=True))
        return np.stack([self._known[text] for text in texts])


class Source:
    """The questions of one folder and the memory of its corpus. Close it."""

    def __init__(
        self,
        folder: Path,
        memories: Path,
        embedder: Embedder,
        *,
        limit: int,
        stages: Stages | None = None,
    ) -> None:
        self._memory = Memory(memories / folder.name, embedder=embedder)
        if not (memories / folder.name / "memory.sqlite3").exists():
            self._memory.ingest(folder / "corpus.jsonl")
        self.name, self._stages = folder.name, stages or Stages()
        self.questions = list(_questions(folder / "queries.jsonl", limit))
        self._indexes: Indexes = self._memory.indexes()
        self._plain = without_graph(self._indexes)
        self._surfaces = names_of_columns(self._indexes.graph.arrays)
        self._tiny: dict[Part, Indexes] = {}
        store = self._indexes.store
        self._ids = {row.key: row.id for row in store.list_documents()}
        self._all = store.chunk_ids(list(self._ids.values()))
        rows = store.chunks(self._all.tolist())
        self._owners = np.array([rows[chunk].document.id for chunk in self._all.tolist()])
        texts = [question.text for question in self.questions]
        self._vectors = np.stack([embedder.encode_query(text) for text in texts])

    def close(self) -> None:
        """Closes the memory."""
        self._memory.close()

    def parts(self, number: int) -> list[Part]:
        """The parts of the corpus that a question is also asked of, the same each time."""
        question = self.questions[number]
        documents = [self._ids[key] for key in sorted(question.gold)]
        whole = np.isin(self._owners, documents)
        _, first, _ = self._begun(number, None)
        nearness = first.cosines + scaled(first.lexical)
        order = first.ids[np.argsort(-nearness, kind="stable")]
        gold = np.array([self._nearest_chunk(document, order) for document in documents])
        near = np.setdiff1d(order[: _NEAR + len(gold)], self._all[whole])
        led_to = np.setdiff1d(self._linked(number, gold.tolist()), self._all[whole])
        rng = np.random.default_rng(zlib.crc32(question.text.encode()))
        return list(parts(Passages(gold, near, led_to, self._all[~whole]), rng))

    def _linked(self, number: int, gold: Sequence[int]) -> NDArray[np.int64]:
        """What the graph links with the evidence of a question."""
        asked = Asked(self.questions[number].text, self._vectors[number], None, None)
        finding = Finding(self._indexes, self._stages, asked)
        finding.add_linked(gold)
        return finding.candidates().ids

    def _nearest_chunk(self, document: int, order: NDArray[np.int64]) -> int:
        """Of a document in several passages the one that looks most like the question."""
        own = self._all[self._owners == document]
        return int(next((chunk for chunk in order if chunk in own), own[0]))

    def first(self, number: int, part: Part | None = None) -> First:
        """The first candidates of a question."""
        _, candidates, asks = self._begun(number, part)
        question = self.questions[number]
        return First(question, own_features(candidates, asks), self._evidence(number, candidates))

    def last(self, number: int, alone: Floats, part: Part | None = None) -> Last:
        """All candidates, given how likely the first ones are."""
        finding, first, asks = self._begun(number, part)
        candidates, seeds = led(finding, self._stages, first, alone, Clock())
        seeds = seeds.filled(SEEDS, len(candidates))
        return Last(
            self.questions[number],
            tuple(finding.rows[int(chunk)].document.key for chunk in candidates.ids),
            own_features(candidates, asks),
            candidates.walked,
            pair_features(candidates, asks, seeds),
            seeds,
            self._evidence(number, candidates),
        )

    def judged(self, number: int, ranker: Ranker, part: Part | None = None) -> Unseen:
        """What a ranker says, as the product runs it."""
        return self._judged(number, ranker, part)[0]

    def nearest(self, number: int, ranker: Ranker, part: Part | None = None) -> Nearest:
        """How near the best passage comes of the whole corpus, or of a part."""
        said, candidates, asks = self._judged(number, ranker, part)
        return Nearest(
            float(said.probability.max(initial=0.0)),
            float(candidates.cosines.max(initial=0.0)),
            min(1.0, float(candidates.lexical.max(initial=0.0)) / asks.ceiling),
            asks.unread,
        )

    def _judged(
        self, number: int, ranker: Ranker, part: Part | None
    ) -> tuple[Unseen, Candidates, RankedQuestion]:
        finding, first, asks = self._begun(number, part)
        candidates, seeds = led(finding, self._stages, first, ranker.alone(first, asks), Clock())
        said = Unseen(
            self.questions[number],
            part,
            tuple(finding.rows[int(chunk)].document.key for chunk in candidates.ids),
            ranker.alone(candidates, asks),
            ranker.judge(candidates, asks, seeds),
        )
        return said, candidates, asks

    def _begun(self, number: int, part: Part | None) -> tuple[Finding, Candidates, RankedQuestion]:
        text, vector, indexes = self.questions[number].text, self._vectors[number], self._indexes
        if part is not None and not part.graph:
            indexes = self._plain
        if part is None or not part.chunks:
            asked = Asked(text, vector, None, None)
        elif part.tiny:
            if part not in self._tiny:
                self._tiny[part] = tiny(indexes, part, self._surfaces)
            indexes, asked = self._tiny[part], Asked(text, vector, None, part.allowed)
        else:
            documents = np.unique(self._owners[np.isin(self._all, part.allowed)])
            allowed = self._all[np.isin(self._owners, documents)]
            asked = Asked(text, vector, documents.tolist(), allowed)
        finding = Finding(indexes, self._stages, asked)
        finding.add_nearest(2 * POOL)
        return finding, finding.candidates(), finding.question()

    def _evidence(self, number: int, candidates: Candidates) -> NDArray[np.bool_]:
        gold = self.questions[number].gold
        rows = self._indexes.store.chunks(candidates.ids.tolist())
        keys = [rows[int(chunk)].document.key for chunk in candidates.ids]
        return np.array([key in gold for key in keys], bool)


def options_of(purpose: str, folders: Sequence[str], limit: int) -> argparse.ArgumentParser:
    """The options by which sources are named: `sources_of` reads them."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--data", type=Path, required=True, help="folders of corpora and queries")
    parser.add_argument("--memories", type=Path, required=True, help="where memories are kept")
    parser.add_argument("--folders", nargs="+", default=list(folders))
    parser.add_argument("--limit", type=int, default=limit, help="questions of a folder")
    return parser


@contextmanager
def sources_of(options: argparse.Namespace) -> Iterator[list[Source]]:
    """The sources that the options name, with the default embedder, until the block ends."""
    embedder = Remembering(find_embedder(DEFAULT_EMBEDDER, load_settings()))
    with ExitStack() as opened:
        yield [
            opened.enter_context(
                closing(
                    Source(options.data / name, options.memories, embedder, limit=options.limit)
                )
            )
            for name in options.folders
        ]


def folds(questions: Sequence[Question], count: int, seed: int) -> NDArray[np.int64]:
    """A fold for each question; questions that share a gold passage are in the same one."""
    leader = list(range(len(questions)))

    def led_by(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    seen: dict[str, int] = {}
    for place, question in enumerate(questions):
        for key in question.gold:
            leader[led_by(place)] = led_by(seen.setdefault(f"{question.folder}/{key}", place))
    groups = sorted({led_by(place) for place in range(len(questions))})
    numbers = np.random.default_rng(seed).permutation(len(groups)) % count
    fold = dict(zip(groups, numbers.tolist(), strict=True))
    return np.array([fold[led_by(place)] for place in range(len(questions))])


def _questions(file: Path, limit: int) -> Iterator[Question]:
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    step = max(1, len(lines) // limit)
    for line in lines[::step][:limit]:
        yield Question(line["question"], frozenset(line["gold"]), file.parent.name)


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a source, asked of the whole corpus or of a `part`.

    `fold` is of two halves, `inner` of the folds inside one; all that is asked with one
    question is in the same ones. `weight` is what it weighs in a fit.
    """

    source: Source
    number: int
    part: Part | None
    fold: int
    inner: int
    weight: float
    first: First


def cases_of(sources: Sequence[Source]) -> list[Case]:
    """All questions of the sources, each of the whole corpus and of its parts."""
    return [case for source in sources for case in _cases(source)]


def _cases(source: Source) -> Iterator[Case]:
    outer, inner = folds(source.questions, 2, 0), folds(source.questions, INNER, 7)
    weight = WEIGHTS.get(source.name, _WEIGHT)
    for number, (half, fold) in enumerate(zip(outer.tolist(), inner.tolist(), strict=True)):
        for part in (None, *source.parts(number)):
            first = source.first(number, part)
            yield Case(source, number, part, half, fold, weight, first)
