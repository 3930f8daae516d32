"""A cross-encoder as ONNX, written byte by byte: its logit is the sum of the passage's token ids.

So a test knows what a pair must score, needs no weights and no library that writes ONNX.
"""

from __future__ import annotations

from pathlib import Path

_INT64, _FLOAT = 7, 1


def write_cross_encoder(folder: Path) -> None:
    """Puts `model.onnx` and `tokenizer.json` into a folder."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{number}" for number in range(4, 400))]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "model.onnx").write_bytes(_model())


def _model() -> bytes:
    nodes = (
        _node("Mul", ["input_ids", "token_type_ids"], "second"),
        _node("Mul", ["second", "attention_mask"], "seen"),
        _node("Cast", ["seen"], "numbers", _field(1, "to") + _field(3, _FLOAT) + _field(20, 2)),
        _node("ReduceSum", ["numbers", "axis"], "logits"),
    )
    axis = _field(1, 1) + _field(2, _INT64) + _field(8, "axis") + _field(7, 1)
    names = ("input_ids", "attention_mask", "token_type_ids")
    graph = b"".join(_field(1, node) for node in nodes)
    graph += _field(2, "sum") + _field(5, axis)
    graph += b"".join(_field(11, _value(name, _INT64, "length")) for name in names)
    graph += _field(12, _value("logits", _FLOAT, "one"))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))


def _node(kind: str, inputs: list[str], output: str, attribute: bytes = b"") -> bytes:
    made = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    return made + (_field(5, attribute) if attribute else b"")


def _value(name: str, kind: int, second: str) -> bytes:
    shape = b"".join(_field(1, _field(2, dimension)) for dimension in ("batch", second))
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def _field(number: int, value: int | str | bytes) -> bytes:
    """A field of a protocol buffer: a number, or text or a message with its length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
