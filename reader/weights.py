"""A model's weights by the short way: one safetensors file, straight into the model.

What `from_pretrained` does for a plain folder, in half the time; for anything that is
not plain it declines, and the long way is taken. The parameters are the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def quick_weights(folder: Path, *, dtype: Any, local_files_only: bool) -> Any:
    """The model in `folder` in `dtype`; None where its weights need more than copying.

    Raises:
        OSError, ValueError: as `from_pretrained`.
    """
    from accelerate import init_empty_weights
    from safetensors import safe_open
    from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

    file = folder / "model.safetensors"
    config = AutoConfig.from_pretrained(folder, local_files_only=local_files_only)
    if not file.is_file() or getattr(config, "quantization_config", None) is not None:
        return None
    with init_empty_weights(include_buffers=False):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    with safe_open(file, "pt") as tensors:
        names = set(tensors.keys())
        wanted = model.state_dict()
        tied = set(getattr(model, "_tied_weights_keys", None) or ())
        if names - set(wanted) or set(wanted) - names - tied:
            return None
        found = {name: tensors.get_tensor(name).to(dtype) for name in names}
    if any(found[name].shape != wanted[name].shape for name in names):
        return None
    model.load_state_dict(found, strict=False, assign=True)
    model.tie_weights()
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        return None
    if (folder / "generation_config.json").is_file():
        model.generation_config = GenerationConfig.from_pretrained(folder)
    return model
