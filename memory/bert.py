"""The forward pass of BERT sentence encoders, and nothing else of them.

Importing transformers' modelling code takes longer than a whole search may. Most
small embedders are BERT (Devlin et al., arXiv 1810.04805) with mean or first-token
pooling: for these, this module computes what sentence-transformers would, from the
same files; a test holds the two against each other. Any other architecture goes
through sentence-transformers itself (`embedder.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class BertShape:
    """What the forward pass needs to know of a model's configuration."""

    layers: int
    heads: int
    epsilon: float
    pooling: str  # "mean" or "cls"


def read_shape(folder: Path) -> BertShape | None:
    """The shape of the sentence encoder in `folder`, or None if this module cannot run it."""
    try:
        config = _json(folder / "config.json")
        modules = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json")]
        pooling = _json(folder / "1_Pooling" / "config.json")
    except (OSError, ValueError):
        return None
    ours = (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and _in_numpy(folder / "model.safetensors")
    )
    chosen = [name for name, used in pooling.items() if name.startswith("pooling_mode") and used]
    kinds = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    if not ours or len(chosen) != 1 or chosen[0] not in kinds:
        return None
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        pooling=kinds[chosen[0]],
    )


def _in_numpy(file: Path) -> bool:
    """Whether NumPy has all the number formats of a safetensors file; it lacks bfloat16."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(size))
    return all(part.get("dtype") != "BF16" for part in header.values())


class BertEncoder:
    """Turns token ids into unit vectors."""

    def __init__(self, folder: Path, shape: BertShape, *, device: str, dtype: str) -> None:
        import torch
        from safetensors.torch import load_file

        weights = load_file(folder / "model.safetensors", device=device)
        kind = getattr(torch, dtype)
        self._weights = {
            name.removeprefix("bert."): tensor.to(kind)
            for name, tensor in weights.items()
            if tensor.is_floating_point()
        }
        self._shape = shape
        self.device = device

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return int(self._weights["embeddings.LayerNorm.weight"].shape[0])

    def run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Vectors (n, width) for token ids, the longest first; they are padded together."""
        import torch

        ids = torch.zeros((len(tokens), len(tokens[0])), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, some in enumerate(tokens):
            ids[row, : len(some)] = torch.tensor(some)
            mask[row, : len(some)] = 1
        found: NDArray[np.float32] = self(ids.to(self.device), mask.to(self.device)).cpu().numpy()
        return found

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors (n, width), fp32, for token ids (n, length) and a mask that is 1 on tokens."""
        import torch

        with torch.inference_mode():
            states = self._embed(ids)
            visible = None if bool(mask.all()) else mask[:, None, None, :].bool()
            for layer in range(self._shape.layers):
                states = self._layer(f"encoder.layer.{layer}.", states, visible)
            return torch.nn.functional.normalize(self._pool(states.float(), mask), dim=-1)

    def _embed(self, ids: Tensor) -> Tensor:
        table = self._weights
        words = table["embeddings.word_embeddings.weight"][ids]
        positions = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = table["embeddings.token_type_embeddings.weight"][0]
        return self._norm("embeddings.LayerNorm.", words + positions + kinds)

    def _layer(self, name: str, states: Tensor, visible: Tensor | None) -> Tensor:
        from torch.nn import functional as F

        n, length, width = states.shape
        query, key, value = (
            self._linear(f"{name}attention.self.{part}.", states)
            .view(n, length, self._shape.heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        mixed = mixed.transpose(1, 2).reshape(n, length, width)
        attended = self._linear(f"{name}attention.output.dense.", mixed)
        states = self._norm(f"{name}attention.output.LayerNorm.", states + attended)
        wide = F.gelu(self._linear(f"{name}intermediate.dense.", states))
        return self._norm(
            f"{name}output.LayerNorm.", states + self._linear(f"{name}output.dense.", wide)
        )

    def _linear(self, name: str, states: Tensor) -> Tensor:
        from torch.nn import functional as F

        return F.linear(states, self._weights[name + "weight"], self._weights[name + "bias"])

    def _norm(self, name: str, states: Tensor) -> Tensor:
        from torch.nn import functional as F

        weight, bias = self._weights[name + "weight"], self._weights[name + "bias"]
        return F.layer_norm(states, weight.shape, weight, bias, self._shape.epsilon)

    def _pool(self, states: Tensor, mask: Tensor) -> Tensor:
        if self._shape.pooling == "cls":
            return states[:, 0]
        weights = mask[:, :, None].float()
        return (states * weights).sum(1) / weights.sum(1)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
