"""The note that lies beside weights in the memctx cache: what they are made from.

It makes a folder checkable without its download, and gives converted weights a
fingerprint that does not depend on the libraries that converted them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ..files import read_json, sha256_of, write_json
from .catalogue import CatalogueEntry
from .convert import CONVERTERS, Converter
from .fingerprint import RECORD, content_digest
from .layout import layout_of


def write_record(folder: Path, entry: CatalogueEntry, source: dict[str, str]) -> None:
    """Notes what `folder` holds, and the sha256 of each `source` file that it is made from.

    Raises:
        ValueError: the folder has no layout of a model, or the entry no wheels.
    """
    layout = layout_of(folder)
    if layout is None or entry.wheel is None:
        raise ValueError(f"{entry.name}: its wheels do not hold a model")
    digest = content_digest(folder, layout)
    converter = CONVERTERS[entry.convert] if entry.convert else None
    record: dict[str, Any] = {
        "name": entry.name,
        "task": entry.task,
        "licence": entry.licence,
        "notice": entry.notice,
        "wheels": list(entry.wheel.requirements),
        "source": source,
        "converter": converter.version if converter else None,
        "fingerprint": _lineage(source, converter) if converter else digest[:16],
        "digest": digest,
        "files": _sums(folder),
    }
    write_json(folder / RECORD, record)


def is_whole(folder: Path) -> bool:
    """Whether `folder` holds exactly what its record says; reads every byte."""
    files = read_json(folder / RECORD).get("files")
    return bool(files) and layout_of(folder) is not None and files == _sums(folder)


def _sums(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}


def _lineage(source: dict[str, str], by: Converter) -> str:
    weights = sorted(sha256 for name, sha256 in source.items() if name.endswith(by.suffix))
    return hashlib.sha256(f"{weights} converter {by.version}".encode()).hexdigest()[:16]
