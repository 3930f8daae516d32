"""memctx as one of the systems that are compared, through its public surface."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from memctx import Memory, __version__
from memctx.benchmarks.peers import Text
from memctx.memory.embedder import Embedder

NAME = "memctx"


class Memctx:
    """A memory in a folder; it is made where there is none. Close it."""

    name = NAME
    version = __version__
    learned = True

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._memory = Memory(folder, embedder=embedder)

    def index(self, texts: Sequence[Text]) -> float | None:
        """As `System.index`: reading, embedding, words and graph."""
        if (self._folder / "memory.sqlite3").exists():
            return None
        began = time.perf_counter()
        self._folder.mkdir(parents=True)
        records = self._folder / "corpus.jsonl"
        with records.open("w", encoding="utf-8") as lines:
            for text in texts:
                row = {"id": text.key, "title": text.title, "text": text.text}
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._memory.ingest(records)
        return time.perf_counter() - began

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        found = self._memory.search(question, k, distinct=True)
        return [passage.document.key for passage in found]

    def close(self) -> None:
        """Lets go of the memory's files."""
        self._memory.close()
