"""Tiny real language models, made on the spot, and a window to read.

Their alphabet is the 256 bytes, so every text has tokens and characters can be
cut in half. A `scripted` model is a Llama whose layers are silent and whose
embedding and head say which byte follows which: it writes what the test wants.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from memctx.reader import LanguageModel, Window, WindowPassage

SPECIALS = ("<pad>", "<bos>", "<eos>", "<|im_start|>", "<|im_end|>")
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_tokenizer(folder: Path, *, chat: str | None = None, bos: bool = True) -> Any:
    """A byte-level tokenizer without merges but with a token for " not", in `folder`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*SPECIALS, *letters])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    if bos:
        raw.post_processor = processors.TemplateProcessing(
            single="<bos> $A", special_tokens=[("<bos>", vocabulary["<bos>"])]
        )
    raw.add_special_tokens(list(SPECIALS))
    raw.add_tokens([" not"])
    end = "<|im_end|>" if chat else "<eos>"
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<bos>", eos_token=end, pad_token="<pad>"
    )
    tokenizer.chat_template = chat
    tokenizer.save_pretrained(folder)
    return tokenizer


def save_random(folder: Path, kind: str, *, context: int = 4096) -> None:
    """A random two-layer Llama or Gemma 3 that uses the byte-level tokenizer."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(7)
    tokenizer = save_tokenizer(folder)
    shared = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": context,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "initializer_range": 0.6,
    }
    model = (
        LlamaForCausalLM(LlamaConfig(**shared))
        if kind == "llama"
        else Gemma3ForCausalLM(
            Gemma3TextConfig(
                **shared,
                head_dim=16,
                sliding_window=64,
                layer_types=["sliding_attention", "full_attention"],
            )
        )
    )
    model.save_pretrained(folder)


def save_scripted(
    folder: Path, cue: str, script: str, *, chat: str | None = None, sure: float = 12.0
) -> None:
    """A Llama that writes `script` after `cue`; no byte may stand twice in them.

    The likeliest next byte has the logit `sure`; second to the first byte comes the one
    after it, at half of that.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = save_tokenizer(folder, chat=chat, bos=not chat)
    size = len(tokenizer)
    width = size + size % 2
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=width,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    ids = tokenizer(cue[-1] + script, add_special_tokens=False)["input_ids"]
    ids = [*ids[len(cue[-1].encode()) - 1 :], tokenizer.eos_token_id]
    assert len(set(ids)) == len(ids), "a byte stands twice, so what follows it is ambiguous"
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size, width))
        model.lm_head.weight.zero_()
        for before, after in pairwise(ids):
            model.lm_head.weight[after, before] = sure / width**0.5
        model.lm_head.weight[ids[2], ids[0]] = 0.5 * sure / width**0.5
    model.save_pretrained(folder)


@pytest.fixture
def scripted(tmp_path: Path) -> Callable[..., LanguageModel]:
    """Makes a model that writes what it is told."""

    def make(cue: str, script: str, *, chat: bool = False, sure: float = 12.0) -> LanguageModel:
        save_scripted(tmp_path, cue, script, chat=CHAT if chat else None, sure=sure)
        return LanguageModel(tmp_path, name="scripted")

    return make


@pytest.fixture(scope="session", params=["llama", "gemma"])
def random_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    """A random tiny model with a context of 4,096 tokens."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    save_random(folder, request.param)
    return LanguageModel(folder, name=f"tiny-{request.param}")


@pytest.fixture
def window() -> Window:
    """Three passages about an observatory, best first."""
    return Window(
        (
            WindowPassage(
                11,
                "Corrie Holt",
                "",
                "Ada Reed founded the observatory in 1902. It was closed for two years after "
                "the flood. The dome was built by Tomas Lind of Bergen.",
                0.9,
            ),
            WindowPassage(
                12,
                "天文台",
                "历史",
                "天文台由艾达·里德于１９０２年创立。洪水之后，它关闭了两年。",
                0.5,
            ),
            WindowPassage(
                13, "Bergen", "", "Bergen is a port. In 1902 its harbour froze twice.", 0.2
            ),
        )
    )
