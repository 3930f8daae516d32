"""An index from keys to names that stays small where most keys hold one name."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Shelves(Generic[K]):
    """For each key its names in the order in which they came. Adding and taking are O(1)."""

    def __init__(self) -> None:
        self._names: dict[K, str | dict[str, None]] = {}

    def put(self, key: K, name: str) -> None:
        """Puts a name under a key; once is enough."""
        held = self._names.setdefault(key, name)
        if isinstance(held, dict):
            held[name] = None
        elif held != name:
            self._names[key] = {held: None, name: None}

    def take(self, key: K, name: str) -> None:
        """Takes a name away; one that is not there is no error."""
        held = self._names.get(key)
        if isinstance(held, dict):
            held.pop(name, None)
        if held == name or held == {}:
            del self._names[key]

    def first(self, key: K) -> str | None:
        """The name that has been under the key the longest."""
        return next(self.under(key), None)

    def under(self, key: K) -> Iterator[str]:
        """All names under the key."""
        held = self._names.get(key, {})
        return iter((held,) if isinstance(held, str) else held)

    def count(self, key: K) -> int:
        """How many names are under the key."""
        held = self._names.get(key, {})
        return 1 if isinstance(held, str) else len(held)
