"""What a memory holds, what made it, and how large it is."""

from __future__ import annotations

from ..errors import ModelError
from ..records import AdaptersInUse, IndexInfo, Status
from .adapters import in_use
from .engines import find_chosen_adapters, state_bytes_per_token
from .workspace import Workspace


def status(space: Workspace) -> Status:
    """The memory's figures as they are now; opens the vector index if there are passages."""
    store, settings = space.store, space.settings
    counts, graph = store.counts(), store.graph_counts()
    vectors = space.vectors() if counts["chunks"] else None
    return Status(
        documents=counts["documents"],
        chunks=counts["chunks"],
        vectors=counts["vectors"],
        entities=graph.entities,
        facts=graph.facts,
        collections=store.collections(),
        embedder=space.embedder_name,
        reader=settings.reader_endpoint or settings.reader,
        adapter=_adapters(space),
        index=IndexInfo(vectors.kind if vectors else "none", vectors.device if vectors else "none"),
        bytes=space.home.sizes() | {"states_per_token": state_bytes_per_token(settings)},
        sequence=store.sequence(),
    )


def _adapters(space: Workspace) -> AdaptersInUse:
    """What the reader reads with; none, and the reason, where that cannot be told."""
    try:
        return in_use(find_chosen_adapters(space.settings, space.places()))
    except ModelError as error:
        return AdaptersInUse("none", (), str(error))
