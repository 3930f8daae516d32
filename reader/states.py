"""Computing attention states: of the prefix once, and of a chunk behind the prefix.

The prefix is what every chunk attends to first, its attention sink; encoded behind
it, a chunk has the states that it would have as the first passage of a window. Runs
the model; where states are kept is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .attention import Plan, planned
from .decoder_shape import Shape
from .packed_cache import packed_cache
from .packing import Buffers
from .quantise import States


def encode(weights: Any, ids: Sequence[int], *, behind: States | None = None) -> States:
    """The states of `ids` alone, read right behind what `behind` are the states of.

    `weights` is a `Decoder`, or a transformers model that uses `attention.install`.
    """
    import torch

    before = behind.tokens if behind is not None else 0
    buffers = empty_buffers(weights, before + len(ids))
    if behind is not None:
        buffers.keys[:, :, :before] = behind.keys
        buffers.values[:, :, :before] = behind.values
    cache = packed_cache(buffers, before)
    tokens = torch.tensor([list(ids)], device=weights.device)
    places = torch.arange(before, before + len(ids), device=weights.device)[None]
    with torch.inference_mode(), planned(Plan()):
        weights.base_model(
            input_ids=tokens, position_ids=places, past_key_values=cache, use_cache=True
        )
    return States(buffers.keys[:, :, before:], buffers.values[:, :, before:])


def empty_buffers(weights: Any, tokens: int) -> Buffers:
    """Room for the states of so many tokens, in the model's format and on its device."""
    config = weights.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Buffers(*_blank(weights, (config.num_hidden_layers, heads, tokens, width)))


def new_cache(weights: Any, tokens: int) -> Any:
    """An empty cache with room for so many tokens, and more if need be.

    Models that transformers runs get its own: they may keep what we have no name for.
    """
    if isinstance(weights.config, Shape):
        return packed_cache(empty_buffers(weights, tokens), 0)
    from transformers import DynamicCache

    return DynamicCache()


def _blank(weights: Any, shape: tuple[int, int, int, int]) -> tuple[Any, Any]:
    import torch

    options = {"dtype": weights.dtype, "device": weights.device}
    return torch.zeros(shape, **options), torch.zeros(shape, **options)
