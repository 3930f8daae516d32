"""Making the summary nodes that long documents lack, one document a transaction.

What an older version of a document has in common with the new one is taken from the store.
An interrupted run goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...memory.store import Store
from ...memory.summary_nodes import SummaryNode
from ...memory.summary_parts import Owner
from ..progress import Progress, Quiet
from ..workspace import Workspace
from .embedding import Embedding, Vectors
from .gathering import Gathered, of_document
from .nodes import Stretch, picked, stretches
from .scorer import load_scorer
from .trimming import joined

LEAST_CHUNKS = 10
"""Fewer fit into the default window together: nothing has to stand for them."""

_NOTHING = b""  # the hash of the note that a document was looked at and has no node


@dataclass(frozen=True, slots=True)
class NodeMaker:
    """Makes the nodes of one memory with its embedder."""

    space: Workspace
    progress: Progress

    def make_missing(self) -> int:
        """Makes the nodes of long documents that have none; returns of how many documents.

        A document in a language that the embedder does not read gets none.

        Raises:
            MemoryLocked: another process is writing.
        """
        store, model_id = self.space.store, self.space.model_id()
        missing = store.without_nodes(model_id, LEAST_CHUNKS)
        if not missing:
            return 0
        self.progress.start("summarising", len(missing), "documents")
        for document_id in missing:
            owner, nodes = self._nodes(store, document_id, model_id)
            with self.space.writing(create=False) as writable:
                writable.put_nodes(owner, document_id, model_id, nodes)
            self.progress.advance(1)
        self.progress.finish()
        return len(missing)

    def _nodes(
        self, store: Store, document_id: int, model_id: int
    ) -> tuple[Owner, list[SummaryNode]]:
        first = store.chunks_of(document_id)[0]
        owner = first.document.collection, first.document.key
        embedder, embedding = self.space.embedder, Embedding(self.space, Quiet())
        found: list[SummaryNode] = []
        if embedding.embedder(store.document_text(document_id)) is embedder:
            gathered = of_document(store, document_id, embedding, None)
            known = store.stored_nodes(owner, model_id)
            wanted = stretches(gathered.material.texts, embedder.fingerprint)
            picks = {one: self._picks(gathered, one, known) for one in wanted}
            vectors = self._vectors(gathered, picks, known)
            found = [
                SummaryNode(one.part.hash, picks[one], _spans(gathered, one, picks[one]), vector)
                for one, vector in vectors.items()
            ]
        return owner, found or [SummaryNode(_NOTHING, (), (), np.zeros(0))]

    def _picks(
        self, gathered: Gathered, stretch: Stretch, known: Mapping[bytes, SummaryNode]
    ) -> tuple[int, ...]:
        if stretch.part.hash in known:
            return known[stretch.part.hash].picks
        embedder = self.space.embedder
        return picked(
            gathered.material,
            stretch,
            embedder.max_tokens,
            lambda text: len(embedder.token_ends(text)),
            load_scorer(),
        )

    def _vectors(
        self,
        gathered: Gathered,
        picks: Mapping[Stretch, tuple[int, ...]],
        known: Mapping[bytes, SummaryNode],
    ) -> dict[Stretch, Vectors]:
        """The vector of each stretch's extract, in their order; those that are new are made."""
        fresh = [one for one in picks if one.part.hash not in known]
        texts = [joined(_texts(gathered, one, picks[one])) for one in fresh]
        made = dict(zip(fresh, self.space.embedder.encode(texts), strict=True)) if fresh else {}
        return {one: made[one] if one in made else known[one.part.hash].vector for one in picks}


def _places(stretch: Stretch, picks: Sequence[int]) -> list[int]:
    return [stretch.part.start + pick for pick in picks]


def _texts(gathered: Gathered, stretch: Stretch, picks: Sequence[int]) -> list[str]:
    return [gathered.material.texts[place] for place in _places(stretch, picks)]


def _spans(
    gathered: Gathered, stretch: Stretch, picks: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    origins = [gathered.origins[place] for place in _places(stretch, picks)]
    return tuple((origin.start, origin.end) for origin in origins)
