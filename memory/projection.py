"""What a projection has missed: the change log, folded to what came and what went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .rows import Change, ChunkRow
from .store import Store


@dataclass(frozen=True, slots=True)
class Span:
    """Chunk ids `first..last`, inclusive: those of one document."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Delta:
    """The way from one sequence number to `sequence`.

    `added` are spans that exist now and did not; `removed` did and do not. What
    came and went in between is in neither. `read` are spans whose names and facts
    changed, whether or not they are also in one of the others.
    """

    sequence: int
    added: tuple[Span, ...]
    removed: tuple[Span, ...]
    read: tuple[Span, ...] = ()

    @property
    def size(self) -> int:
        """How many chunks came or went."""
        return sum(span.last - span.first + 1 for span in (*self.added, *self.removed))

    def chunks(self, store: Store) -> Iterator[ChunkRow]:
        """The added chunks, by id, streamed."""
        for span in joined(self.added):
            yield from store.chunks_between(span.first, span.last)


def delta_since(store: Store, sequence: int) -> Delta:
    """What the store has done since `sequence`."""
    return fold(store.changes_since(sequence), sequence)


def fold(changes: list[Change], sequence: int) -> Delta:
    """The net effect of changes, oldest first, on a projection at `sequence`.

    Chunk ids are never used twice, so a removal either undoes an addition among
    these changes or takes away something older.
    """
    added: dict[Span, None] = {}
    removed: list[Span] = []
    read: dict[Span, None] = {}
    for change in changes:
        span = Span(change.first_chunk, change.last_chunk)
        if change.what == "add":
            added[span] = None
        elif change.what == "read":
            read[span] = None
        elif span in added:
            del added[span]
        else:
            removed.append(span)
    newest = changes[-1].sequence if changes else sequence
    return Delta(newest, tuple(added), tuple(removed), tuple(read))


def joined(spans: tuple[Span, ...]) -> list[Span]:
    """The same ids in as few spans as possible, ascending."""
    runs: list[Span] = []
    for span in sorted(spans, key=lambda item: item.first):
        if runs and span.first == runs[-1].last + 1:
            runs[-1] = Span(runs[-1].first, span.last)
        else:
            runs.append(span)
    return runs
