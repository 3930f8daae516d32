"""Byte-pair encoding over tables: from characters to token ids by ranked merges.

The merges of the lowest rank come first, and of those the leftmost; characters that
the vocabulary does not have become their UTF-8 bytes (Sennrich et al. 2016, arXiv
1508.07909, as SentencePiece and the tokenizers library do it). Pure; where tables
come from is not known here.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SHIFT = 32
"""A pair of tokens is looked up as left << SHIFT | right."""


@dataclass(frozen=True, slots=True)
class Merges:
    """Merge i turns the pair `keys[i]` into the token `made[i]`; lower `ranks` come first.

    `keys` ascend.
    """

    keys: Sequence[int]
    ranks: Sequence[int]
    made: Sequence[int]

    def find(self, left: int, right: int) -> tuple[int, int] | None:
        """Rank and token of the merge of a pair, if there is one."""
        key = left << SHIFT | right
        place = bisect_left(self.keys, key)
        if place < len(self.keys) and self.keys[place] == key:
            return self.ranks[place], self.made[place]
        return None


def first_symbols(text: str, characters: Mapping[str, int], byte_ids: Sequence[int]) -> list[int]:
    """A token for each character, or one for each of its bytes."""
    found: list[int] = []
    for character in text:
        token = characters.get(character)
        if token is not None:
            found.append(token)
        else:
            found.extend(byte_ids[byte] for byte in character.encode())
    return found


def merge(symbols: Sequence[int], merges: Merges) -> list[int]:
    """The symbols with all merges done."""
    ids = list(symbols)
    after = [*range(1, len(ids)), -1] if ids else []
    before = list(range(-1, len(ids) - 1))
    heap: list[tuple[int, int, int, int, int]] = []

    def push(place: int) -> None:
        right = ids[after[place]]
        found = merges.find(ids[place], right)
        if found is not None:
            heapq.heappush(heap, (found[0], place, ids[place], right, found[1]))

    for place in range(len(ids) - 1):
        push(place)
    while heap:
        _, place, left, right, made = heapq.heappop(heap)
        follower = after[place]
        if ids[place] != left or follower < 0 or ids[follower] != right:
            continue  # one of the two has been merged since
        ids[place], ids[follower] = made, -1
        after[place] = after[follower]
        if after[place] >= 0:
            before[after[place]] = place
            push(place)
        if before[place] >= 0:
            push(before[place])
    return [token for token in ids if token >= 0]
