"""Greedy writing with a causal language model: tokens in, an answer's raw text out.

One stock `generate`, watched at every token: how sure the model was, when the
first token stood, whether the answer is complete. It knows token ids and nothing
of windows or wording.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .answer import is_complete, settled, tidy
from .language_model import LanguageModel
from .lookup import guess

_REPLACEMENT = "\ufffd"
"""What a decoder shows for the first bytes of a character whose rest is missing."""


class Within(Protocol):
    """What an answer is held to."""

    def allowed(self, written: Sequence[int]) -> frozenset[int] | None:
        """The tokens that may follow those written; None where any may."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to write: with up to `lookup` tokens guessed from the prompt and checked in one
    pass (prompt lookup decoding), which changes nothing but time; where the writer
    `insists`, an answer even where the model would open with a refusal. `within` is what
    may be written at all; None for anything.
    """

    lookup: int = 0
    insists: bool = False
    within: Within | None = None


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

    `on_text` receives the tidied answer piece by piece, in this thread. `cache` is a
    transformers cache that holds the prompt's first tokens; just the others are read.
    """
    import torch

    banned = model.refusing_ids if manner.insists else frozenset()
    watch = _Watch(model, len(prompt), on_text, banned, manner.within)
    ids = torch.tensor([list(prompt)], device=model.device)
    with torch.inference_mode():
        if manner.lookup:
            guesses = manner.lookup
            _write_guessing(model, list(prompt), watch, limit=limit, cache=cache, lookup=guesses)
        else:
            model.weights.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                generation_config=_settings(model, limit),
                past_key_values=cache,
                logits_processor=[watch.before_token],
                stopping_criteria=[watch.after_token],
            )
    return watch.finish()


def _write_guessing(
    model: LanguageModel, ids: list[int], watch: _Watch, *, limit: int, cache: Any, lookup: int
) -> None:
    """What `generate` does greedily, with guesses checked several at a time.

    The stock prompt lookup reads the whole prompt again when it is given a cache.
    """
    import torch
    from transformers import DynamicCache

    cache = DynamicCache() if cache is None else cache
    last = len(ids) + limit
    while len(ids) < last:
        seen = cache.get_seq_length()
        guesses = guess(ids, min(lookup, last - len(ids) - 1))
        fresh = torch.tensor([[*ids[seen:], *guesses]], device=model.device)
        places = torch.arange(seen, seen + fresh.shape[1], device=model.device)[None]
        rows = model.weights(
            input_ids=fresh,
            position_ids=places,
            past_key_values=cache,
            logits_to_keep=len(guesses) + 1,
        ).logits[0]
        done = _accept(model, ids, guesses, rows, watch)
        wrong = cache.get_seq_length() - (len(ids) - 1)
        if done:
            return
        if wrong:
            cache.crop(-wrong)


def _accept(
    model: LanguageModel, ids: list[int], guesses: list[int], rows: Any, watch: _Watch
) -> bool:
    """Append the likeliest tokens for as long as the guesses were them; True at the end."""
    import torch

    for place, row in enumerate(rows):
        so_far = torch.tensor([ids], device=model.device)
        scores = watch.before_token(so_far, row[None].float())
        token = int(scores[0].argmax())
        ids.append(token)
        whole = torch.tensor([ids], device=model.device)
        if bool(watch.after_token(whole, scores)) or token in model.stop_ids:
            return True
        if place < len(guesses) and guesses[place] != token:
            return False
    return False


def _settings(model: LanguageModel, limit: int) -> Any:
    """Greedy decoding, whatever sampling the model's folder recommends."""
    from transformers import GenerationConfig

    stops = list(model.stop_ids)
    pad = model.tokenizer.pad_token_id
    return GenerationConfig(
        max_new_tokens=limit,
        do_sample=False,
        num_beams=1,
        eos_token_id=stops or None,
        pad_token_id=pad if pad is not None else next(iter(stops), 0),
    )


@dataclass(slots=True)
class _Watch:
    """Stands beside `generate` and looks at one sequence, token by token."""

    model: LanguageModel
    prompt_tokens: int
    on_text: Callable[[str], None] | None
    banned: frozenset[int]
    within: Within | None
    logprobs: dict[int, float] = field(default_factory=dict)
    ids: tuple[int, ...] = ()
    refusal: float = 0.0
    raw: str = ""
    told: str = ""
    first_token_at: float = 0.0

    def before_token(self, ids: Any, scores: Any) -> Any:
        """Take note of the next token's log-probability; refuse an empty answer.

        Small models like to answer with a line break or an end. Until something is
        said, such tokens, and those that are banned, are ruled out and the likeliest
        other one is taken, with its own, low probability on record; so is at any place what
        the answer is held to. A place that is seen again, after a wrong guess, counts as it
        was seen last.
        """
        place = ids.shape[1] - self.prompt_tokens
        logprobs = scores[0].log_softmax(-1)
        written = ids[0, self.prompt_tokens :].tolist()
        said = bool(self._text(written))
        if not said:
            self.refusal = float(logprobs[list(self.model.refusing_ids)].exp().sum())
        self._hold(scores, written)
        choice = int(scores[0].argmax())
        while not said and self._is_out(choice) and scores[0, choice].isfinite():
            scores[0, choice] = float("-inf")
            choice = int(scores[0].argmax())
        self.logprobs[place] = float(logprobs[choice])
        return scores

    def _hold(self, scores: Any, written: list[int]) -> None:
        """Rule out what may not be written."""
        allowed = None if self.within is None else self.within.allowed(written)
        if allowed is not None:
            kept = sorted(allowed)
            held = scores[0, kept].clone()
            scores[0] = float("-inf")
            scores[0, kept] = held

    def after_token(self, ids: Any, scores: Any) -> Any:
        """Look at the text so far, pass on what is settled, and say whether it is enough.

        Several tokens may be new; those behind the end of the answer do not count.
        """
        import torch

        if not self.first_token_at:
            self.first_token_at = time.perf_counter()
        written = ids[0, self.prompt_tokens :].tolist()
        complete = False
        while len(self.ids) < len(written) and not complete:
            self.ids = tuple(written[: len(self.ids) + 1])
            self.raw = self._text(list(self.ids))
            complete = is_complete(self.raw)
        self._tell(settled(self.raw))
        return torch.full((ids.shape[0],), complete, device=ids.device)

    def finish(self) -> Written:
        """The record of a finished sequence."""
        answer = tidy(self.raw)
        self._tell(answer)
        counted = [self.logprobs[place] for place in range(len(self.ids))]
        return Written(
            text=answer,
            ids=self.ids,
            logprob=sum(counted) / max(len(counted), 1),
            least=min(counted, default=0.0),
            refusal=self.refusal,
            first_token_at=self.first_token_at,
        )

    def _text(self, written: list[int]) -> str:
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
