"""Mode "memory": passages that were attended over before are read from their states.

Chunks' states come from the KV memory and are packed into the window; the model runs
over a few repair tokens, the facts and the question alone, and then writes as it
always does. What a passage's states are and where they lie is not known here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .adapter import acting, asked_in
from .alone import may_suffice, read_alone
from .assembly import Assembled, Assembler
from .attention import Plan, planned
from .generation import Manner, Written, greedy
from .language_model import LanguageModel
from .pieces import Pieces
from .prior import score_bias
from .prompt import question_language
from .reading import Reading, Window, WindowPassage
from .repair import first_tokens, most_attended, repair
from .second import contested, hiding, other_answer
from .understood import stands_early, understood
from .verbatim import held
from .watching import PassageWatch, TokenWatch, weighed

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Care:
    """How carefully stored states are read.

    The `share` of memory tokens that the question looks at most are computed afresh, and the
    `first` tokens of each chunk, which mend little beside them. `beta` is the weight of
    p(passage), 0 for none. `lookup` is how many tokens are guessed at a time from the window.
    """

    first: int = 0
    share: float = 0.03
    beta: float = 0.0
    lookup: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt in tokens, and the cache that holds all of it but facts and question."""

    ids: list[int]
    assembled: Assembled


@dataclass(frozen=True, slots=True)
class MemoryReader:
    """Reads from stored states. `assembler` finds or computes them.

    With `twice`, an answer that another passage may contradict is read again without its own.
    With `alone`, the first passage is read by itself, too, where it may be enough, and the
    surer answer is given.
    With `verbatim`, answers are stretches of the passages and cited as such, once.
    """

    assembler: Assembler
    care: Care = Care()
    answer_tokens: int = 64
    twice: bool = True
    alone: bool = False
    verbatim: bool = False

    @property
    def model(self) -> LanguageModel:
        """The model that reads."""
        return self.assembler.model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def mode(self) -> str:
        """ "memory", or "extract" where answers are verbatim."""
        return "extract" if self.verbatim else "memory"

    def count_tokens(self, text: str) -> int:
        """The model's tokens in `text`."""
        return len(self.model.encode(text))

    def overhead(self, question: str) -> int:
        """Tokens of the instruction, the question and the longest answer."""
        return self.pieces.overhead(question)

    def cost(self, part: WindowPassage | str) -> int:
        """Tokens that a passage or a fact takes in the window, exactly."""
        return len(self.pieces.part(part))

    def warm(self, passage: WindowPassage) -> bool:
        """Have a passage's states on disk; True where they had to be computed.

        They are those that a question in the passage's own language needs.
        """
        with asked_in(question_language(passage.text)):
            return self.assembler.warm(self.pieces.part(passage))

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
            ReaderError: the window and the answer do not fit into the model's context, or
                the model's positions cannot be moved.
        """
        with asked_in(question_language(question)):
            return self._read(question, window, on_text, insist)

    def _read(
        self, question: str, window: Window, on_text: Callable[[str], None] | None, insist: bool
    ) -> Reading:
        started = time.perf_counter()
        prepared = self.prepare(question, window)
        within = held(self.pieces, question, window, verbatim=self.verbatim)
        alone = self.alone and within is None and may_suffice(window)
        # What is said at once cannot be taken back.
        early = on_text if stands_early(question) and not alone else None
        manner = Manner(self.care.lookup, insists=insist, within=within)
        written, shares = self._written(window, prepared, manner, on_text=early)
        first_token_at = written.first_token_at
        if alone:
            limit, assembled = self.answer_tokens, prepared.assembled
            other = read_alone(
                self.model, prepared.ids, assembled, written, limit=limit, insists=insist
            )
            if other.logprob > written.logprob:
                written, shares = other, (1.0, *(0.0 for _ in window.passages[1:]))
        reading = self._reading(question, window, written, shares)
        if on_text is not None and early is None:
            on_text(reading.text)
        if self.twice and within is None and reading.evidence:
            reading = self._again(question, window, prepared, written, reading)
        return replace(
            reading,
            first_token_ms=1000 * (first_token_at - started),
            load_ms=prepared.assembled.load_ms,
            prompt_tokens=len(prepared.ids),
            cached_tokens=prepared.assembled.found,
        )

    def _written(
        self,
        window: Window,
        prepared: Prepared,
        manner: Manner,
        *,
        on_text: Callable[[str], None] | None,
    ) -> tuple[Written, tuple[float, ...]]:
        """What is written from the whole window, and the attention that each passage got."""
        ids, assembled = prepared.ids, prepared.assembled
        watch = PassageWatch(assembled.layout, first=len(ids) - 1, layers=self._layers())
        plan = self.plan(window, assembled)
        plan.watch = watch
        cache, limit = assembled.cache, self.answer_tokens
        with acting(), planned(plan):
            written = greedy(
                self.model, ids, limit=limit, on_text=on_text, cache=cache, manner=manner
            )
        return written, watch.shares(len(ids) + written.tokens - 2)

    def prepare(self, question: str, window: Window) -> Prepared:
        """The window's states in a cache, repaired, with room for question and answer.

        Raises:
            ReaderError: as `read`.
        """
        chunks = [self.pieces.part(passage) for passage in window.passages]
        tail = self.pieces.asking(question, window)
        ids = [*self.assembler.maker.prefix, *(t for chunk in chunks for t in chunk), *tail]
        self.pieces.check(len(ids))
        assembler = self.assembler.without_memory() if window.passing else self.assembler
        assembled = assembler.assemble(chunks, room=len(tail) + self.answer_tokens + 1)
        self.mend(assembled, ids)
        return Prepared(ids, assembled)

    def plan(self, window: Window, assembled: Assembled) -> Plan:
        """How facts, question and answer attend to the window."""
        probabilities = [passage.score for passage in window.passages]
        bias = score_bias(probabilities, assembled.layout, self.care.beta)
        return Plan(bias=bias, bias_from=assembled.layout.length)

    def mend(self, assembled: Assembled, ids: Sequence[int]) -> None:
        """Compute afresh what is to be, in the cache; `ids` are the whole prompt."""
        layout = assembled.layout
        places = set(first_tokens(layout, self.care.first))
        if self.care.share and len(layout.starts) > 1:
            attention = self._question_attention(assembled, ids)
            if attention is not None:
                places |= set(most_attended(attention, layout, self.care.share))
        repair(self.model.weights, assembled.cache, ids, sorted(places))

    def _question_attention(self, assembled: Assembled, ids: Sequence[int]) -> Tensor | None:
        """How much the tail looks at each memory token, before any repair.

        None for a model without a layer that sees the whole window.
        """
        import torch

        weights, length = self.model.weights, assembled.layout.length
        watch = TokenWatch(length)
        tokens = torch.tensor([list(ids[length:])], device=weights.device)
        places = torch.arange(length, len(ids), device=weights.device)[None]
        with torch.inference_mode(), acting(), planned(Plan(watch=watch)):
            weights.base_model(
                input_ids=tokens,
                position_ids=places,
                past_key_values=assembled.cache,
                use_cache=True,
            )
        assembled.cache.crop(length)
        return watch.total

    def _again(
        self, question: str, window: Window, prepared: Prepared, written: Written, reading: Reading
    ) -> Reading:
        """The reading with what another says, if anything else, the passage cited first hidden."""
        assembled = prepared.assembled
        cited = reading.evidence[0].chunk_id
        hidden = [passage.chunk_id for passage in window.passages].index(cited)
        if not contested(question, window, hidden):
            return reading
        plan = hiding(self.plan(window, assembled), assembled.layout, hidden)
        other = other_answer(self.model, prepared.ids, written, assembled.cache, plan)
        if other is None:
            return reading
        left = tuple(p for place, p in enumerate(window.passages) if place != hidden)
        rest = replace(window, passages=left)
        return replace(reading, other=self._reading(question, rest, other, ()))

    def _layers(self) -> int:
        """How many layers see the whole window."""
        types = getattr(self.model.config, "layer_types", None)
        count = int(self.model.config.num_hidden_layers)
        return types.count("full_attention") if types else count

    @property
    def pieces(self) -> Pieces:
        """What turns texts into tokens."""
        return Pieces(self.model, self.answer_tokens)

    def _reading(
        self, question: str, window: Window, written: Written, shares: tuple[float, ...]
    ) -> Reading:
        """What was written, its evidence weighed by `shares`, the attention to each passage."""
        reading = understood(self.model, question, window, written, mode=self.mode)
        chunk_ids = [passage.chunk_id for passage in window.passages]
        attention = dict(zip(chunk_ids, shares, strict=False))
        return replace(reading, evidence=weighed(reading.evidence, attention), attention=shares)
