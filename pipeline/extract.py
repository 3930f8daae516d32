"""Reading names and facts beside other work, and never the same text twice.

Puts an extractor pool and the store together: texts that the store has a reading of
are left out, and what is read comes back in the store's records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..kg.extraction import Extraction
from ..kg.workers import ExtractorPool
from ..memory.graph_rows import NamedSpan, Readings, StatedAlias, StatedFact, TextReading
from ..memory.store import Store
from .engines import Extraction as Engine


class GraphReader:
    """Reads texts with the extractor of an engine, for one store.

    `workers` is how many processes read; with none, this one does. Close it.
    """

    def __init__(self, engine: Engine, *, workers: int) -> None:
        self._pool = ExtractorPool(engine.recipe, workers=workers)
        self._begun: set[bytes] = set()
        self.extractor = self._pool.fingerprint
        # What a better extractor read is kept where that one is missing.
        self.wanted = self.extractor if engine.complete else None

    def begin(self, store: Store, texts: Mapping[bytes, str]) -> Callable[[], Readings]:
        """Starts reading those of the texts, by hash, that neither the store nor this run has.

        What is returned waits for the readings. Results must be stored in the order in
        which they were begun.
        """
        new = sorted(store.unread(texts.keys() - self._begun, self.wanted))
        self._begun |= texts.keys()
        wait = self._pool.begin([texts[key] for key in new])

        def readings() -> Readings:
            found = map(reading_of, wait())
            return Readings(self.extractor, dict(zip(new, found, strict=True)))

        return readings

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()


def reading_of(extraction: Extraction) -> TextReading:
    """An extraction in the store's records."""
    return TextReading(
        [NamedSpan(m.start, m.end, m.text, m.kind) for m in extraction.mentions],
        [StatedAlias(a.name, a.alias, a.why) for a in extraction.aliases],
        [
            StatedFact(f.subject.text, f.relation, f.object.text, f.start, f.end, f.time)
            for f in extraction.facts
        ],
    )
