"""How a folder of weights is laid out: which files make it a model.

One tuple of records, tried in turn. Knows nothing of where a folder comes from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..files import read_json

_TOKENIZER = (("tokenizer.json",), ("vocab.json", "merges.txt"), ("vocab.txt",), ("*.model",))
_MODULES = (
    "modules.json",
    "sentence_bert_config.json",
    "[0-9]*_*/config.json",
    "[0-9]*_*/*.safetensors",
)

PROMPTS = "config_sentence_transformers.json"
"""Where a folder says what its embedder wants before each question and passage."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`required` files make it this layout; `essence` are patterns of what it computes with.

    The essence leaves out what varies between copies of one model (read-me files,
    other formats of the same weights), so that copies share a fingerprint.
    """

    format: str
    required: tuple[str, ...]
    essence: tuple[str, ...]

    def fits(self, folder: Path) -> bool:
        """Whether the folder holds everything that this layout needs."""
        names = self.required
        if self.format == "sharded":
            names += tuple(_shards(folder))
        return all((folder / name).is_file() for name in names) and any(self.files(folder))

    def files(self, folder: Path) -> list[Path]:
        """The essential files and the tokenizer's, sorted."""
        found = set(_matching(folder, self.essence))
        for group in _TOKENIZER:
            tokenizer = set(_matching(folder, group))
            if tokenizer:
                found |= tokenizer
                break
        return sorted(found)


LAYOUTS = (
    Layout("safetensors", ("config.json", "model.safetensors"), ("model.safetensors", *_MODULES)),
    Layout(
        "sharded",
        ("config.json", "model.safetensors.index.json"),
        ("model-*.safetensors", *_MODULES),
    ),
    Layout("modules", ("modules.json",), ("[0-9]*_*/*.safetensors", *_MODULES)),
    Layout("onnx", ("model.onnx", "tokenizer.json"), ("model.onnx",)),
    Layout("spacy", ("config.cfg", "meta.json"), ("config.cfg", "tokenizer", "*/**/*")),
    Layout("pytorch", ("config.json", "pytorch_model.bin"), ("pytorch_model.bin", *_MODULES)),
)


def layout_of(folder: Path) -> Layout | None:
    """The first layout that the folder fits, or None."""
    if not folder.is_dir():
        return None
    return next((layout for layout in LAYOUTS if layout.fits(folder)), None)


def _matching(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in folder.glob(pattern) if path.is_file()]


def _shards(folder: Path) -> set[str]:
    weight_map = read_json(folder / "model.safetensors.index.json").get("weight_map")
    return set(weight_map.values()) if isinstance(weight_map, dict) else set()
