"""The Hugging Face hub: its cache on this machine, and downloads from it.

`cached_snapshot` reads the cache's folders and never goes out; `download` is
called by a pull alone. Knows nothing of the memctx cache.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelDownloadError
from ..files import bytes_of
from .catalogue import HubSource
from .child import run_child
from .progress import Progress

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_SECONDS = 3.0
"""How long to wait for the hub's first answer: many networks have no way to it."""

_CALL = "import sys; from memctx.models.hub import fetch; fetch(*sys.argv[1:])"

_USUAL = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
_NEVER = ("original/*", "consolidated*", "onnx/*", "openvino/*")


def is_hub_id(name: str) -> bool:
    """Whether `name` has the form owner/name."""
    return _ID.fullmatch(name) is not None


def cached_snapshot(source: HubSource) -> Path | None:
    """The folder of a whole copy in the hub's cache, or None.

    Reads the cache's own layout, which is far quicker than asking the library.
    """
    repository = _repository(source)
    if repository is None:
        return None
    reference = repository / "refs" / source.revision
    commit = reference.read_text().strip() if reference.is_file() else source.revision
    snapshot = repository / "snapshots" / commit
    whole = snapshot.is_dir() and all((snapshot / name).is_file() for name in source.required)
    return snapshot if whole else None


def download(source: HubSource, *, progress: Progress) -> Path:
    """Brings the source's files into the hub's cache and returns their folder.

    Files that are there already are kept, and one that was cut off is resumed.
    The client runs in a process of its own, so that its output stays out of ours
    and an interruption ends it.

    Raises:
        ModelDownloadError: the hub is switched off, cannot be reached, refuses,
            or lacks the weights.
    """
    repository = _repository(source)
    if repository is None:
        raise ModelDownloadError("huggingface_hub is not installed")
    wanted = _wanted(_describe(source), source)
    total = sum(wanted.values())

    def report() -> None:
        progress(source.id, min(bytes_of(repository / "blobs"), total), total)

    command = [sys.executable, "-c", _CALL, source.id, source.revision, *wanted]
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    outcome = run_child(command, environment=quiet, heartbeat=report)
    if outcome.status != 0:
        raise ModelDownloadError(outcome.last_line.rpartition("ModelDownloadError: ")[2])
    report()
    snapshot = cached_snapshot(source)
    if snapshot is None:
        raise ModelDownloadError(f"{source.id} did not arrive whole")
    return snapshot


def fetch(hub_id: str, revision: str, *names: str) -> None:
    """Downloads the named files into the hub's cache, in this process.

    Raises:
        ModelDownloadError: the hub refuses or breaks off.
    """
    from huggingface_hub import hf_hub_download

    try:
        for name in names:
            hf_hub_download(hub_id, name, revision=revision, etag_timeout=_SECONDS)
    except Exception as error:  # see _describe
        raise ModelDownloadError(_reason(error)) from error


def _repository(source: HubSource) -> Path | None:
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    return Path(constants.HF_HUB_CACHE) / f"models--{source.id.replace('/', '--')}"


def _describe(source: HubSource) -> ModelInfo:
    """What the hub says that the repository holds."""
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE:
        raise ModelDownloadError("it is switched off by HF_HUB_OFFLINE")
    # The client's errors come from several libraries and change with its versions.
    # Whichever it is, the next source is tried and the reason reported.
    try:
        return HfApi().model_info(
            source.id, revision=source.revision, timeout=_SECONDS, files_metadata=True
        )
    except Exception as error:
        raise ModelDownloadError(_reason(error)) from error


def _wanted(info: ModelInfo, source: HubSource) -> dict[str, int]:
    """Names and sizes of the files to take; smallest first, so that refusals come early."""
    offered = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    missing = [name for name in source.required if name not in offered]
    if missing:
        raise ModelDownloadError(f"{source.id} has no {', '.join(missing)}")
    chosen = _choose(offered, source.files)
    if not source.files and not any(name.endswith(".safetensors") for name in chosen):
        raise ModelDownloadError(f"{source.id} has no weights as safetensors")
    return {name: offered[name] for name in sorted(chosen, key=lambda name: offered[name])}


def _choose(names: Iterable[str], patterns: tuple[str, ...]) -> list[str]:
    if patterns:
        return [n for n in names if any(fnmatchcase(n, pattern) for pattern in patterns)]
    usual = _choose(names, _USUAL)
    return [n for n in usual if not any(fnmatchcase(n, pattern) for pattern in _NEVER)]


def _reason(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
