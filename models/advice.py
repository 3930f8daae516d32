"""Which reader a machine could carry that reads better than the one in use.

Pure: memory and cores are given. What the machine has is `device`'s to say.
"""

from __future__ import annotations

from .catalogue import Catalogue, CatalogueEntry


def better_reader(
    catalogue: Catalogue, current: str, *, memory: int | None, cores: int | None
) -> CatalogueEntry | None:
    """The best reader within so many bytes of memory and cores, if better than `current`.

    No `cores` means that something faster computes, no `memory` that nothing is known of it:
    then, and where nothing is known of the reader in use, nothing is advised.
    """
    used = catalogue.find(current)
    if used is None or used.demand is None or memory is None:
        return None
    better = [
        (entry.demand.rank, entry)
        for entry in catalogue
        if entry.demand is not None
        and entry.demand.rank > used.demand.rank
        and entry.demand.memory_bytes <= memory
        and (cores is None or entry.demand.cores <= cores)
    ]
    return max(better, key=lambda ranked: ranked[0])[1] if better else None
