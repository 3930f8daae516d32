"""Settings, and where each value came from.

Precedence: an argument or flag, then `MEMCTX_*` in the environment, then
`./memctx.toml`, then the user's own config file, then the default. No other module
reads the environment.
"""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_config_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from .errors import ConfigError

_PREFIX = "MEMCTX_"
_log = logging.getLogger(__name__)
PROJECT_FILE = Path("memctx.toml")

Origin = Literal["argument", "environment", "project file", "user file", "default"]


DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
DEFAULT_READER = "gemma-3-270m"


class Settings(BaseModel):
    """Everything that can be set. Sizes in bytes or tokens, as their names say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory: Path = Field(Path(".memctx"), description="folder of the memory")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("memctx", appauthor=False),
        description="folder that downloaded models are kept in",
    )
    embedder: str | None = Field(
        None, description="embedder: a catalogue name, a hub id or a folder (default: the memory's)"
    )
    reader: str = Field(
        DEFAULT_READER, description="reader: a catalogue name, a hub id or a folder"
    )
    reader_adapter: str = Field(
        "auto", description="what the reader was taught: auto, none, or a file or folder"
    )
    reader_endpoint: str | None = Field(
        None, description="base URL of an OpenAI-compatible endpoint that reads instead"
    )
    reader_endpoint_model: str = Field(
        "default", description="model name that the endpoint expects"
    )
    reader_endpoint_key: SecretStr | None = Field(None, description="API key of the endpoint")
    extract: Literal["sentence", "span"] = Field(
        "sentence",
        description="what --reader extract quotes: a sentence, or a span that the reader picks",
    )
    reranker: str = Field(
        "ms-marco-MiniLM-L-12-v2", description="cross-encoder: a catalogue name or a folder"
    )
    rerank: bool = Field(False, description="whether a cross-encoder reads the best passages")
    nodes: bool = Field(
        False, description="whether long documents get summary nodes, which are then searched"
    )
    without: str = Field("", description="stages that a search leaves out, separated by commas")
    device: str = Field("auto", description="auto, cpu, cuda, cuda:N or mps")
    dtype: str = Field("auto", description="auto, float32, bfloat16 or float16")
    window: int = Field(2048, ge=128, description="tokens that the reader sees at once")
    passages: int = Field(20, ge=1, description="passages considered for an answer")
    chunk_tokens: int = Field(220, ge=16, description="tokens in a chunk")
    chunk_overlap: int = Field(
        32, ge=0, validate_default=True, description="tokens that neighbouring chunks share"
    )
    max_file_bytes: int = Field(200_000_000, ge=1, description="larger files are skipped")
    answer_cache: bool = Field(
        True,
        description="whether a question asked again of an unchanged memory is answered at once",
    )
    kv_budget: int = Field(4 << 30, ge=0, description="bytes on disk for stored reader states")

    @field_validator("chunk_overlap")
    @classmethod
    def _below_chunk(cls, overlap: int, info: ValidationInfo) -> int:
        tokens = info.data.get("chunk_tokens", overlap + 1)  # absent where itself wrong
        if overlap >= tokens:
            raise ValueError(f"it should be below chunk_tokens, which is {tokens}")
        return overlap


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and what set it; `where` is a variable or file, if any."""

    name: str
    value: Any
    origin: Origin
    where: str
    description: str


def load_settings(arguments: Mapping[str, Any] | None = None) -> Settings:
    """The settings in force; `arguments` that are None count as not given.

    Raises:
        ConfigError: a value does not fit, or a file names a setting that does not exist.
    """
    return _build(_layers(arguments or {}))


def explain_settings(arguments: Mapping[str, Any] | None = None) -> list[Setting]:
    """Every setting with the origin of its value, in the order of declaration."""
    layers = _layers(arguments or {})
    settings = _build(layers)
    explained = []
    for name, field in Settings.model_fields.items():
        origin, where = next(
            ((layer.origin, layer.where(name)) for layer in layers if name in layer.values),
            ("default", ""),
        )
        value = getattr(settings, name)
        explained.append(Setting(name, value, origin, where, field.description or ""))
    return explained


@dataclass(frozen=True, slots=True)
class _Layer:
    origin: Origin
    file: str
    values: Mapping[str, Any]

    def where(self, name: str) -> str:
        return _PREFIX + name.upper() if self.origin == "environment" else self.file


def _layers(arguments: Mapping[str, Any]) -> list[_Layer]:
    given = {name: value for name, value in arguments.items() if value is not None}
    environment = {
        name: value
        for name in Settings.model_fields
        if (value := os.environ.get(_PREFIX + name.upper()))
    }
    _warn_of_unknown(os.environ)
    user_file = user_config_path("memctx", appauthor=False) / "config.toml"
    return [
        _Layer("argument", "", given),
        _Layer("environment", "", environment),
        _Layer("project file", str(PROJECT_FILE), _read(PROJECT_FILE)),
        _Layer("user file", str(user_file), _read(user_file)),
    ]


def _warn_of_unknown(environment: Mapping[str, str]) -> None:
    # Another program may own such a variable: no reason to stop, as in our own files.
    for variable in environment:
        name = variable.removeprefix(_PREFIX).lower()
        near = get_close_matches(name, Settings.model_fields, n=1)
        if variable.startswith(_PREFIX) and name not in Settings.model_fields and near:
            known = _PREFIX + near[0].upper()
            _log.warning("%s is no setting and has no effect; did you mean %s?", variable, known)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} should be a TOML file and cannot be read: {error}") from error
    unknown = sorted(set(values) - set(Settings.model_fields))
    if unknown:
        raise ConfigError(
            f"{path} sets {', '.join(unknown)}; the settings are {', '.join(Settings.model_fields)}"
        )
    return values


def _build(layers: list[_Layer]) -> Settings:
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged.update(layer.values)
    try:
        return Settings(**merged)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        where = "".join(
            f" ({layer.where(name) or layer.origin})" for layer in layers if name in layer.values
        )
        raise ConfigError(f"{name}{where} cannot be {first['input']!r}: {first['msg']}") from None
