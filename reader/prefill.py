"""Mode "prefill": the whole window runs through the model, then it writes greedily.

The plain way to read, and the one that others are measured against. It turns a
window into tokens, never past the model's context, and what was written greedily into
a `Reading`. What it is told is in `prompt`, what counts as the answer in `answer`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .adapter import acting, asked_in
from .generation import Manner, greedy
from .language_model import LanguageModel
from .pieces import Pieces
from .prompt import question_language
from .reading import Reading, Window, WindowPassage
from .states import new_cache
from .understood import stands_early, understood
from .verbatim import held


@dataclass(frozen=True, slots=True)
class PrefillReader:
    """Reads with `model`; an answer has at most `answer_tokens`.

    With `verbatim`, answers are stretches of the passages and cited as such.
    """

    model: LanguageModel
    answer_tokens: int = 64
    verbatim: bool = False

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def mode(self) -> str:
        """ "prefill", or "extract" where answers are verbatim."""
        return "extract" if self.verbatim else "prefill"

    def count_tokens(self, text: str) -> int:
        """The model's tokens in `text`."""
        return len(self.model.encode(text))

    def overhead(self, question: str) -> int:
        """Tokens of the instruction, the question and the longest answer."""
        return self._pieces.overhead(question)

    def cost(self, part: WindowPassage | str) -> int:
        """Tokens that a passage or a fact adds to the prompt, exactly."""
        return len(self._pieces.part(part))

    def load(self) -> None:
        """Loads the weights."""
        _ = self.model.weights

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        """Answer from the window.

        Raises:
            ReaderError: the window and the answer do not fit into the model's context.
        """
        with asked_in(question_language(question)):
            return self._read(question, window, on_text, insist)

    def _read(
        self, question: str, window: Window, on_text: Callable[[str], None] | None, insist: bool
    ) -> Reading:
        started, early = time.perf_counter(), stands_early(question)
        prompt = self._pieces.prompt(question, window)
        cache = plainly(self.model.weights, self._pieces.head, self._pieces.passages(window))
        within = held(self._pieces, question, window, verbatim=self.verbatim)
        with acting():
            written = greedy(
                self.model,
                prompt,
                limit=self.answer_tokens,
                on_text=on_text if early else None,
                cache=cache,
                manner=Manner(insists=insist, within=within),
            )
        reading = understood(self.model, question, window, written, mode=self.mode)
        if on_text is not None and not early:
            on_text(reading.text)
        first = 1000 * (written.first_token_at - started)
        return replace(reading, first_token_ms=first, prompt_tokens=len(prompt))

    @property
    def _pieces(self) -> Pieces:
        return Pieces(self.model, self.answer_tokens)


def plainly(weights: Any, head: Sequence[int], passages: Sequence[int]) -> Any:
    """A cache of the head, which no adapter acts on, and of passages, each read in one pass."""
    import torch

    cache = new_cache(weights, len(head) + len(passages))
    for ids, taught in ((head, False), (passages, True)):
        if ids:
            with torch.inference_mode(), acting(taught):
                weights.base_model(
                    input_ids=torch.tensor([list(ids)], device=weights.device),
                    past_key_values=cache,
                    use_cache=True,
                )
    return cache
