"""A transformers cache with room to grow and with slots that can be overwritten.

The stock `DynamicCache` copies everything for each new token; this one writes into
buffers that were made long enough. For repair, a pass may be told to write its states
over older ones. Everything else is stock, so that `generate` takes it for its own.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from .packing import Buffers

if TYPE_CHECKING:
    from torch import Tensor


def packed_cache(buffers: Buffers, length: int) -> Any:
    """A cache over the first `length` tokens of the buffers, which it goes on to fill.

    It is made without a model config: with one, sliding-window layers would drop
    what lies outside their window.
    """
    from transformers import DynamicCache

    cache = DynamicCache()
    layer = _layer_class()
    pairs = zip(buffers.keys, buffers.values, strict=True)
    cache.layers = [layer(keys[None], values[None], length) for keys, values in pairs]
    return cache


def overwrite(cache: Any, slots: Tensor | None) -> None:
    """Let the next passes write at `slots`, shape (tokens,); None: behind the last token."""
    for layer in cache.layers:
        layer.slots = slots


@functools.cache
def _layer_class() -> Any:
    """The class of a layer; made late, because its base class is expensive to import."""
    import torch
    from transformers.cache_utils import DynamicLayer

    class PackedLayer(DynamicLayer):  # type: ignore[misc]
        """A layer of a cache over buffers of shape (1, heads, capacity, width)."""

        def __init__(self, keys: Tensor, values: Tensor, length: int) -> None:
            super().__init__()
            self.room_for_keys, self.room_for_values = keys, values
            self.slots: Tensor | None = None
            self.dtype, self.device = keys.dtype, keys.device
            self.is_initialized = True
            self._show(length)

        def update(
            self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
        ) -> tuple[Tensor, Tensor]:
            """Write the new states; returns all that are visible."""
            if self.slots is not None:
                self.room_for_keys.index_copy_(2, self.slots, key_states)
                self.room_for_values.index_copy_(2, self.slots, value_states)
                return self.keys, self.values
            start = self.keys.shape[2]
            end = start + key_states.shape[2]
            if end > self.room_for_keys.shape[2]:
                self._grow(end)
            self.room_for_keys[:, :, start:end] = key_states
            self.room_for_values[:, :, start:end] = value_states
            self._show(end)
            return self.keys, self.values

        def _show(self, length: int) -> None:
            self.keys = self.room_for_keys[:, :, :length]
            self.values = self.room_for_values[:, :, :length]

        def _grow(self, needed: int) -> None:
            extra = max(needed - self.room_for_keys.shape[2], 64)
            shape = (*self.room_for_keys.shape[:2], extra, self.room_for_keys.shape[3])
            blank = self.room_for_keys.new_zeros(shape)
            self.room_for_keys = torch.cat((self.room_for_keys, blank), dim=2)
            self.room_for_values = torch.cat((self.room_for_values, blank.clone()), dim=2)

    return PackedLayer
