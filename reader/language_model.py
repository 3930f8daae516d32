"""A causal language model from a local folder: its weights, tokenizer and conventions.

Loads nothing until it is needed, tokenizer and weights apart, never from a
network, and never code that a model folder brings along. It knows what a model
is and how it wants to be addressed; it does not know questions or passages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import ModelError, ModelNotFound
from ..files import read_json
from .adapter import attach, meant, placed
from .adapter_file import Adapter
from .compact import TOKENIZERS, compact_tokenizer
from .declined import OPENINGS, REFUSALS
from .decoder_shape import Shape, read_shape
from .kept_tokenizer import keep, kept_tokenizer
from .tokenizer import LibraryTokenizer, Tokenizer


class LanguageModel:
    """A Hugging Face causal language model in `folder`, loaded when first used.

    `dtype` is torch's name for it, such as "bfloat16". In `cache`, if any, tokenizers
    are kept in a form that opens quickly. `adapters`, by language, are ready to act on its
    weights. Safe to share among threads.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        device: str = "cpu",
        dtype: str = "float32",
        cache: Path | None = None,
        adapters: Mapping[str, Adapter] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.name = name
        self.device = device
        self.dtype = dtype
        self.cache = cache
        self.adapters = adapters or {}
        self._lock = threading.RLock()
        self._parts: dict[str, Any] = {}

    @property
    def config(self) -> Any:
        """The text model's `Shape`, or its transformers config; cheap, loads no weights."""
        return self._part("config", self._load_config)

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer; loads no weights."""
        tokenizer: Tokenizer = self._part("tokenizer", self._load_tokenizer)
        return tokenizer

    @property
    def weights(self) -> Any:
        """A `Decoder` or transformers model, in evaluation mode on its device."""
        return self._part("weights", self._load_weights)

    @property
    def context(self) -> int:
        """How many tokens, read and written together, the model was made for."""
        return int(self.config.max_position_embeddings)

    @property
    def is_chat(self) -> bool:
        """Whether the model was taught to converse: its tokenizer has a chat template."""
        return self.tokenizer.is_chat

    @property
    def adapter(self) -> Adapter | None:
        """Of its adapters the one that `asked_in` means, if any."""
        language = meant(self.adapters)
        return None if language is None else self.adapters[language]

    @property
    def taught(self) -> str | None:
        """The digest of that adapter."""
        return self.adapter.digest if self.adapter else None

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """Tokens that end a text, by the tokenizer or by the generation settings."""
        return tuple(sorted(self._part("stop_ids", self._find_stop_ids)))

    @property
    def control_ids(self) -> frozenset[int]:
        """Tokens that are no text: padding, beginnings, ends, turns of a conversation."""
        return self.tokenizer.control_ids.union(self.stop_ids)

    @property
    def refusing_ids(self) -> frozenset[int]:
        """Tokens that are the first word of a refusal; none where that takes several."""
        refusing: frozenset[int] = self._part("refusing_ids", self._find_refusing_ids)
        return refusing

    @property
    def opening_ids(self) -> tuple[int, ...]:
        """Tokens that the tokenizer puts before a text, such as Gemma's `<bos>`."""
        return self.tokenizer.opening_ids

    def encode(self, text: str, *, scaffold: bool = False) -> list[int]:
        """Token ids of `text` alone.

        Only in a `scaffold`, a piece of the model's own chat template, do control
        tokens count: a document that spells `<|im_end|>` is read as those letters.
        """
        ids = self.tokenizer.encode(text, scaffold=scaffold)
        self._check(ids)
        return ids

    def _check(self, ids: list[int]) -> None:
        known = getattr(self.config, "vocab_size", None)
        if ids and known is not None and max(ids) >= known:
            raise ModelError(
                f"the tokenizer in {self.folder} writes token {max(ids)} and the weights of "
                f"{self.name} know {known} tokens: it belongs to another model; run "
                f"`memctx models pull {self.name}` or choose another reader"
            )

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`, control tokens left out."""
        return self.tokenizer.decode(ids)

    def chat_frame(self) -> tuple[str, str]:
        """What the chat template writes before and after a user's message.

        The end includes the cue for the model's turn. Both are empty for a base model.

        Raises:
            ModelError: the chat template does not repeat the message.
        """
        return self.tokenizer.chat_frame()

    def _part(self, name: str, load: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._parts:
                self._parts[name] = load()
            return self._parts[name]

    def _load(self, loader: Callable[..., Any], **options: Any) -> Any:
        """Call a loader on the folder, offline, with its errors made ours."""
        if not (self.folder / "config.json").is_file():
            raise ModelNotFound(
                f"expected the language model {self.name} in {self.folder} and found no "
                f"config.json there; run `memctx models pull {self.name}`"
            )
        try:
            return loader(self.folder, local_files_only=True, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"the language model {self.name} in {self.folder} cannot be loaded ({error}); "
                f"run `memctx models pull {self.name}` or choose another reader"
            ) from error

    @property
    def _shape(self) -> Shape | None:
        shape: Shape | None = self._part("shape", lambda: read_shape(self.folder))
        return shape

    def _load_config(self) -> Any:
        if self._shape is not None:
            return self._shape
        from transformers import AutoConfig

        return self._load(AutoConfig.from_pretrained).get_text_config()

    def _load_tokenizer(self) -> Tokenizer:
        if self.cache is not None:
            compact = compact_tokenizer(self.folder, self.cache / TOKENIZERS)
            if compact is not None:
                return compact
            if (kept := kept_tokenizer(self.folder, self.cache / TOKENIZERS)) is not None:
                return kept
        from transformers import AutoTokenizer

        def load(folder: Path, **options: Any) -> LibraryTokenizer:
            return LibraryTokenizer(AutoTokenizer.from_pretrained(folder, **options))

        tokenizer: LibraryTokenizer = self._load(load)
        if self.cache is not None:
            keep(tokenizer, self.folder, self.cache / TOKENIZERS)
        return tokenizer

    def _load_weights(self) -> Any:
        model = self._load_decoder()
        if model is None:
            model = self._load_stock()
        if self.adapters:
            factors = {name: placed(one.factors, like=model) for name, one in self.adapters.items()}
            attach(model, factors)
        return model

    def _load_decoder(self) -> Any:
        """The weights in a forward pass of our own; None where that cannot run them."""
        shape = self._shape
        if shape is None:
            return None
        import torch

        from .decoder import load_decoder

        def load(folder: Path, *, dtype: torch.dtype, **_: Any) -> Any:
            return load_decoder(folder, shape, device=self.device, dtype=dtype)

        return self._load(load, dtype=getattr(torch, self.dtype))

    def _load_stock(self) -> Any:
        import torch
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging

        logging.disable_progress_bar()
        dtype = getattr(torch, self.dtype)
        model = self._load(AutoModelForCausalLM.from_pretrained, dtype=dtype)
        return model.to(self.device).eval()

    def _find_refusing_ids(self) -> frozenset[int]:
        said = [words for refusal in REFUSALS.values() for words in (refusal, refusal.capitalize())]
        first = {self.encode(f"{space}{words}")[0] for words in said for space in ("", " ")}
        opening = ((token, self.decode([token]).strip().lower()) for token in first)
        return frozenset(token for token, word in opening if word in OPENINGS)

    def _find_stop_ids(self) -> set[int]:
        settings = read_json(self.folder / "generation_config.json")
        declared = [self.tokenizer.eos_token_id, self.config.eos_token_id]
        declared.append(settings.get("eos_token_id"))
        flat = (item if isinstance(item, (list, tuple)) else [item] for item in declared)
        return {int(token) for group in flat for token in group if token is not None}
