"""A few sentences said again in one, by a base model that is shown how.

A base model continues a text and is not told what to do: so it sees examples, each a text
and the one sentence that it comes to. It does not know documents, and what it writes is
not checked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .generation import greedy
from .language_model import LanguageModel
from .prompt import question_language, retelling
from .reading import Reader

_LIMIT = 64  # tokens of a sentence
_ENDED = re.compile(r"[.!?。！？…][\"'”’」』)）]*$")


@dataclass(frozen=True, slots=True)
class Retelling:
    """Says texts again with `model`, which writes as it was made, without an adapter."""

    model: LanguageModel

    def __call__(self, text: str) -> str:
        """The sentence; "" where the model came to no end, or the text is too long for it.

        Raises:
            ModelError: the model cannot be loaded.
        """
        words = retelling(question_language(text))
        asked = words.head + words.tail.replace("{text}", " ".join(text.split()))
        prompt = [*self.model.opening_ids, *self.model.encode(asked)]
        if len(prompt) + _LIMIT > self.model.context:
            return ""
        written = greedy(self.model, prompt, limit=_LIMIT).text
        return written if _ENDED.search(written) else ""


def retelling_of(reader: Reader) -> Retelling | None:
    """How a reader's model retells; None for those that can be told what to write."""
    model = getattr(reader, "model", None)
    return Retelling(model) if isinstance(model, LanguageModel) and not model.is_chat else None
