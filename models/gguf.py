"""From a GGUF file to a folder that loads in seconds: bf16 safetensors and tokenizer.json.

Reading GGUF takes transformers most of a minute where the vocabulary has 262,144
words, so it is done once. Knows nothing of where the file came from.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .child import run_child
from .progress import Heartbeat

CONVERTER = 1
"""Raised whenever the same GGUF file would give different weights or tokens."""

_MAGIC = b"GGUF"
_CALL = "import sys; from memctx.models.gguf import convert; convert(sys.argv[1], sys.argv[2])"


def convert(source: str, target: str) -> None:
    """Writes the model in the GGUF file `source` as a folder `target`.

    The weights are unpacked to bf16, whatever the file packs them in; nothing of
    the packing remains in the configuration. The tokenizer keeps its behaviour:
    special tokens, beginning-of-text token, chat template.
    """
    import torch
    import transformers

    file, folder = Path(source), Path(target)
    options: dict[str, Any] = {"gguf_file": file.name, "local_files_only": True}
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(file.parent, **options)
    # Newer versions may keep the weights packed unless told otherwise; older ones never do.
    packing = getattr(transformers, "GgufConfig", None)
    if packing is not None:
        options["quantization_config"] = packing(dequantize=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        file.parent, dtype=torch.bfloat16, **options
    )
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _settle_tokenizer(folder / "tokenizer_config.json")
    # The weights are written readable by their owner alone; a shared cache is for all.
    shutil.copymode(folder / "config.json", folder / "model.safetensors")


def convert_apart(source: Path, target: Path, *, heartbeat: Heartbeat) -> None:
    """`convert` in a process of its own, so that its gigabytes go when it is done.

    The process cannot reach the hub, and what its libraries print is kept back.

    Raises:
        ModelError: the file is no GGUF, or the conversion failed; the message
            carries its last line.
    """
    with source.open("rb") as file:
        start = file.read(len(_MAGIC))
    if start != _MAGIC:
        raise ModelError(f"{source.name} is no GGUF file: it should start with GGUF, not {start!r}")
    silent = {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    command = [sys.executable, "-c", _CALL, str(source), str(target)]
    outcome = run_child(command, environment=silent, heartbeat=heartbeat)
    if outcome.status != 0:
        raise ModelError(f"{source.name} could not be converted: {outcome.last_line}")


def _settle_tokenizer(path: Path) -> None:
    """Lets tokenizer.json alone say how to tokenize, whichever version reads it.

    A class of the model's own would rebuild the tokenizer from its vocabulary at
    each load, which takes Gemma's a second longer and gives the same tokens.
    """
    settings = json.loads(path.read_text(encoding="utf-8"))
    for passing in ("is_local", "local_files_only"):
        settings.pop(passing, None)
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "padding_side": "left"}
    path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
