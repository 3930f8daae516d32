"""Mode "extract": answer with the document's own sentence, with no generative model.

The sentence nearest to the question by shared words (Chinese by character pairs)
and, where an embedder is lent, by meaning. It is quoted exactly as it stands, so
its evidence is itself. Fast, small, and true to the text by construction; what it
cannot do is combine two sentences or answer in another language than the text's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .estimate import estimated_tokens
from .prompt import question_language
from .reading import Evidence, Reading, Window, WindowPassage
from .support import Sentence, window_sentences
from .terms import echoes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[Any]"]
"""Texts to vectors of shape (texts, width), nearer in angle for nearer in meaning."""

_SIMILARITY = 0.5
"""Weight of the cosine beside the share of words, which both end at 1."""

_SEPARATOR_TOKENS = 2


@dataclass(frozen=True, slots=True)
class ExtractiveReader:
    """A reader that picks a sentence.

    With `embed` lent, sentences are compared by meaning too. `embeds_chinese` says
    whether its vectors of Chinese mean anything; if not, Chinese questions go by
    words alone.
    """

    name: str = "extract"
    embed: Embed | None = None
    embeds_chinese: bool = True

    @property
    def mode(self) -> str:
        """Always "extract"."""
        return "extract"

    def count_tokens(self, text: str) -> int:
        """An estimate: this reader has no tokenizer."""
        return estimated_tokens(text)

    def overhead(self, question: str) -> int:
        """The question; there is no instruction, and the answer is part of the window."""
        return estimated_tokens(question)

    def cost(self, part: WindowPassage | str) -> int:
        """An estimate of a passage with its title, or of a fact."""
        if isinstance(part, str):
            return estimated_tokens(part) + _SEPARATOR_TOKENS
        named = (part.title, part.heading, part.text)
        return sum(estimated_tokens(text) for text in named) + _SEPARATOR_TOKENS

    def load(self) -> None:
        """Nothing: an embedder that is lent is loaded."""

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        """The window's best sentence; declined where no sentence shares anything with it."""
        best = self._best(question, window)
        if best is None:
            return Reading(text="", declined=True, mode=self.mode)
        if on_text is not None:
            on_text(best.text)
        evidence = Evidence(best.passage.chunk_id, best.start, best.end, weight=1.0)
        return Reading(text=best.text, declined=False, mode=self.mode, evidence=(evidence,))

    def _best(self, question: str, window: Window) -> Sentence | None:
        candidates = [s for s in window_sentences(question, window) if not echoes(s.text, question)]
        understood = self.embeds_chinese or question_language(question) != "zh"
        embed = self.embed if understood else None
        if not candidates or (embed is None and not any(c.shared for c in candidates)):
            return None
        scores = [candidate.affinity for candidate in candidates]
        if embed is not None:
            cosines = _cosines(embed, question, candidates)
            scores = [s + _SIMILARITY * c for s, c in zip(scores, cosines, strict=True)]
        return candidates[scores.index(max(scores))]


def _cosines(embed: Embed, question: str, candidates: Sequence[Sentence]) -> list[float]:
    """Cosines of the question with each candidate."""
    import numpy as np

    vectors = np.asarray(embed([question, *(c.text for c in candidates)]), dtype=np.float64)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines: list[float] = (unit[1:] @ unit[0]).tolist()
    return cosines
