"""Groups of names joined by merges, kept up to date as merges come and go.

Every name stays; a merge is an edge between two, an entity a connected component.
Taking an edge or a name away rebuilds only the component that it was in, which
is what makes merges reversible. Knows nothing of why names are merged.
"""

from __future__ import annotations

from collections.abc import Mapping


class Components:
    """Names in groups; each group goes by the name that entered first."""

    def __init__(self) -> None:
        self._group: dict[str, int] = {}
        self._members: dict[int, list[str]] = {}  # only groups of two or more
        self._heads: dict[int, str] = {}
        self._edges: dict[str, set[str]] = {}
        self._rank: dict[str, int] = {}
        self._next = 0

    def __contains__(self, name: str) -> bool:
        return name in self._group

    def __len__(self) -> int:
        return len(self._heads)

    def add(self, name: str) -> None:
        """Enters a name as a group of its own; a known name stays where it is."""
        if name not in self._group:
            self._rank[name] = self._next
            self._open([name])

    def head(self, name: str) -> str:
        """The name that the group of this one goes by. Raises KeyError if it is unknown."""
        return self._heads[self._group[name]]

    def members(self, name: str) -> tuple[str, ...]:
        """All names of the group, in the order in which they entered."""
        return tuple(sorted(self._held(self._group[name]), key=self._rank.__getitem__))

    def join(self, one: str, other: str) -> None:
        """Joins two known names. The smaller group moves, so n joins cost n log n at most."""
        self._edges.setdefault(one, set()).add(other)
        self._edges.setdefault(other, set()).add(one)
        big, small = self._group[one], self._group[other]
        if big == small:
            return
        if len(self._held(big)) < len(self._held(small)):
            big, small = small, big
        moved = self._held(small)
        for name in moved:
            self._group[name] = big
        self._members.setdefault(big, [self._heads[big]]).extend(moved)
        self._members.pop(small, None)
        heads = self._heads[big], self._heads.pop(small)
        self._heads[big] = min(heads, key=self._rank.__getitem__)

    def part(self, one: str, other: str) -> None:
        """Takes the edge between two names away; their group may fall apart."""
        self._edges.get(one, set()).discard(other)
        self._edges.get(other, set()).discard(one)
        self._regroup(self._close(one))

    def drop(self, name: str) -> None:
        """Takes a name away with its edges; its group may fall apart."""
        rest = [member for member in self._close(name) if member != name]
        for other in self._edges.pop(name, set()) - {name}:
            self._edges[other].discard(name)
        del self._group[name], self._rank[name]
        self._regroup(rest)

    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Every group by the name that it goes by."""
        return {head: self.members(head) for head in self._heads.values()}

    def _open(self, names: list[str]) -> None:
        number = self._next
        self._next += 1
        if len(names) > 1:
            self._members[number] = names
        self._heads[number] = min(names, key=self._rank.__getitem__)
        for name in names:
            self._group[name] = number

    def _close(self, name: str) -> list[str]:
        number = self._group[name]
        head = self._heads.pop(number)
        return self._members.pop(number, [head])

    def _held(self, number: int) -> list[str]:
        return self._members.get(number) or [self._heads[number]]

    def _regroup(self, names: list[str]) -> None:
        left = set(names)
        for name in names:
            if name not in left:
                continue
            found: list[str] = []
            queue = [name]
            left.discard(name)
            while queue:
                found.append(queue.pop())
                reached = self._edges.get(found[-1], set()) & left
                left -= reached
                queue += reached
            self._open(found)
