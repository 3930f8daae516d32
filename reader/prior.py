"""The chance that a passage is relevant as a bias on the attention to its tokens.

    scores = q . k / sqrt(d) + beta * max(log p, -2)

Pure arithmetic. A bias of 0 throughout is none at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .packing import Layout

if TYPE_CHECKING:
    from torch import Tensor

_LEAST = -2.0
"""A passage that is wrongly thought irrelevant is still read, at e^-2 of its attention."""


def score_bias(probabilities: Sequence[float], layout: Layout, beta: float) -> Tensor | None:
    """For each position of the window what is added to its scores; None for nothing.

    `probabilities` has p(passage holds the evidence), in [0, 1], for each chunk of the
    layout; `beta` in [0, 1] says how far they are trusted.
    """
    import torch

    if not beta:
        return None
    bias = torch.zeros(layout.length)
    for p, start, end in zip(probabilities, layout.starts, layout.ends, strict=True):
        bias[start:end] = beta * max(math.log(p), _LEAST) if p > 0 else beta * _LEAST
    return bias
