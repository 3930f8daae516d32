"""Questions in one language on documents in another, with one embedder beside another.

    python -m memctx.benchmarks.languages --data EVAL/tune --memories DIR
        [--embedders all-MiniLM-L6-v2,multilingual-e5-small] [--limit 60] [--passages 300]

The questions of XQuAD are the same in English and Chinese, by their id, and so are its
passages: those of one language are asked of the other's. Titles are hidden, because they are
English in both. Of each set the passages that its questions need are taken, and others until
there are --passages. Searches are whole ones: vectors, words, graph, ranker. Speed is in
seconds of processor time, which other work on the machine does not change much.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memctx import Memory
from memctx.benchmarks.corpus import rows_of
from memctx.config import load_settings
from memctx.files import bytes_of
from memctx.memory.embedder import Embedder
from memctx.models.resolve import resolve
from memctx.pipeline.engines import find_embedder
from memctx.pipeline.stages import listed

PAIRS = (
    ("xquad_en", "xquad_zh"),
    ("xquad_zh", "xquad_en"),
    ("xquad_en", "xquad_en"),
    ("xquad_zh", "xquad_zh"),
    ("cmrc2018", "cmrc2018"),
)
"""Whose questions, and whose passages."""

_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Twin:
    """A question, and the keys of the passages that answer it in the corpus it is asked of."""

    text: str
    gold: frozenset[str]


def twins(data: Path, asked: str, corpus: str, limit: int) -> list[Twin]:
    """Questions of `asked` from all over its file, with what is right for them in `corpus`."""
    gold = {row["id"]: frozenset(row["gold"]) for row in rows_of(data / corpus / "queries.jsonl")}
    rows = [row for row in rows_of(data / asked / "queries.jsonl") if row["id"] in gold]
    rows = rows[:: max(1, len(rows) // limit)][:limit]
    return [Twin(row["question"], gold[row["id"]]) for row in rows]


def passages(data: Path, corpus: str, wanted: frozenset[str], count: int) -> list[dict[str, Any]]:
    """Passages without titles: those `wanted`, then others until there are `count`."""
    rows = sorted(rows_of(data / corpus / "corpus.jsonl"), key=lambda row: row["id"] not in wanted)
    return [{"id": row["id"], "text": row["text"]} for row in rows[: max(count, len(wanted))]]


def recall(memory: Memory, questions: Sequence[Twin]) -> tuple[float, float]:
    """The share, in percent, that is found first, and among the first five."""
    first = found = 0
    for question in questions:
        keys = [p.document.key for p in memory.search(question.text, _DEPTH, distinct=True)]
        first += bool(question.gold & set(keys[:1]))
        found += bool(question.gold & set(keys))
    return 100 * first / len(questions), 100 * found / len(questions)


def measured(
    options: argparse.Namespace, embedder: Embedder
) -> Iterator[tuple[str, str, float, float]]:
    """Each pair of languages, and recall at 1 and 5."""
    for asked, corpus in PAIRS:
        questions = twins(options.data, asked, corpus, options.limit)
        wanted = frozenset().union(*(question.gold for question in questions))
        folder = options.memories / embedder.name / corpus
        with Memory(folder, embedder=embedder) as memory:
            if not (folder / "memory.sqlite3").exists():
                memory.ingest(
                    _written(folder, passages(options.data, corpus, wanted, options.passages))
                )
            yield asked, corpus, *recall(memory, questions)


def _written(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "corpus.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def speed(embedder: Embedder, texts: Sequence[str]) -> float:
    """Texts a second of processor time, once the weights are loaded."""
    embedder.encode(texts[:16])
    began = time.process_time()
    embedder.encode(texts)
    return len(texts) / (time.process_time() - began)


def main() -> None:
    """Measures one embedder after the other, and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--memories", type=Path, required=True, help="where memories are kept")
    parser.add_argument(
        "--embedders", type=listed, default=("all-MiniLM-L6-v2", "multilingual-e5-small")
    )
    parser.add_argument("--limit", type=int, default=60, help="questions of a set")
    parser.add_argument("--passages", type=int, default=300, help="passages of a set")
    options = parser.parse_args()
    settings = load_settings()
    for name in options.embedders:
        embedder = find_embedder(name, settings)
        size = bytes_of(resolve(name, cache=settings.cache).path)
        for asked, corpus, first, found in measured(options, embedder):
            print(f"{name}: {asked} on {corpus}: recall@1 {first:.1f}, @5 {found:.1f}", flush=True)
        for corpus in ("xquad_en", "xquad_zh"):
            texts = [row["text"] for row in rows_of(options.data / corpus / "corpus.jsonl")[:48]]
            rate = speed(embedder, texts)
            print(f"{name}: {corpus}: {rate:.1f} texts a second of processor time", flush=True)
        print(f"{name}: {size} bytes on disk, {embedder.width} dimensions", flush=True)


if __name__ == "__main__":
    main()
