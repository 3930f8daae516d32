"""Moving cached keys to other positions, exactly.

A model with rotary positions (RoPE, arXiv 2104.09864) stores each key turned by an
angle in proportion to its position. Turning it further by the angle of a difference
moves it there: R(a + b) = R(b) R(a). Cosine and sine stay unscaled, because what
scaling a model uses (YaRN's factor) is in the key already. It knows tensors and a
model's declared frequencies, nothing of chunks or windows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ReaderError
from .decoder_shape import Rope, Shape

if TYPE_CHECKING:
    from torch import Tensor

_LENGTH_DEPENDENT = frozenset({"dynamic", "longrope"})
"""RoPE kinds whose frequencies change with the length of the text: a key that was
computed in a short text cannot be moved into a long one."""


def layer_frequencies(weights: Any) -> list[Tensor]:
    """Each layer's inverse frequencies in float32, shape (rotated width / 2,).

    Raises:
        ReaderError: the model has no rotary positions, or their frequencies depend on
            the length of the text.
    """
    config = weights.config.get_text_config()
    if isinstance(config, Shape):
        return [
            inverse_frequencies(config.ropes[kind], config.head_dim) for kind in config.layer_types
        ]
    rotary = getattr(weights.base_model, "rotary_emb", None)
    kinds = _kinds(config)
    if rotary is None or not kinds:
        raise ReaderError(
            f"the memory reader needs a model with rotary positions (RoPE), and "
            f"{config.model_type} has none; it is read by full prefill instead"
        )
    if changing := sorted(kinds & _LENGTH_DEPENDENT):
        raise ReaderError(
            f"the memory reader needs positions that do not depend on the length of the text, "
            f"and this {config.model_type} has rope_type {', '.join(changing)}; it is read by "
            "full prefill instead"
        )
    types = getattr(config, "layer_types", None) or [""] * config.num_hidden_layers
    return [_frequencies(rotary, kind) for kind in types]


def inverse_frequencies(rope: Rope, width: int) -> Tensor:
    """Radians a position of each pair of a head's `width` channels, fastest first, float32.

    Llama 3 stretches what turns seldom within the original context, and nothing else.
    """
    import torch

    plain = 1.0 / (rope.base ** (torch.arange(0, width, 2).float() / width))
    if rope.bounds is None:
        return plain / rope.factor
    context, low, high = rope.bounds
    turns = context * plain / (2 * math.pi)
    kept = ((turns - low) / (high - low)).clamp(0.0, 1.0)
    return kept * plain + (1 - kept) * plain / rope.factor


def turn(keys: Tensor, frequencies: Tensor, distance: int) -> Tensor:
    """Keys of shape (..., tokens, width) moved by `distance` positions, in float32.

    `frequencies` is (rotated width / 2,); channels beyond the rotated ones stay.
    """
    import torch

    cosine, sine = angles(frequencies, distance)
    half = frequencies.shape[0]
    first, second = keys[..., :half].float(), keys[..., half : 2 * half].float()
    turned = (first * cosine - second * sine, second * cosine + first * sine)
    return torch.cat((*turned, keys[..., 2 * half :].float()), dim=-1)


def angles(frequencies: Tensor, distance: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine by which each pair of channels turns over `distance` positions.

    In double precision first: far positions times high frequencies lose digits.
    """
    angle = frequencies.double() * distance
    return angle.cos().float(), angle.sin().float()


def _kinds(config: Any) -> set[str]:
    """The RoPE kinds that a config declares, whether once or for each type of layer."""
    declared = getattr(config, "rope_parameters", None) or {}
    if not isinstance(declared, Mapping):
        return set()
    each = [part for part in declared.values() if isinstance(part, Mapping)] or [declared]
    return {str(part["rope_type"]) for part in each if part.get("rope_type")}


def _frequencies(rotary: Any, layer_type: str) -> Tensor:
    own = getattr(rotary, f"{layer_type}_inv_freq", None)
    found = own if own is not None else rotary.inv_freq
    frequencies: Tensor = found.float()
    return frequencies
