"""How an ingestion reads: from where to which collection, in which pieces."""

from __future__ import annotations

from dataclasses import dataclass, field

from .loaders import Limits
from .split import SplitLimits

_LOADERS = "2"  # changes when loading or splitting would give another result
_WITH_MORE = "+"


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to ingest. `jobs` counts processes that parse; 1 parses in this one.

    Without `graph` no names and facts are read.
    """

    collection: str = "default"
    prune: bool = False
    dry_run: bool = False
    jobs: int = 1
    graph: bool = True
    limits: Limits = field(default_factory=Limits)
    splitting: SplitLimits = field(default_factory=SplitLimits)

    @property
    def recipe(self) -> str:
        """Names how sources become chunks; what another recipe read is read again."""
        return f"{_LOADERS}/{self.splitting.tokens}/{self.splitting.overlap}"

    @property
    def recipe_with_more(self) -> str:
        """The recipe of a source from which more is stored than it holds now."""
        return self.recipe + _WITH_MORE

    @property
    def settled(self) -> tuple[str, ...]:
        """The recipes of sources that need no reading: to prune, all is to be known."""
        return (self.recipe,) if self.prune else (self.recipe, self.recipe_with_more)
