"""Where a training stands, on disk: numbers, the optimiser's moments, the losses so far.

One safetensors file, replaced whole, never pickled. A file of another training, or a
damaged one, counts as none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import replacing

if TYPE_CHECKING:
    from torch import Tensor

_PARTS = ("numbers", "means", "squares")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is trained, the moments of its gradients, each in one order, and a loss a step."""

    numbers: Sequence[Tensor]
    means: Sequence[Tensor]
    squares: Sequence[Tensor]
    losses: tuple[float, ...]


def write_checkpoint(file: Path, checkpoint: Checkpoint, recipe: str) -> None:
    """Replace `file`; `recipe` names the training that it belongs to."""
    from safetensors.torch import save_file

    tensors = {
        f"{part}.{number}": tensor.contiguous()
        for part in _PARTS
        for number, tensor in enumerate(getattr(checkpoint, part))
    }
    about = {"recipe": recipe, "losses": checkpoint.losses}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as beside:
        save_file(tensors, beside, metadata={"memctx": json.dumps(about)})


def read_checkpoint(file: Path, recipe: str) -> Checkpoint | None:
    """The checkpoint of this training, or None."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as opened:
            about = json.loads((opened.metadata() or {}).get("memctx", "{}"))
            if about.get("recipe") != recipe:
                return None
            count = len(opened.keys()) // len(_PARTS)
            numbers, means, squares = (
                [opened.get_tensor(f"{part}.{number}") for number in range(count)]
                for part in _PARTS
            )
    except (OSError, SafetensorError, ValueError):
        return None
    return Checkpoint(numbers, means, squares, tuple(about["losses"]))
