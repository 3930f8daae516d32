"""Loaders: from the bytes of one source to its documents, one format family a file."""

from .base import Limits, Source
from .registry import LOADERS, is_supported, load

__all__ = ["LOADERS", "Limits", "Source", "is_supported", "load"]
