"""Readers: they answer a question from a window of passages, each in its own way.

Each name is imported when it is first asked for: a search needs words of this package and no
reader.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .endpoint import EndpointReader
    from .extract import ExtractiveReader
    from .gate import GatedReader
    from .language_model import LanguageModel
    from .memory_reader import Care, MemoryReader
    from .prefill import PrefillReader
    from .reading import Evidence, Reader, Reading, Window, WindowPassage

_MODULES = {
    "Care": "memory_reader",
    "EndpointReader": "endpoint",
    "Evidence": "reading",
    "ExtractiveReader": "extract",
    "GatedReader": "gate",
    "LanguageModel": "language_model",
    "MemoryReader": "memory_reader",
    "PrefillReader": "prefill",
    "Reader": "reading",
    "Reading": "reading",
    "Window": "reading",
    "WindowPassage": "reading",
}

__all__ = [
    "Care",
    "EndpointReader",
    "Evidence",
    "ExtractiveReader",
    "GatedReader",
    "LanguageModel",
    "MemoryReader",
    "PrefillReader",
    "Reader",
    "Reading",
    "Window",
    "WindowPassage",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
