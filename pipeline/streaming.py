"""Passing on an answer's words while they are read, but never the beginning of none.

A text may turn out to be a refusal, to be without a source or to repeat the question;
what was said cannot be unsaid, so words are held back until that is ruled out. So is a
number that stands nowhere.
"""

from __future__ import annotations

from collections.abc import Callable

from ..reader.citation import locate
from ..reader.declined import may_decline
from ..reader.reading import Window
from ..reader.terms import numbers, tokens
from .evidence import known_numbers


class Stream:
    """Passes words on to `on_text` once they are sure to stand.

    With `always` all are; otherwise that depends on the question and the window.
    """

    def __init__(
        self, on_text: Callable[[str], None], question: str, window: Window, *, always: bool
    ) -> None:
        self._on_text = on_text
        self._asked = [token.text for token in tokens(question)]
        self._sure = always
        # Without a source of its own every answer must first be found to have one.
        self._sourced = always or bool(locate(question, "", window))
        self._always, self._known = always, known_numbers(question, window)
        self._held = ""
        self._told = ""

    def add(self, piece: str) -> None:
        """Takes in the next words."""
        self._held += piece
        self._sure = self._sure or (
            self._sourced and not may_decline(self._held) and not self._may_echo()
        )
        if self._sure and (self._always or numbers(self._told + self._held) <= self._known):
            self._tell(self._held)

    def finish(self, text: str) -> None:
        """Passes on what is missing of the answer, which is `text`, or `text` on a new line."""
        goes_on = text.startswith(self._told)
        self._tell(text.removeprefix(self._told) if goes_on else f"\n{text}")

    def _may_echo(self) -> bool:
        # The last word may not be whole yet.
        words = [token.text for token in tokens(self._held)][:-1]
        return words == self._asked[: len(words)]

    def _tell(self, text: str) -> None:
        self._held = ""
        self._told += text
        if text:
            self._on_text(text)
