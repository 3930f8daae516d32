"""memctx: an external memory for language models.

from memctx import Memory

with Memory(".memctx") as memory:
    memory.ingest("./corpus")
    print(memory.ask("Who founded the observatory?").text)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Memory as Memory
    from .conditions import where as where
    from .config import Settings as Settings
    from .config import load_settings as load_settings
    from .errors import MemctxError as MemctxError
    from .memory.embedder import Embedder as Embedder
    from .memory.embedder import HashingEmbedder as HashingEmbedder
    from .pipeline.ask import AskOptions as AskOptions
    from .pipeline.retrieve import Scope as Scope
    from .records import Answer as Answer
    from .records import Citation as Citation
    from .records import CollectionInfo as CollectionInfo
    from .records import Document as Document
    from .records import IngestReport as IngestReport
    from .records import Passage as Passage
    from .records import SearchResult as SearchResult
    from .records import Status as Status
    from .records import Summary as Summary

__version__ = "0.1.0"

# Loaded at first use: `memctx --help` should not wait for a database library.
_HOMES = {
    "Answer": "records",
    "AskOptions": "pipeline.ask",
    "Citation": "records",
    "CollectionInfo": "records",
    "Document": "records",
    "Embedder": "memory.embedder",
    "HashingEmbedder": "memory.embedder",
    "IngestReport": "records",
    "MemctxError": "errors",
    "Memory": "api",
    "Passage": "records",
    "Scope": "pipeline.retrieve",
    "SearchResult": "records",
    "Settings": "config",
    "Status": "records",
    "Summary": "records",
    "load_settings": "config",
    "where": "conditions",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
