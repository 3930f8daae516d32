"""Prompt lookup: guess the next tokens from what followed the same words before.

Answers are mostly copied from the window, so the tokens after the last place where
the most recent ones stood are a fair guess at what comes next, and checking several
costs one pass (Saxena 2023, prompt lookup decoding). Pure; whether a guess was right
is for the model to say.
"""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 3
"""Tokens that a place should share with the end; fewer where there is no such place."""


def guess(ids: Sequence[int], count: int) -> list[int]:
    """At most `count` tokens that may come after `ids`; empty where nothing repeats.

    A longer match is preferred, then the one nearest to the end.
    """
    for length in range(min(_LONGEST, len(ids) - 1), 0, -1):
        wanted = list(ids[-length:])
        for end in range(len(ids) - 1, length - 1, -1):
            if ids[end - 1] == wanted[-1] and list(ids[end - length : end]) == wanted:
                return list(ids[end : end + count])
    return []
