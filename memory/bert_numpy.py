"""The forward pass of BERT sentence encoders for a text at a time, in NumPy.

The same pass as `bert.py`, for questions: importing torch takes longer than all the rest of a
search, and a question is a few dozen tokens. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bert import BertShape

Floats = NDArray[np.float32]

_WORDS = "embeddings.word_embeddings.weight"


class BertQuestions:
    """Turns one text's token ids into a unit vector, on the CPU, in single precision."""

    def __init__(self, folder: Path, shape: BertShape) -> None:
        from safetensors.numpy import load_file

        weights = {
            name.removeprefix("bert."): array
            for name, array in load_file(folder / "model.safetensors").items()
            if array.dtype.kind == "f"
        }
        # Of a table for a hundred languages a question needs a few rows: it stays as it is.
        self._weights = {
            name: array if name == _WORDS else array.astype(np.float32, copy=False)
            for name, array in weights.items()
        }
        self._shape = shape

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return int(self._weights["embeddings.LayerNorm.weight"].shape[0])

    def __call__(self, ids: Sequence[int]) -> Floats:
        """The vector (width,) of a text with these token ids."""
        table = self._weights
        states = table[_WORDS][list(ids)].astype(np.float32)
        states = states + table["embeddings.position_embeddings.weight"][: len(ids)]
        states = states + table["embeddings.token_type_embeddings.weight"][0]
        states = self._norm("embeddings.LayerNorm.", states)
        for layer in range(self._shape.layers):
            states = self._layer(f"encoder.layer.{layer}.", states)
        pooled = states[0] if self._shape.pooling == "cls" else states.mean(axis=0)
        vector: Floats = pooled / np.linalg.norm(pooled)
        return vector

    def _layer(self, name: str, states: Floats) -> Floats:
        heads = self._shape.heads
        query, key, value = (
            self._linear(f"{name}attention.self.{part}.", states)
            .reshape(len(states), heads, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        seen = _softmax(query @ key.transpose(0, 2, 1) / np.float32(query.shape[-1] ** 0.5))
        mixed = (seen @ value).transpose(1, 0, 2).reshape(states.shape)
        attended = self._linear(f"{name}attention.output.dense.", mixed)
        states = self._norm(f"{name}attention.output.LayerNorm.", states + attended)
        wide = _gelu(self._linear(f"{name}intermediate.dense.", states))
        return self._norm(
            f"{name}output.LayerNorm.", states + self._linear(f"{name}output.dense.", wide)
        )

    def _linear(self, name: str, states: Floats) -> Floats:
        found: Floats = states @ self._weights[name + "weight"].T + self._weights[name + "bias"]
        return found

    def _norm(self, name: str, states: Floats) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.square(centred).mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(spread + np.float32(self._shape.epsilon))
        found: Floats = scaled * self._weights[name + "weight"] + self._weights[name + "bias"]
        return found


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def _gelu(states: Floats) -> Floats:
    from scipy.special import erf

    found: Floats = states * np.float32(0.5) * (1 + erf(states * np.float32(0.5**0.5)))
    return found
