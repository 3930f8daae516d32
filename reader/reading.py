"""What a reader is given and what it gives back.

A `Reader` answers a question from a `Window` of passages and facts and from
nothing else. It does not search, choose or order passages, and it does not know
documents: its evidence points into the texts it was handed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WindowPassage:
    """A passage as the reader sees it. `score` is higher for nearer.

    `context` is what it needs beside its own text: the header of a table that it goes on with.
    """

    chunk_id: int
    title: str
    heading: str
    text: str
    score: float
    context: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Passages in the order in which they are read, and facts put into words.

    Of a `passing` one nothing is kept: its passages are parts of others.
    """

    passages: tuple[WindowPassage, ...]
    facts: tuple[str, ...] = ()
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch `start:end` of a passage's own text that the answer rests on.

    `weight` is its share of the answer's support, in [0, 1]; the weights of one
    reading add up to at most 1.
    """

    chunk_id: int
    start: int
    end: int
    weight: float

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"evidence needs 0 <= start < end, got {self.start}..{self.end}")
        if not 0 <= self.weight <= 1:
            raise ValueError(f"an evidence weight lies in [0, 1], got {self.weight}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's answer.

    `declined` is the reader's own verdict that the window does not hold the
    answer; `text` is then what it said. `logprob` is the mean natural-log
    probability of the answer's tokens, `least` the least of them, `refusal` the
    probability that it had opened with a refusal; None where not known. `other` is
    what is read when the passage cited first is out of sight, if likely something else.
    Milliseconds count from the call of `read`; `first_token_ms`, of the first reading
    where there are two, is None when no model read, and
    `load_ms`, a part of it, is loading stored states. `attention` is each passage's
    share of what the answer looked at, in the window's order; empty where not known.
    `adapter` is the digest of the adapter that read, if any.
    """

    text: str
    declined: bool
    mode: str
    evidence: tuple[Evidence, ...] = ()
    logprob: float | None = None
    least: float | None = None
    refusal: float | None = None
    other: Reading | None = None
    first_token_ms: float | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    cached_tokens: int = 0
    load_ms: float = 0.0
    attention: tuple[float, ...] = ()
    adapter: str | None = None


class Reader(Protocol):
    """Anything that answers from a window.

    A window fits into a limit of tokens when `overhead(question)` and the `cost`
    of each of its parts add up to at most that limit.
    """

    @property
    def name(self) -> str:
        """The model's name, as users know it."""

    @property
    def mode(self) -> str:
        """How it reads: "memory", "prefill", "extract" or "endpoint"."""

    def count_tokens(self, text: str) -> int:
        """How many of the reader's tokens `text` takes by itself."""

    def overhead(self, question: str) -> int:
        """Tokens of everything but the window's parts: instruction, question, answer."""

    def cost(self, part: WindowPassage | str) -> int:
        """Tokens that a passage, or a fact in words, takes with its title and separators."""

    def load(self) -> None:
        """Loads what reading needs, so that a reading's times leave that out."""

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        """Answer from the window; `on_text` receives the answer's words as they come.

        With `insist` it does not decline as far as it can help it: the best answer there
        is. What `on_text` received, joined, equals the reading's `text`.

        Raises:
            ReaderError: the window cannot be read; the message says why.
        """
