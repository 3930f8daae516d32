"""Readers: they answer a question from a window of passages, each in its own way."""

from .endpoint import EndpointReader
from .extract import ExtractiveReader
from .gate import GatedReader
from .language_model import LanguageModel
from .memory_reader import Care, MemoryReader
from .prefill import PrefillReader
from .reading import Evidence, Reader, Reading, Window, WindowPassage

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
