from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory
from memctx.pipeline.loaders import Limits, Source, load
from memctx.records import Document, Skipped

Loaded = list[Document | Skipped]
LoadFile = Callable[..., Loaded]


@pytest.fixture
def load_file(tmp_path: Path) -> LoadFile:
    """Writes a file of that name and loads it."""

    def write_and_load(name: str, content: bytes | str, limits: Limits | None = None) -> Loaded:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        status = path.stat()
        source = Source(name, str(tmp_path), path, status.st_size, status.st_mtime_ns)
        return list(load(source, limits))

    return write_and_load


@pytest.fixture(scope="module")
def remember(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Mapping[str, str]], Memory]]:
    """Makes memories of titled texts, each title its document's key; all close at the end."""
    with ExitStack() as opened:

        def make(texts: Mapping[str, str]) -> Memory:
            folder = tmp_path_factory.mktemp("remembered")
            rows = [{"id": key, "title": key, "text": text} for key, text in texts.items()]
            (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
            memory = opened.enter_context(Memory(folder / "memory", embedder=HashingEmbedder()))
            memory.ingest(folder / "corpus.jsonl")
            return memory

        yield make
