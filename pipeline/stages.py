"""The stages of a search that can be left out, each by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from ..errors import UsageError


@dataclass(frozen=True, slots=True)
class Stages:
    """Which stages take part.

    `dense`: passages near to the question by their vectors. `words`: by BM25. `names`:
    ties the question to entities of the graph. `graph`: a walk from these and from the
    best passages. `hops`: what the best passages lead to. `facts`: statements of the
    graph beside the passages. `nodes`: summaries of stretches of long documents, where they
    were made. `rerank`: a cross-encoder reads the best passages.
    """

    dense: bool = True
    words: bool = True
    names: bool = True
    graph: bool = True
    hops: bool = True
    facts: bool = True
    nodes: bool = False
    rerank: bool = False

    @classmethod
    def without(cls, names: Iterable[str], *, nodes: bool = False, rerank: bool = False) -> Stages:
        """All stages but those named; the last two only where they are wanted.

        Raises:
            UsageError: there is no such stage, or no passage could be found by the rest.
        """
        known = [field.name for field in fields(cls)]
        left_out = set(names)
        if unknown := sorted(left_out - set(known)):
            raise UsageError(f"no stage {', '.join(unknown)}; the stages are {', '.join(known)}")
        if {"dense", "words"} <= left_out:
            raise UsageError("a search needs dense or words; leave out at most one of them")
        wanted = {"nodes": nodes, "rerank": rerank}
        return cls(**{name: wanted.get(name, True) and name not in left_out for name in known})


def listed(names: str) -> tuple[str, ...]:
    """Names from words with commas between them.

    >>> listed("graph, hops")
    ('graph', 'hops')
    """
    return tuple(name.strip() for name in names.split(",") if name.strip())
