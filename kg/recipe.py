"""From which parts the extractor of a memory is made, as something to hand to a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .chinese import ChineseExtractor
from .english import EnglishExtractor
from .extraction import Extractor
from .languages import ByLanguage, Language
from .other import OtherExtractor


@dataclass(frozen=True, slots=True)
class Recipe:
    """Extractors for every language; English without `english`, its pipeline, gives no facts.

    `weights` is the fingerprint of that pipeline.
    """

    english: Path | None = None
    weights: str = ""

    def extractor(self) -> ByLanguage:
        """The extractor, which loads its models at the first text."""
        parts: dict[Language, Extractor] = {"zh": ChineseExtractor(), "other": OtherExtractor()}
        if self.english is not None:
            parts["en"] = EnglishExtractor(self.english, weights=self.weights)
        return ByLanguage(parts)
