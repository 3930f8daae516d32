from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
