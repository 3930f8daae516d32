"""States of passages through which gradients flow, for what an adapter is to learn about reading.

Passages of several windows share a pass, each behind the prefix and knowing nothing of the
others. A recorder in the place of a cache keeps each layer's keys and values, which are then
moved to where they stand in their window: what `assembly` packs, but for the rounding to
eight bits. Knows tokens and states, nothing of lessons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .adapter import acting
from .assembly import Assembler
from .attention import Beside, Plan, planned
from .packing import lay_out
from .rotation import turn

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class LayerStates:
    """Keys and values of one layer, (1, heads, tokens, width)."""

    keys: Tensor
    values: Tensor

    def at(self, rows: slice) -> LayerStates:
        """Those of some of the tokens."""
        return LayerStates(self.keys[:, :, rows], self.values[:, :, rows])


@dataclass(frozen=True, slots=True)
class Packed:
    """A window's states, a layer each: what a text `Beside` others reads on over."""

    layers: Sequence[LayerStates]


class Recorder:
    """A cache that holds nothing: it gives back what a layer writes, and remembers it."""

    is_compileable = False

    def __init__(self) -> None:
        self.layers: list[LayerStates] = []

    def update(self, keys: Tensor, values: Tensor, *_: object) -> tuple[Tensor, Tensor]:
        """As that of `PackedCache`, whose calls these are."""
        self.layers.append(LayerStates(keys, values))
        return keys, values

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """None are visible but the pass's own."""
        return 0

    def get_mask_sizes(self, queries: Any, layer_idx: int = 0) -> tuple[int, int]:
        """How many keys the next pass sees, and the first one's place."""
        return (queries if isinstance(queries, int) else len(queries)), 0


def packed_through(
    assembler: Assembler, windows: Sequence[Sequence[Sequence[int]]]
) -> list[Packed]:
    """The states of each window, whose passages are given in tokens, with gradients."""
    before = _prefix(assembler)
    chunks = [chunk for window in windows for chunk in window]
    read = iter(_read(assembler, before, chunks))
    return [_moved(assembler, before, [next(read) for _ in window]) for window in windows]


def _prefix(assembler: Assembler) -> Packed:
    prefix = assembler.prefix
    pairs = zip(prefix.keys, prefix.values, strict=True)
    return Packed([LayerStates(keys[None], values[None]) for keys, values in pairs])


def _read(
    assembler: Assembler, before: Packed, chunks: Sequence[Sequence[int]]
) -> list[list[LayerStates]]:
    """Each chunk's states in every layer, right behind the prefix."""
    import torch

    weights, start = assembler.model.weights, assembler.prefix.tokens
    rows, end = [], 0
    for chunk in chunks:
        rows.append(slice(end, end + len(chunk)))
        end += len(chunk)
    ids = [token for chunk in chunks for token in chunk]
    places = [start + place for chunk in chunks for place in range(len(chunk))]
    tokens, positions = (torch.tensor([each], device=weights.device) for each in (ids, places))
    recorder = Recorder()
    apart = tuple(Beside(each, before, Plan()) for each in rows)
    with acting(), planned(Plan(apart=apart)):
        weights.base_model(
            input_ids=tokens, position_ids=positions, past_key_values=recorder, use_cache=True
        )
    return [[layer.at(each) for layer in recorder.layers] for each in rows]


def _moved(assembler: Assembler, before: Packed, chunks: Sequence[Sequence[LayerStates]]) -> Packed:
    """A window of the prefix and chunks, each chunk's keys turned to where it stands."""
    import torch

    prefix = assembler.prefix.tokens
    starts = lay_out(prefix, [chunk[0].keys.shape[2] for chunk in chunks]).starts
    layers = []
    for number, first in enumerate(before.layers):
        turns = assembler.turns[number]
        parts = [chunk[number] for chunk in chunks]
        keys = [
            turn(part.keys, turns, start - prefix).to(first.keys.dtype)
            for part, start in zip(parts, starts, strict=True)
        ]
        values = [part.values for part in parts]
        layers.append(
            LayerStates(
                torch.cat((first.keys, *keys), dim=2), torch.cat((first.values, *values), dim=2)
            )
        )
    return Packed(layers)
