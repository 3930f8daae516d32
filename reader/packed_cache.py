"""A cache of keys and values with room to grow and with slots that can be overwritten.

transformers' own copies everything for each new token; this one writes into buffers that
were made long enough. For repair, a pass may be told to write its states over older ones.
It answers what `decoder` and transformers' models ask a cache; sliding-window layers
keep everything, because a packed window is looked at from many places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .packing import Buffers

if TYPE_CHECKING:
    from torch import Tensor


class PackedLayer:
    """A layer of a cache over buffers of shape (1, heads, capacity, width)."""

    def __init__(self, keys: Tensor, values: Tensor, length: int) -> None:
        self.room_for_keys, self.room_for_values = keys, values
        self.slots: Tensor | None = None
        self.show(length)

    def update(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write the new states; returns all that are visible."""
        if self.slots is not None:
            self.room_for_keys.index_copy_(2, self.slots, keys)
            self.room_for_values.index_copy_(2, self.slots, values)
            return self.keys, self.values
        start = self.keys.shape[2]
        end = start + keys.shape[2]
        if end > self.room_for_keys.shape[2]:
            self._grow(end)
        self.room_for_keys[:, :, start:end] = keys
        self.room_for_values[:, :, start:end] = values
        self.show(end)
        return self.keys, self.values

    def beginning(self, length: int, *, room: int) -> PackedLayer:
        """A copy of the first `length` tokens, with room for more."""
        return PackedLayer(_copy(self.keys, length, room), _copy(self.values, length, room), length)

    def show(self, length: int) -> None:
        """Let the first `length` tokens be seen; what is written next comes behind them."""
        self.keys = self.room_for_keys[:, :, :length]
        self.values = self.room_for_values[:, :, :length]

    def _grow(self, needed: int) -> None:
        import torch

        extra = max(needed - self.room_for_keys.shape[2], 64)
        shape = (*self.room_for_keys.shape[:2], extra, self.room_for_keys.shape[3])
        blank = self.room_for_keys.new_zeros(shape)
        self.room_for_keys = torch.cat((self.room_for_keys, blank), dim=2)
        self.room_for_values = torch.cat((self.room_for_values, blank.clone()), dim=2)


class PackedCache:
    """One layer of keys and values for each layer of a model."""

    is_compileable = False
    """transformers asks; no pass of ours is compiled."""

    def __init__(self, layers: list[PackedLayer]) -> None:
        self.layers = layers

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Write a layer's new states; returns all of its that are visible."""
        return self.layers[layer_idx].update(key_states, value_states)

    def beginning(self, length: int, *, room: int) -> PackedCache:
        """A copy of the first `length` tokens, with room for more."""
        return PackedCache([layer.beginning(length, room=room) for layer in self.layers])

    def crop(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        for layer in self.layers:
            layer.show(length)

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """How many tokens are visible."""
        return self.layers[layer_idx].keys.shape[2]

    def get_query_offset(self, layer_idx: int = 0) -> int:
        """Where the next token stands."""
        return self.get_seq_length(layer_idx)

    def get_mask_sizes(self, queries: Any, layer_idx: int = 0) -> tuple[int, int]:
        """How many keys the next pass sees, and the first one's place.

        `queries` is how many tokens it reads or, in older versions, their positions.
        """
        count = queries if isinstance(queries, int) else len(queries)
        return self.get_seq_length(layer_idx) + count, 0


def _copy(states: Tensor, length: int, room: int) -> Tensor:
    shape = (*states.shape[:2], length + room, states.shape[3])
    made = states.new_zeros(shape)
    made[:, :, :length] = states[:, :, :length]
    return made


def packed_cache(buffers: Buffers, length: int) -> PackedCache:
    """A cache over the first `length` tokens of the buffers, which it goes on to fill."""
    pairs = zip(buffers.keys, buffers.values, strict=True)
    return PackedCache([PackedLayer(keys[None], values[None], length) for keys, values in pairs])


def shorten(cache: Any, length: int) -> None:
    """Let a cache, ours or transformers' own, forget all but its first `length` tokens.

    Theirs takes how many to forget, as a negative number.
    """
    ours = isinstance(cache, PackedCache)
    cache.crop(length if ours else length - cache.get_seq_length())


def overwrite(cache: PackedCache, slots: Tensor | None) -> None:
    """Let the next passes write at `slots`, shape (tokens,); None: behind the last token."""
    for layer in cache.layers:
        layer.slots = slots
