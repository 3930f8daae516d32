"""What the reader asks of a tokenizer, and the answer for those of transformers.

`CompactTokenizer` is the other answer. Nothing else in the reader knows which one a
model has.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

from ..errors import ModelError

_MESSAGE = "memctxmessage"
"""A message that no chat template contains, to find out what surrounds one."""


class Tokenizer(Protocol):
    """Text to token ids and back. Safe to share among threads."""

    @property
    def eos_token_id(self) -> int | None:
        """The token that ends a text, if there is one."""
        ...

    @property
    def pad_token_id(self) -> int | None:
        """The token that fills up a batch, if there is one."""
        ...

    @property
    def control_ids(self) -> frozenset[int]:
        """Tokens that are no text."""
        ...

    @property
    def opening_ids(self) -> tuple[int, ...]:
        """Tokens that come before a text, such as Gemma's `<bos>`."""
        ...

    @property
    def is_chat(self) -> bool:
        """Whether it has a chat template."""
        ...

    def encode(self, text: str, *, scaffold: bool = False) -> list[int]:
        """Token ids of the text alone; only in a `scaffold` do control tokens count as such."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, control tokens left out."""
        ...

    def chat_frame(self) -> tuple[str, str]:
        """What stands before and after a user's message; both empty for a base model.

        The end includes the cue for the model's turn.

        Raises:
            ModelError: the chat template does not repeat the message.
        """
        ...


class LibraryTokenizer:
    """A tokenizer of transformers as a `Tokenizer`."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self._lock = threading.Lock()
        self.eos_token_id: int | None = library.eos_token_id
        self.pad_token_id: int | None = library.pad_token_id
        self.control_ids = frozenset(library.all_special_ids)
        self.is_chat = bool(library.chat_template)
        bare = library("a", add_special_tokens=False)["input_ids"]
        whole = library("a")["input_ids"]
        self.opening_ids: tuple[int, ...] = tuple(whole[: whole.index(bare[0])])

    def encode(self, text: str, *, scaffold: bool = False) -> list[int]:
        """As `Tokenizer.encode`."""
        with self._lock:  # the library keeps the splitting rule as a state
            ids: list[int] = self.library(
                text, add_special_tokens=False, split_special_tokens=not scaffold, verbose=False
            )["input_ids"]
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """As `Tokenizer.decode`."""
        text: str = self.library.decode(list(ids), skip_special_tokens=True)
        return text

    def chat_frame(self) -> tuple[str, str]:
        """As `Tokenizer.chat_frame`."""
        if not self.is_chat:
            return "", ""
        frame: str = self.library.apply_chat_template(
            [{"role": "user", "content": _MESSAGE}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        before, found, after = frame.partition(_MESSAGE)
        if not found:
            raise ModelError(
                "the chat template should repeat the user's message and does not; "
                "use a model whose tokenizer_config.json has a plain chat template, or none"
            )
        return before, after
