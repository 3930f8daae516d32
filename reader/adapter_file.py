"""An adapter as a file: safetensors in half precision, with what it was made for.

Two tensors a projection, named `<projection>.down` and `<projection>.up`; beside them a
checksum, because a bit that was flipped would still answer, only worse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError, OldAdapter
from ..files import replacing
from .adapter import EVERY, Factors
from .prompt import LANGUAGES

if TYPE_CHECKING:
    from torch import Tensor

NAME = "adapter.safetensors"
"""What the file is called in a folder."""

VERSION = 2
"""Of what an adapter is; those of version 1 did not act on passages."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter for the model named `model`; `digest`, 16 hex digits, names its numbers."""

    model: str
    factors: Mapping[str, Factors]
    digest: str


def rounded(factors: Mapping[str, Factors], *, model: str) -> Adapter:
    """These factors as they would be in a file: in half precision, on the CPU."""
    tensors = _tensors(factors)
    return Adapter(model, _paired(tensors), _digest(tensors))


def write_adapter(file: Path, factors: Mapping[str, Factors], *, model: str) -> Adapter:
    """Replace `file` by these factors, rounded to half precision."""
    from safetensors.torch import save_file

    adapter = rounded(factors, model=model)
    about = {"version": VERSION, "model": model, "digest": adapter.digest}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as beside:
        save_file(_tensors(adapter.factors), beside, metadata={"memctx": json.dumps(about)})
    return adapter


def read_adapter(file: Path) -> Adapter:
    """The adapter in a file, or in a folder that holds one.

    Raises:
        OldAdapter: it is of an earlier version.
        ModelError: there is none, or it is damaged or of a later version.
    """
    file = file / NAME if file.is_dir() else file
    try:
        found = file.stat()
    except OSError as error:
        raise _unreadable(file, error) from error
    return _read(file, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, size: int) -> Adapter:
    """The adapter in a file as it was then: reader and calibration both ask for it."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as opened:
            about = json.loads((opened.metadata() or {}).get("memctx", "{}"))
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise _unreadable(file, error) from error
    _check_version(file, about)
    if about.get("digest") != _digest(tensors):
        raise _damaged(file)
    return Adapter(str(about["model"]), _paired(tensors), str(about["digest"]))


@dataclass(frozen=True, slots=True)
class Label:
    """What a file says of its adapter: the model it was made for, and its digest."""

    model: str
    digest: str


def read_label(file: Path) -> Label:
    """What an adapter's file says of it; its numbers are not read, and torch is not needed.

    Raises:
        OldAdapter: it is of an earlier version.
        ModelError: there is none, or it cannot be read or is of a later version.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "np") as opened:
            about = json.loads((opened.metadata() or {}).get("memctx", "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise _unreadable(file, error) from error
    _check_version(file, about)
    return Label(str(about.get("model")), str(about.get("digest")))


def _check_version(file: Path, about: Mapping[str, Any]) -> None:
    if about.get("version") in range(1, VERSION):
        raise OldAdapter(
            f"the reader's adapter in {file} was trained for an earlier way of reading; train it "
            'again with `memctx reader train`, or set reader_adapter to "none"'
        )
    if about.get("version") != VERSION:
        raise _damaged(file)


def _damaged(file: Path) -> ModelError:
    return ModelError(
        f"the reader's adapter in {file} is damaged or of a later version (version "
        f"{VERSION} was expected); train it again with `memctx reader train`, or set "
        'reader_adapter to "none"'
    )


def _unreadable(file: Path, error: Exception) -> ModelError:
    return ModelError(
        f"expected a reader's adapter in {file}, and it cannot be read ({error}); train one "
        'with `memctx reader train`, or set reader_adapter to "none"'
    )


def read_adapters(place: Path) -> dict[str, Adapter]:
    """The adapters in a file or folder, by language.

    Raises:
        ModelError: there is none, or one is damaged or of another version.
    """
    return {name: read_adapter(file) for name, file in adapter_files(place).items()}


def adapter_files(place: Path) -> dict[str, Path]:
    """The files of the adapters in a file or folder, by language.

    In a folder, one in a subfolder for each language, and one that is for all others; the
    latter is named where there is nothing, too.
    """
    if not place.is_dir():
        return {EVERY: place}
    files = {name: file_for(name, place) for name in (*LANGUAGES, EVERY)}
    found = {name: file for name, file in files.items() if file.is_file()}
    return found or {EVERY: files[EVERY]}


def file_for(language: str, folder: Path) -> Path:
    """Where in a folder the adapter for a language, or the one for every language, lies."""
    return folder / NAME if language == EVERY else folder / language / NAME


def _tensors(factors: Mapping[str, Factors]) -> dict[str, Tensor]:
    tensors = {}
    for name, pair in factors.items():
        tensors[f"{name}.down"] = pair.down.detach().half().contiguous().cpu()
        tensors[f"{name}.up"] = pair.up.detach().half().contiguous().cpu()
    return tensors


def _paired(tensors: Mapping[str, Tensor]) -> dict[str, Factors]:
    names = dict.fromkeys(name.rpartition(".")[0] for name in tensors)
    return {name: Factors(tensors[f"{name}.down"], tensors[f"{name}.up"]) for name in names}


def _digest(tensors: Mapping[str, Tensor]) -> str:
    """16 hex digits over names, shapes and numbers."""
    import torch

    found = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        raw: Any = tensor.contiguous().view(torch.uint8).numpy()
        found.update(raw.tobytes())
    return found.hexdigest()[:16]
