"""Generations: how a projection's files are replaced as a whole, or not at all.

A projection lives in a folder of numbered generations. The next one is prepared
beside them, starting from hard links to the files of the current one, and takes
its place by one rename. A reader that has the old one open keeps reading it; a
crash leaves a folder that the next writer sweeps away.

Each generation carries `state.json`: up to which change it is complete, what made
it, and the sha256 of every file. This works for files that are only ever added or
replaced by rename, never edited in place; FAISS and tantivy files are such.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..files import flush, sha256_of, write_json

_STATE = "state.json"


@dataclass(frozen=True, slots=True)
class Generation:
    """A whole projection on disk: complete up to `sequence`, made by `fingerprint`."""

    folder: Path
    sequence: int
    fingerprint: str


class Generations:
    """The generations of one projection below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Generation | None:
        """The newest generation, or None if there is none or its files are not as written."""
        for _ in range(3):  # a writer may replace it between listing and reading
            folders = self._numbered()
            if not folders:
                return None
            try:
                return _verified(folders[-1])
            except FileNotFoundError:
                continue
        return None

    def exist(self) -> bool:
        """Whether anything was ever saved here, sound or not."""
        return bool(self._numbered())

    @contextmanager
    def next(self, sequence: int, fingerprint: str, *, keep: bool) -> Iterator[Path]:
        """Yields a folder to prepare; on success it becomes the current generation.

        With `keep` it starts with the current generation's files, otherwise empty.
        The caller holds the memory's writer lock.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        old = self._numbered()
        number = int(old[-1].name) + 1 if old else 1
        beside = self.folder / f"{number:08d}.tmp"
        self._sweep(except_for=old[-1:])
        beside.mkdir()
        if keep and old:
            _link_files(old[-1], beside)
        yield beside
        _write_state(beside, sequence, fingerprint)
        beside.rename(self.folder / f"{number:08d}")
        flush(self.folder)
        self._sweep(except_for=self._numbered()[-1:])

    def _numbered(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.name.isdigit())

    def _sweep(self, *, except_for: list[Path]) -> None:
        for path in self.folder.iterdir():
            if path not in except_for:
                # Windows keeps files that a reader has open; the next sweep gets them.
                shutil.rmtree(path, ignore_errors=True)


def _link_files(source: Path, target: Path) -> None:
    for file in source.iterdir():
        if file.name == _STATE:
            continue
        try:
            os.link(file, target / file.name)
        except OSError:  # no hard links on this file system
            shutil.copy2(file, target / file.name)


def _write_state(folder: Path, sequence: int, fingerprint: str) -> None:
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    state = {"sequence": sequence, "fingerprint": fingerprint, "files": files}
    write_json(folder / _STATE, state)


def _verified(folder: Path) -> Generation | None:
    try:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        sound = all(sha256_of(folder / name) == digest for name, digest in state["files"].items())
        found = Generation(folder, int(state["sequence"]), str(state["fingerprint"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    except FileNotFoundError:
        if folder.is_dir():
            return None
        raise
    return found if sound else None
