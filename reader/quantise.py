"""Attention states in eight bits: keys scaled per channel, values per token.

A key's outliers sit in fixed channels, a value's in tokens (KIVI, arXiv 2402.02750),
so each gets its scale along the other axis. Pure functions over tensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_STEPS = 127
_LEAST = 1e-7
"""The smallest scale, about what float16 can still hold."""


@dataclass(frozen=True, slots=True)
class States:
    """Keys and values of some tokens in every layer: (layers, heads, tokens, width)."""

    keys: Tensor
    values: Tensor

    @property
    def tokens(self) -> int:
        """How many tokens these are the states of."""
        return int(self.keys.shape[2])


@dataclass(frozen=True, slots=True)
class Quantised:
    """States as int8 with their float16 scales.

    `key_scales` is (layers, heads, 1, width), `value_scales` (layers, heads, tokens, 1).
    """

    keys: Tensor
    key_scales: Tensor
    values: Tensor
    value_scales: Tensor


def quantise(states: States) -> Quantised:
    """The states rounded to 255 levels per channel of keys and per token of values."""
    keys, key_scales = _rounded(states.keys.float(), axis=2)
    values, value_scales = _rounded(states.values.float(), axis=3)
    return Quantised(keys, key_scales, values, value_scales)


def dequantise(packed: Quantised) -> States:
    """The states in float32, each within half a step of what they were."""
    return States(
        packed.keys.float() * packed.key_scales.float(),
        packed.values.float() * packed.value_scales.float(),
    )


def _rounded(states: Tensor, *, axis: int) -> tuple[Tensor, Tensor]:
    largest = states.abs().amax(dim=axis, keepdim=True)
    scales = (largest / _STEPS).clamp(_LEAST, 65504.0).half()
    levels = (states / scales.float()).round().clamp(-_STEPS, _STEPS)
    return levels.char(), scales
