"""Projections that read the same states, and what adapters add to them, in few products.

    y_i = W_i x + B_i (A x)_i        with A the rows of all A_i

One product by A serves queries, keys and values. Rows and matrices have two dimensions and
lie as they are read: for others torch copies a matrix before it multiplies. Who loads
weights imports this module, and nobody before, so torch stands at its top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from .adapter import Factors, taught


@dataclass(frozen=True, slots=True)
class Addition:
    """An adapter's part in some projections: `down` is A of all of them (ranks, inputs).

    `ups` has for each projection that is adapted its number, its columns of what `down`
    gives, and B turned (rank, outputs).
    """

    down: Tensor
    ups: tuple[tuple[int, slice, Tensor], ...]


class Joint:
    """Some projections of one input. What adapters, by language, add is attached to it."""

    def __init__(self, *parts: nn.Linear) -> None:
        self.parts = parts
        self.added: Mapping[str, Addition] = {}

    def __call__(self, states: Tensor) -> list[Tensor]:
        """What each projection makes of states (tokens, inputs): (tokens, outputs)."""
        made = [part(states) for part in self.parts]
        language = taught(self.added)
        if language is not None:
            addition = self.added[language]
            seen = linear(states, addition.down)
            for number, columns, up in addition.ups:
                made[number].addmm_(seen[:, columns], up)
        return made


def addition(factors: Sequence[Factors | None]) -> Addition | None:
    """What adapters add to projections of one input, in their order; None where nothing."""
    ups, place = [], 0
    for number, pair in enumerate(factors):
        if pair is not None:
            rank = pair.down.shape[0]
            ups.append((number, slice(place, place + rank), pair.up.T.contiguous()))
            place += rank
    if not ups:
        return None
    return Addition(torch.cat([pair.down for pair in factors if pair is not None]), tuple(ups))
