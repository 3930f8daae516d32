"""Filling the KV memory ahead of questions: the states of every passage.

Computes what is not there yet, so an interrupted run goes on where it stopped, and
ends before the budget would push out what it has just made.
"""

from __future__ import annotations

from ..memory.rows import ChunkRow
from ..memory.store import Store
from ..reader.gate import GatedReader
from ..reader.reading import WindowPassage
from ..records import WarmReport
from .progress import Progress


def warm(store: Store, reader: GatedReader, progress: Progress) -> WarmReport:
    """Have every passage's states on disk, as far as the budget goes.

    Raises:
        ReaderError: the reader's model is read by full prefill and has no use for states.
    """
    computed = found = 0
    progress.start("computing states", store.counts()["chunks"], "passages")
    for document in store.list_documents():
        for row in store.chunks_of(document.id):
            if reader.states_full:
                break
            made = reader.warm(_passage(row, document.title))
            computed, found = computed + made, found + (not made)
            progress.advance(1)
    progress.finish()
    left = store.counts()["chunks"] - computed - found
    return WarmReport(computed, found, left, reader.states_bytes)


def _passage(row: ChunkRow, title: str) -> WindowPassage:
    """The chunk just as a window shows it: another heading would be another text."""
    return WindowPassage(row.id, title, row.chunk.heading, row.chunk.text, 0.0, row.chunk.context)
