"""A prompt in tokens, piece by piece: head, passages, facts, tail.

Each piece becomes tokens by itself, so a prompt's length is exactly the sum of its
pieces. The head is one for all questions, whatever their language: states that are
computed behind it serve them all.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ReaderError
from .language_model import LanguageModel
from .prompt import Style, fact_piece, passage_piece, question_language, wording
from .reading import Window, WindowPassage


@dataclass(frozen=True, slots=True)
class Pieces:
    """Turns pieces into tokens for `model`, whose answers have at most `answer_tokens`."""

    model: LanguageModel
    answer_tokens: int

    @property
    def head(self) -> list[int]:
        """What opens every prompt, its first tokens and the instruction."""
        before, _ = self.model.chat_frame()
        opening = self.model.encode(before, scaffold=True) if before else self.model.opening_ids
        return [*opening, *self.model.encode(wording("en", self._style).head)]

    def part(self, part: WindowPassage | str) -> list[int]:
        """A passage or a fact."""
        text = fact_piece(part) if isinstance(part, str) else passage_piece(part)
        return self.model.encode(text)

    def tail(self, question: str) -> list[int]:
        """The question and the cue to answer it."""
        _, after = self.model.chat_frame()
        words = wording(question_language(question), self._style)
        asked = self.model.encode(words.tail_for(question))
        return asked + (self.model.encode(after, scaffold=True) if after else [])

    def overhead(self, question: str) -> int:
        """Tokens of the head, the tail and the longest answer."""
        return len(self.head) + len(self.tail(question)) + self.answer_tokens

    def passages(self, window: Window) -> list[int]:
        """The passages: what is read, behind the head, whatever is asked."""
        return [t for passage in window.passages for t in self.part(passage)]

    def asking(self, question: str, window: Window) -> list[int]:
        """The facts, the question and the cue."""
        return [*(t for fact in window.facts for t in self.part(fact)), *self.tail(question)]

    def prompt(self, question: str, window: Window) -> list[int]:
        """The whole prompt.

        Raises:
            ReaderError: prompt and answer do not fit into the model's context.
        """
        prompt = [*self.head, *self.passages(window), *self.asking(question, window)]
        self.check(len(prompt))
        return prompt

    def answer(self, question: str, text: str) -> list[int]:
        """A text as the answer to a question, as it follows the cue."""
        spaced = question_language(question) == "en" and not self.model.is_chat
        return self.model.encode(f" {text}" if spaced else text)

    def check(self, prompt: int) -> None:
        """Raises ReaderError where a prompt of so many tokens leaves no room to answer."""
        needed = prompt + self.answer_tokens
        if needed > self.model.context:
            raise ReaderError(
                f"{self.model.name} reads at most {self.model.context} tokens, window and answer "
                f"together, and was given {needed} ({prompt} to read, {self.answer_tokens} "
                "to write); use a smaller window or fewer passages"
            )

    @property
    def _style(self) -> Style:
        return "chat" if self.model.is_chat else "base"
