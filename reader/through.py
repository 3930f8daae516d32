"""States of passages through which a gradient flows, for an adapter that reads passages, too.

Texts of several windows share a pass, each behind the prefix and knowing nothing of the
others; a model's layers leave their keys and values in a recorder, which are then moved
to where they stand in the window. What comes out is what `assembly` packs, but for the
rounding to eight bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Packed:
    """A window's states, layer by layer: what a text `Beside` others reads on over."""

    layers: Sequence[LayerStates]


@dataclass(slots=True)
class _Recorder:
    """A cache that gives back what it is given, and remembers it."""

    layers: list[LayerStates] = field(default_factory=list)

    def update(self, keys: Tensor, values: Tensor, _: int) -> tuple[Tensor, Tensor]:
        """As a cache's."""
        self.layers.append(LayerStates(keys, values))
        return keys, values


def packed_through(
    assembler: Assembler, windows: Sequence[Sequence[Sequence[int]]]
) -> list[Packed]:
    """The states of each window, its passages given in tokens, with gradients."""
    import torch

    weights, prefix, turns = assembler.model.weights, assembler.prefix, assembler.turns
    behind = Packed([LayerStates(k[None], v[None]) for k, v in zip(prefix.keys, prefix.values, strict=True)])
    chunks = [chunk for window in windows for chunk in window]
    ends = torch.tensor([len(chunk) for chunk in chunks]).cumsum(0).tolist()
    rows = [slice(end - len(chunk), end) for chunk, end in zip(chunks, ends, strict=True)]
    ids = torch.tensor([[t for chunk in chunks for t in chunk]], device=weights.device)
    places = torch.cat([torch.arange(len(chunk)) for chunk in chunks]) + prefix.tokens
    recorder = _Recorder()
    apart = tuple(Beside(each, behind, Plan()) for each in rows)
    with acting(), planned(Plan(apart=apart)):
        weights.base_model(
            input_ids=ids, position_ids=places[None].to(weights.device), past_key_values=recorder
        )
    found, first = [], 0
    for window in windows:
        own = rows[first : first + len(window)]
        first += len(window)
        starts = lay_out(prefix.tokens, [len(chunk) for chunk in window]).starts
        shifts = [start - prefix.tokens for start in starts]
        layers = []
        for layer, (states, before) in enumerate(zip(recorder.layers, behind.layers, strict=True)):
            moved = [
                turn(states.keys[:, :, each], turns[layer], shift)
                for each, shift in zip(own, shifts, strict=True)
            ]
            values = [states.values[:, :, each] for each in own]
            layers.append(
                LayerStates(
                    torch.cat((before.keys, *moved), dim=2),
                    torch.cat((before.values, *values), dim=2),
                )
            )
        found.append(Packed(layers))
    return found
