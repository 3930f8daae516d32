"""Where stored states come to stand in a window: the prefix, then chunk after chunk.

Every chunk was encoded right behind the prefix; in the window it follows the chunk
before it, and its keys are turned by the difference. Pure arithmetic and tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from .quantise import Quantised, States
from .rotation import angles, turn

if TYPE_CHECKING:
    from torch import Tensor

Stored = Quantised | States
"""A chunk's states as they are kept: in eight bits, or in a floating format."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in the window: the prefix at 0, chunk i at `starts[i]:ends[i]`."""

    prefix: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def length(self) -> int:
        """Tokens of prefix and chunks together."""
        return self.ends[-1] if self.ends else self.prefix


def lay_out(prefix: int, lengths: Sequence[int]) -> Layout:
    """Chunks of these lengths, in tokens, behind one another."""
    bounds = tuple(accumulate(lengths, initial=prefix))
    return Layout(prefix, bounds[:-1], bounds[1:])


@dataclass(frozen=True, slots=True)
class Buffers:
    """Room for a window's states: keys and values of (layers, heads, capacity, width)."""

    keys: Tensor
    values: Tensor


def place(stored: Stored, buffers: Buffers, start: int, *, shift: int, turns: list[Tensor]) -> None:
    """Write a chunk's states at `start`, its keys turned by `shift` positions.

    `turns` holds each layer's inverse frequencies. Scaling and turning are one step
    for eight-bit keys: (q s) cos - (q' s') sin = q (s cos) - q' (s' sin).
    """
    end = start + int(stored.keys.shape[2])
    keys, values = buffers.keys[:, :, start:end], buffers.values[:, :, start:end]
    if isinstance(stored, Quantised):
        values.copy_(stored.values).mul_(stored.value_scales)
    else:
        values.copy_(stored.values)
    for group, frequencies in _alike(turns):
        _place_keys(stored, keys, group, shift=shift, frequencies=frequencies)


def _place_keys(
    stored: Stored, target: Tensor, layers: list[int], *, shift: int, frequencies: Tensor
) -> None:
    if isinstance(stored, States):
        target[layers] = turn(stored.keys[layers], frequencies, shift).to(target.dtype)
        return
    cosine, sine = angles(frequencies, shift)
    half = frequencies.shape[0]
    for layer in layers:
        scales = stored.key_scales[layer].float()
        low, high = scales[..., :half], scales[..., half : 2 * half]
        levels = stored.keys[layer].float()
        first, second = levels[..., :half], levels[..., half : 2 * half]
        row = target[layer]
        row[..., :half] = (first * (low * cosine)).addcmul_(second, high * sine, value=-1)
        row[..., half : 2 * half] = (second * (high * cosine)).addcmul_(first, low * sine)
        if 2 * half < levels.shape[-1]:
            row[..., 2 * half :] = levels[..., 2 * half :] * scales[..., 2 * half :]


def _alike(turns: list[Tensor]) -> list[tuple[list[int], Tensor]]:
    """Layers grouped by equal frequencies: Gemma 3 has two kinds, most models one."""
    groups: list[tuple[list[int], Tensor]] = []
    for layer, frequencies in enumerate(turns):
        for members, known in groups:
            if known.shape == frequencies.shape and bool((known == frequencies).all()):
                members.append(layer)
                break
        else:
            groups.append(([layer], frequencies))
    return groups
