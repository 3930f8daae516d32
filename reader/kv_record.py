"""One chunk's stored states as bytes: a header with a checksum, then plain arrays.

    magic, format, layers, heads, tokens, width, crc32 of the rest
    keys, values, and for eight bits the scales of keys and of values

Little-endian, nothing pickled. Knows no files.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, Literal

from .packing import Stored
from .quantise import Quantised, States, quantise

if TYPE_CHECKING:
    from torch import Tensor

Format = Literal["int8", "float16", "bfloat16"]
"""How states are kept."""

FORMATS: tuple[Format, ...] = ("int8", "float16", "bfloat16")
_MAGIC = b"MCKV0001"
_HEADER = struct.Struct("<8s6I")


def pack(states: States, format: Format) -> Stored:
    """The states in the form in which they are kept."""
    import torch

    if format == "int8":
        return quantise(states)
    narrow = getattr(torch, format)
    return States(states.keys.to(narrow), states.values.to(narrow))


def to_bytes(stored: Stored) -> list[bytes | memoryview]:
    """The record as pieces to be written one after another."""
    parts = [_raw(tensor) for tensor in _parts(stored)]
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    layers, heads, tokens, width = stored.keys.shape
    sizes = (FORMATS.index(_format_of(stored)), layers, heads, tokens, width, checksum)
    return [_HEADER.pack(_MAGIC, *sizes), *parts]


def from_bytes(record: Any) -> Stored | None:
    """The states in a record, sharing its memory; None where it is not whole and sound.

    `record` is any readable buffer; it must stay as it is while the states are used.
    """
    if len(record) < _HEADER.size:
        return None
    magic, code, layers, heads, tokens, width, checksum = _HEADER.unpack_from(record)
    if magic != _MAGIC or code >= len(FORMATS):
        return None
    shape = (layers, heads, tokens, width)
    if len(record) != _HEADER.size + _payload(FORMATS[code], shape):
        return None
    with memoryview(record) as whole, whole[_HEADER.size :] as payload:
        if zlib.crc32(payload) != checksum:
            return None
    return _states(record, FORMATS[code], shape)


def bytes_per_token(format: Format, shape: tuple[int, int, int], *, tokens: int) -> float:
    """Bytes on disk for each token of a chunk of `tokens`; `shape` is layers, heads, width."""
    layers, heads, width = shape
    return (_HEADER.size + _payload(format, (layers, heads, tokens, width))) / tokens


def _payload(format: Format, shape: tuple[int, int, int, int]) -> int:
    layers, heads, tokens, width = shape
    numbers = layers * heads * tokens * width
    if format != "int8":
        return 4 * numbers
    return 2 * numbers + 2 * layers * heads * (width + tokens)


def _format_of(stored: Stored) -> Format:
    if isinstance(stored, Quantised):
        return "int8"
    return next(name for name in FORMATS if str(stored.keys.dtype) == f"torch.{name}")


def _parts(stored: Stored) -> tuple[Tensor, ...]:
    if isinstance(stored, Quantised):
        return (stored.keys, stored.values, stored.key_scales, stored.value_scales)
    return (stored.keys, stored.values)


def _raw(tensor: Tensor) -> memoryview:
    import torch

    flat: Any = tensor.cpu().contiguous().view(-1).view(torch.uint8).numpy()
    return memoryview(flat)


def _states(record: Any, format: Format, shape: tuple[int, int, int, int]) -> Stored:
    import torch

    layers, heads, tokens, width = shape
    place = _HEADER.size
    found = []
    narrow = torch.int8 if format == "int8" else getattr(torch, format)
    wanted = [(narrow, shape), (narrow, shape)]
    if format == "int8":
        wanted.append((torch.float16, (layers, heads, 1, width)))
        wanted.append((torch.float16, (layers, heads, tokens, 1)))
    for dtype, size in wanted:
        count = size[0] * size[1] * size[2] * size[3]
        flat = torch.frombuffer(record, dtype=dtype, count=count, offset=place)
        found.append(flat.reshape(size))
        place += count * flat.element_size()
    if format != "int8":
        return States(found[0], found[1])
    return Quantised(found[0], found[2], found[1], found[3])
