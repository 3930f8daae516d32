"""Which adapters a reader has, by language, and what is known of each.

They are given by the settings, a memory's own, or shipped with the reader; a memory's own for
one language stands beside the shipped ones for others. Beside an adapter may lie a note of
what it was taught. Reads no numbers: `memctx status` asks, too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from ..errors import OldAdapter
from ..files import read_json, write_text
from ..reader.adapter import EVERY
from ..reader.adapter_file import adapter_files, read_label
from ..records import AdapterInfo, AdaptersInUse

NOTE = "taught.json"
"""What the note beside an adapter is called."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An adapter in use: its file, and whose it is, "given", "memory" or "shipped"."""

    source: str
    file: Path


def chosen_adapters(model: str, setting: str, own: Path | None) -> dict[str, Chosen]:
    """The adapters that a model is read with, by language; `own` is the memory's folder of them.

    `setting` is "auto", "none", or a file or folder.

    Raises:
        ModelError: one cannot be read, or what is set is not there.
    """
    if setting == "none":
        return {}
    if setting == "auto":
        nearer = _suiting(model, Chosen("memory", own)) if own else {}
    else:
        files = adapter_files(Path(setting))
        nearer = {language: Chosen("given", file) for language, file in files.items()}
    if EVERY in nearer:
        return nearer
    return _suiting(model, Chosen("shipped", shipped_folder(model))) | nearer


def shipped_folder(model: str) -> Path:
    """Where the adapters that came with a model are, if any did."""
    return Path(str(package_files("memctx"))) / "data" / "adapters" / model


def _suiting(model: str, place: Chosen) -> dict[str, Chosen]:
    """The adapters in a folder that were made for the model, and for the way it reads now."""
    found = {}
    for language, file in adapter_files(place.file).items():
        if not file.is_file():
            continue
        try:
            label = read_label(file)
        except OldAdapter as error:
            _log.warning("%s; until then it is not used", error)
            continue
        if label.model == model:
            found[language] = Chosen(place.source, file)
    return found


def in_use(chosen: Mapping[str, Chosen]) -> AdaptersInUse:
    """Whose adapters are in use, and what each was taught; "none" where there are none."""
    sources = [one.source for one in chosen.values()]
    nearest = next((name for name in ("given", "memory", "shipped") if name in sources), "none")
    return AdaptersInUse(nearest, tuple(_described(name, one) for name, one in chosen.items()))


def write_note(adapter: Path, digest: str, taught: Mapping[str, Any]) -> None:
    """Keep beside an adapter's file what it was taught: fields of `AdapterInfo`."""
    text = json.dumps({"digest": digest, **taught}, ensure_ascii=False, indent=1)
    write_text(adapter.with_name(NOTE), text + "\n")


def _described(language: str, chosen: Chosen) -> AdapterInfo:
    """What is known of an adapter; little where the note beside it is of another one."""
    note = read_json(chosen.file.with_name(NOTE))
    if note.get("digest") != read_label(chosen.file).digest:
        note = {}
    return AdapterInfo(
        source=chosen.source,
        language=language,
        file=str(chosen.file),
        questions=note.get("questions"),
        taught=note.get("taught"),
        examined=note.get("examined"),
        f1_before=note.get("f1_before"),
        f1=note.get("f1"),
    )
