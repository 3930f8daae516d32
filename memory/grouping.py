"""Entities as the connected components of merges. Pure; knows no tables."""

from __future__ import annotations

from collections.abc import Iterable

from .graph_rows import MergeRow


def grouped(names: Iterable[int], merges: Iterable[MergeRow]) -> dict[int, int]:
    """For each name the smallest id of its component; parted merges join nothing.

    Merges with a name that is not among `names` are left out.
    """
    parent = {name: name for name in names}

    def root(name: int) -> int:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for merge in merges:
        if merge.parted or merge.kept_id not in parent or merge.merged_id not in parent:
            continue
        one, other = root(merge.kept_id), root(merge.merged_id)
        parent[max(one, other)] = min(one, other)
    return {name: root(name) for name in parent}
