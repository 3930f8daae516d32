"""Greedy writing with a causal language model: tokens in, an answer's raw text out.

Watched at every token: how sure the model was, when the first token stood, whether the
answer is complete. It knows token ids and nothing of windows or wording.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from .answer import is_complete, settled, tidy
from .language_model import LanguageModel
from .lookup import guess
from .packed_cache import shorten
from .states import new_cache

if TYPE_CHECKING:
    from torch import Tensor

_REPLACEMENT = "\ufffd"
"""What a decoder shows for the first bytes of a character whose rest is missing."""


class Within(Protocol):
    """What an answer is held to."""

    def allowed(self, written: Sequence[int]) -> frozenset[int] | None:
        """The tokens that may follow those written; None where any may."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to write.

    Up to `lookup` tokens at a time are guessed from the prompt (prompt lookup decoding), or
    those of a `draft` are, and checked in one pass: that changes nothing but time. If that
    pass was made, and the cache holds prompt and draft but for its last token, `rows` are its
    logits, (tokens, vocabulary). A writer that `insists` answers even where the model would
    open with a refusal. `within` is what may be written at all; None for anything.
    """

    lookup: int = 0
    insists: bool = False
    within: Within | None = None
    draft: tuple[int, ...] = ()
    rows: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, its tokens `ids` included. `first_token_at` is a reading of
    `time.perf_counter`.

    `logprob` is the mean natural-log probability of the tokens written, `least` the least
    of them. `refusal` is the probability that it had opened with a refusal.
    """

    text: str
    ids: tuple[int, ...]
    logprob: float
    least: float
    refusal: float
    first_token_at: float

    @property
    def tokens(self) -> int:
        """How many tokens were written."""
        return len(self.ids)


def greedy(
    model: LanguageModel,
    prompt: Sequence[int],
    *,
    limit: int,
    on_text: Callable[[str], None] | None = None,
    cache: Any = None,
    manner: Manner = Manner(),
) -> Written:
    """Write the likeliest next token until the answer is complete or `limit` is reached.

    `on_text` receives the tidied answer piece by piece, in this thread. `cache` holds the
    prompt's first tokens, at most all but one; just the others are read.
    """
    import torch

    banned = model.refusing_ids if manner.insists else frozenset()
    watch = _Watch(model, on_text, banned, manner.within)
    if cache is None:
        cache = new_cache(model.weights, len(prompt) + limit)
    with torch.inference_mode():
        _write(watch, list(prompt), manner, limit=limit, cache=cache)
    return watch.finish()


def _write(watch: _Watch, ids: list[int], manner: Manner, *, limit: int, cache: Any) -> None:
    """Append to `ids` what the watch takes, one by one, guesses checked several at a time.

    transformers' own `generate` does the same, and looks guesses up, too; but given a cache,
    it then reads the whole prompt again, and importing it takes longer than an answer.
    """
    import torch

    model, last, done = watch.model, len(ids) + limit, False
    if manner.rows is not None:
        done = _take(watch, ids, manner.rows[:limit], manner.draft)
        shorten(cache, len(ids) - 1)
    while len(ids) < last and not done:
        seen = cache.get_seq_length()
        guesses = _guesses(watch.ids, ids, manner)[: last - len(ids) - 1]
        fresh = torch.tensor([[*ids[seen:], *guesses]], device=model.device)
        places = torch.arange(seen, seen + fresh.shape[1], device=model.device)[None]
        rows = model.weights(
            input_ids=fresh,
            position_ids=places,
            past_key_values=cache,
            logits_to_keep=len(guesses) + 1,
        ).logits[0]
        done = _take(watch, ids, rows, guesses)
        if cache.get_seq_length() >= len(ids):  # a guess was wrong, or not needed
            shorten(cache, len(ids) - 1)


def _take(watch: _Watch, ids: list[int], rows: Tensor, guesses: Sequence[int]) -> bool:
    """Append tokens by their rows of logits while those before were as guessed; True at the end."""
    for place, row in enumerate(rows):
        ids.append(watch.take(row.float()))
        if watch.is_done:
            return True
        if place >= len(guesses) or ids[-1] != guesses[place]:
            break
    return False


def _guesses(written: Sequence[int], ids: Sequence[int], manner: Manner) -> list[int]:
    """What may come next: the rest of a draft that was right so far, or what was looked up."""
    draft, count = list(manner.draft), len(written)
    if count < len(draft) and draft[:count] == list(written):
        return draft[count:]
    return guess(ids, manner.lookup)


@dataclass(slots=True)
class _Watch:
    """Takes one token after the other and keeps the record of them."""

    model: LanguageModel
    on_text: Callable[[str], None] | None
    banned: frozenset[int]
    within: Within | None
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    refusal: float = 0.0
    raw: str = ""
    told: str = ""
    first_token_at: float = 0.0
    is_done: bool = False

    def take(self, scores: Any) -> int:
        """The next token by its `scores`, (vocabulary,), which are changed.

        Small models like to answer with a line break or an end. Until something is
        said, such tokens, and those that are banned, are ruled out and the likeliest
        other one is taken, with its own, low probability on record; so is at any place what
        the answer is held to.
        """
        logprobs = scores.log_softmax(-1)
        if not self.raw:
            self.refusal = float(logprobs[list(self.model.refusing_ids)].exp().sum())
        self._hold(scores)
        choice = int(scores.argmax())
        while not self.raw and self._is_out(choice) and scores[choice].isfinite():
            scores[choice] = float("-inf")
            choice = int(scores.argmax())
        self.ids.append(choice)
        self.logprobs.append(float(logprobs[choice]))
        self._look()
        return choice

    def _look(self) -> None:
        """Look at the text so far, pass on what is settled, and see whether it is enough."""
        if not self.first_token_at:
            self.first_token_at = time.perf_counter()
        self.raw = self._text(self.ids)
        self.is_done = is_complete(self.raw) or self.ids[-1] in self.model.stop_ids
        self._tell(settled(self.raw))

    def _hold(self, scores: Any) -> None:
        """Rule out what may not be written."""
        allowed = None if self.within is None else self.within.allowed(self.ids)
        if allowed is not None:
            kept = sorted(allowed)
            held = scores[kept].clone()
            scores.fill_(float("-inf"))
            scores[kept] = held

    def finish(self) -> Written:
        """The record of a finished sequence."""
        answer = tidy(self.raw)
        self._tell(answer)
        return Written(
            text=answer,
            ids=tuple(self.ids),
            logprob=sum(self.logprobs) / max(len(self.logprobs), 1),
            least=min(self.logprobs, default=0.0),
            refusal=self.refusal,
            first_token_at=self.first_token_at,
        )

    def _text(self, written: Sequence[int]) -> str:
        """The text of some tokens without the first bytes of a character that is not whole."""
        return self.model.decode(written).rstrip(_REPLACEMENT).lstrip() if written else ""

    def _is_out(self, token: int) -> bool:
        """Whether a token may not open an answer."""
        if token in self.banned or token in self.model.control_ids:
            return True
        return "\n" in self.model.decode([token])

    def _tell(self, text: str) -> None:
        if self.on_text is not None and len(text) > len(self.told):
            self.on_text(text[len(self.told) :])
            self.told = text
