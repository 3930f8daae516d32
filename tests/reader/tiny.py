"""Tiny random causal models of several families, each with its own positions."""

from __future__ import annotations

from typing import Any

FAMILIES = ("gemma3", "llama3", "yarn", "qwen2", "qwen3")
"""Sliding layers with two bases; scaled; YaRN; sliding by config; normed keys."""

_SHARED = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.3,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
_YARN = {
    "rope_type": "yarn",
    "rope_theta": 10000.0,
    "factor": 4.0,
    "original_max_position_embeddings": 128,
}


def tiny_model(family: str) -> Any:
    """A random four-layer model; "dynamic" and "gpt2" are ones that cannot be packed."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(3)
    return AutoModelForCausalLM.from_config(_config(family)).eval()


def _config(family: str) -> Any:
    from transformers import Gemma3TextConfig, GPT2Config, LlamaConfig, Qwen2Config, Qwen3Config

    if family == "gemma3":
        return Gemma3TextConfig(
            **_SHARED,
            head_dim=16,
            query_pre_attn_scalar=16,
            sliding_window=12,
            layer_types=["sliding_attention", "full_attention"] * 2,
        )
    if family == "qwen2":
        return Qwen2Config(
            **_SHARED, use_sliding_window=True, sliding_window=12, max_window_layers=2
        )
    if family == "qwen3":
        return Qwen3Config(**_SHARED, head_dim=16)
    if family == "gpt2":
        return GPT2Config(vocab_size=97, n_positions=512, n_embd=32, n_layer=2, n_head=2)
    rope = {"llama3": _LLAMA3, "yarn": _YARN}.get(
        family, {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    )
    return LlamaConfig(**_SHARED, rope_parameters=rope)
