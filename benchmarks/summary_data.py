"""Texts to summarise, what people summarised them to, and what is known of their sentences.

Vectors, and a memory whose graph knows the entities, are made once and kept in a folder.
Half of the items are for tuning, by their documents; the other half is reported on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memctx import Memory
from memctx.config import load_settings
from memctx.memory.embedder import Embedder
from memctx.pipeline.engines import find_embedder, find_token_count
from memctx.pipeline.summary.entities import Entities, entities
from memctx.pipeline.summary.features import Asked, Material
from memctx.pipeline.summary.units import units
from memctx.reader.terms import terms

SETS = ("squality", "qmsum", "multi_news")


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a set: its sentences with their vectors, and the tokens of each."""

    name: str
    source: str
    material: Material
    tokens: np.ndarray

    @property
    def half(self) -> int:
        """0 for tuning, 1 to report on."""
        return zlib.crc32(f"h{self.name.partition('-')[2]}".encode()) % 2


@dataclass(frozen=True, slots=True)
class Item:
    """A summary that is wanted, and those that people wrote."""

    set: str
    name: str
    text: Text
    query: Asked | None
    references: Sequence[str]


class Vectors:
    """Embeds, and keeps what it embedded in a folder."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder, self.embedder = folder, embedder
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, name: str, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (n, width) of a text's sentences."""
        mark = zlib.crc32("\0".join(texts).encode())
        file = self._folder / f"{name}-{mark:08x}.npy"
        if not file.is_file():
            np.save(file, self.embedder.encode(texts).astype(np.float16))
        return np.asarray(np.load(file, allow_pickle=False), np.float32)


def items_of(data: Path, name: str, vectors: Vectors, count: Callable[[str], int]) -> list[Item]:
    """All items of a set."""
    whole = data / name / "items.jsonl"
    rows = list(_rows(whole if whole.is_file() else data / name / "docs.jsonl"))
    texts = {row["id"]: _text(f"{name}-{row['id']}", row["text"], vectors, count) for row in rows}
    if whole.is_file():
        return [Item(name, r["id"], texts[r["id"]], None, r["references"]) for r in rows]
    queries = {row["query"]: None for row in _rows(data / name / "queries.jsonl")}
    made = vectors.of(f"{name}-queries", list(queries))
    known = dict(zip(queries, made, strict=True))
    return [
        Item(
            name,
            row["id"],
            texts[row["doc"]],
            Asked(known[row["query"]], terms(row["query"])),
            row["references"],
        )
        for row in _rows(data / name / "queries.jsonl")
    ]


def everything(data: Path, work: Path, sets: Sequence[str]) -> list[Item]:
    """The items of all sets, with the default embedder and the reader's tokens."""
    settings = load_settings()
    vectors = Vectors(work, find_embedder("all-MiniLM-L6-v2", settings))
    count = find_token_count(settings)
    return [item for name in sets for item in items_of(data, name, vectors, count)]


def entities_of(items: Sequence[Item], work: Path) -> dict[str, Entities]:
    """The entities that each text's sentences name, by the text's name, from a memory in `work`."""
    texts = {item.text.name: item.text for item in items}
    file = work / "texts.jsonl"
    rows = [{"id": name, "text": text.source} for name, text in texts.items()]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found: dict[str, Entities] = {}
    with Memory(work / "memory") as memory:
        memory.ingest(file)
        store = memory._workspace.store
        for row in memory.documents():
            text = texts.get(row.key)
            if text is not None and memory.show(row.key) == text.source:
                spans = [(row.id, *span) for span in text.material.units.spans]
                chunks = [chunk.id for chunk in store.chunks_of(row.id)]
                found[row.key] = entities(spans, store.mentions_of(chunks))
    if len(found) < len(texts):
        raise ValueError(f"{work / 'memory'} lacks some texts, or keeps others under their names")
    return found


def budgets(items: Sequence[Item], count: Callable[[str], int]) -> dict[str, int]:
    """The tokens that each set's summaries may have: the median of its references'."""
    lengths: dict[str, list[int]] = {}
    for item in items:
        lengths.setdefault(item.set, []).extend(map(count, item.references))
    return {name: int(np.median(found)) for name, found in lengths.items()}


def _text(name: str, text: str, vectors: Vectors, count: Callable[[str], int]) -> Text:
    found = units(text)
    sentences = found.texts(text)
    tokens = np.asarray([count(sentence) for sentence in sentences], np.int64)
    return Text(name, text, Material.of(found, sentences, vectors.of(name, sentences)), tokens)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
