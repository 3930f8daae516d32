"""Which models `decoder` can run, read off their config.json; no torch, no transformers.

Gemma 3 (text), Llama and what is built like it (SmolLM2), Qwen 2 and Qwen 3. Whatever a
config says that is not known here makes it another's model: transformers runs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files import read_json

WEIGHTS = "model.safetensors"

_FAMILIES = {
    "Gemma3ForCausalLM": "gemma3_text",
    "LlamaForCausalLM": "llama",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen3ForCausalLM": "qwen3",
}
_ACTIVATIONS = frozenset({"gelu_pytorch_tanh", "silu"})
_ELSEWHERE = (
    "quantization_config",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "partial_rotary_factor",
)
"""What changes the computation, if it is set at all."""

_NUMBERS = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "max_position_embeddings",
)


@dataclass(frozen=True, slots=True)
class Rope:
    """Rotary positions: base, and how they are stretched: by a factor, or as in Llama 3.

    `bounds` are Llama 3's: the original context, and how many turns in it make a frequency
    low or high.
    """

    base: float
    factor: float = 1.0
    bounds: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A decoder's measures, under the names that transformers' configs give them.

    `layer_types` names for each layer "full_attention" or "sliding_attention", `ropes` the
    rotary positions of each type.
    """

    model_type: str
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    max_position_embeddings: int
    rms_norm_eps: float
    activation: str
    scale: float
    tie_word_embeddings: bool
    attention_bias: tuple[bool, bool]  # of queries, keys and values; of the output
    layer_types: tuple[str, ...]
    sliding_window: int | None
    ropes: Mapping[str, Rope]
    eos_token_id: int | list[int] | None

    @property
    def is_gemma(self) -> bool:
        """Gemma norms before and after each block, and scales its embeddings."""
        return self.model_type == "gemma3_text"

    @property
    def norms_heads(self) -> bool:
        """Whether queries and keys are normed, head by head."""
        return self.model_type in ("gemma3_text", "qwen3")

    def get_text_config(self) -> Shape:
        """Itself: as transformers' configs have it."""
        return self


def read_shape(folder: Path) -> Shape | None:
    """The shape of the model in `folder`, or None if `decoder` cannot run it."""
    try:
        config = read_json(folder / "config.json")
        family = _family(config)
        if family is None or not (folder / WEIGHTS).is_file():
            return None
        return _shape(config, family)
    except (OSError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return None  # transformers says what is wrong


def tensor_names(file: Path) -> set[str]:
    """The names in a safetensors file, from its header alone.

    Raises:
        OSError, ValueError: it cannot be read, or is none.
    """
    with file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        if size > file.stat().st_size - 8:
            raise ValueError(
                f"{file.name} is damaged: its header says that it is longer than it is"
            )
        return set(json.loads(opened.read(size))) - {"__metadata__"}


def _family(config: Mapping[str, Any]) -> str | None:
    """The family of a config, None if it is no known one or has something unknown."""
    made = config.get("architectures") or []
    family = _FAMILIES.get(made[0]) if len(made) == 1 else None
    if family is None or config.get("model_type") != family:
        return None
    unknown = any(config.get(name) is not None for name in _ELSEWHERE)
    if unknown or config.get("mlp_bias") or config.get("use_bidirectional_attention"):
        return None
    return None if family == "llama" and config.get("layer_types") else family


def _shape(config: Mapping[str, Any], family: str) -> Shape | None:
    numbers = {name: int(config[name]) for name in _NUMBERS}
    gemma = family == "gemma3_text"
    heads = numbers["num_attention_heads"]
    width = config["head_dim"] if gemma or family == "qwen3" else config.get("head_dim")
    width = int(width or numbers["hidden_size"] // heads)
    activation = config["hidden_activation" if gemma else "hidden_act"]
    types = _layer_types(config, family)
    ropes = {kind: _rope(config, kind, gemma=gemma) for kind in set(types)}
    if activation not in _ACTIVATIONS:
        return None
    bias = family == "qwen2" or bool(config.get("attention_bias"))
    return Shape(
        model_type=family,
        num_key_value_heads=int(config["num_key_value_heads"]),
        head_dim=width,
        rms_norm_eps=float(config["rms_norm_eps"]),
        activation=activation,
        scale=float(config["query_pre_attn_scalar"] if gemma else width) ** -0.5,
        tie_word_embeddings=bool(config.get("tie_word_embeddings", gemma)),
        attention_bias=(bias, bias and family != "qwen2"),
        layer_types=types,
        sliding_window=int(config["sliding_window"]) if "sliding_attention" in types else None,
        ropes=ropes,
        eos_token_id=config.get("eos_token_id"),
        **numbers,
    )


def _layer_types(config: Mapping[str, Any], family: str) -> tuple[str, ...]:
    """What each layer sees; older configs say how often a Gemma's layer sees everything."""
    count = int(config["num_hidden_layers"])
    if declared := config.get("layer_types"):
        if len(declared) != count or not set(declared) <= {"full_attention", "sliding_attention"}:
            raise ValueError("expected a known type for each layer")
        return tuple(declared)
    if family == "gemma3_text":
        every = int(config["sliding_window_pattern"])
        return tuple(
            "sliding_attention" if (layer + 1) % every else "full_attention"
            for layer in range(count)
        )
    if config.get("use_sliding_window"):
        raise ValueError("expected the type of each layer")
    return ("full_attention",) * count


def _rope(config: Mapping[str, Any], kind: str, *, gemma: bool) -> Rope:
    """The rotary positions of layers of one kind, from a config of today or of yesterday.

    Raises:
        KeyError, ValueError: it declares none, or some that are not known here.
    """
    declared = config.get("rope_parameters")
    if declared and config.get("rope_scaling"):
        raise ValueError("expected one declaration of rotary positions")
    if declared:
        return _known(declared[kind] if gemma else declared)
    if gemma and kind == "sliding_attention":
        return Rope(float(config["rope_local_base_freq"]))
    return _known({"rope_theta": config["rope_theta"], **(config.get("rope_scaling") or {})})


def _known(said: Any) -> Rope:
    if not isinstance(said, Mapping):
        raise ValueError("expected rotary positions")
    kind = said.get("rope_type", said.get("type", "default"))
    base, factor = float(said["rope_theta"]), float(said.get("factor") or 1.0)
    if said.get("partial_rotary_factor", 1.0) != 1.0:
        raise ValueError("expected all channels to be turned")
    if kind == "default":
        return Rope(base)
    if kind == "linear":
        return Rope(base, factor)
    if kind != "llama3":
        raise ValueError(f"expected rotary positions of a known kind, found {kind}")
    names = ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor")
    context, low, high = (float(said[name]) for name in names)
    return Rope(base, factor, (context, low, high))
