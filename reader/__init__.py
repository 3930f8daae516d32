"""Readers: they answer a question from a window of passages, each in its own way."""

from .endpoint import EndpointReader
from .extract import ExtractiveReader
from .language_model import LanguageModel
from .prefill import PrefillReader
from .reading import Evidence, Reader, Reading, Window, WindowPassage

__all__ = [
    "EndpointReader",
    "Evidence",
    "ExtractiveReader",
    "LanguageModel",
    "PrefillReader",
    "Reader",
    "Reading",
    "Window",
    "WindowPassage",
]
