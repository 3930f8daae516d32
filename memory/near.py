"""What someone may have meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

_MOST = 3


def nearest(wanted: str, known: Sequence[str]) -> list[str]:
    """At most three of the known names that are spelled like the wanted one, nearest first.

    Case does not count. A path is like another, too, where their last parts are alike.
    """
    for part in (str, _last):
        spelled: dict[str, list[str]] = {}
        for name in known:
            spelled.setdefault(part(name).casefold(), []).append(name)
        like = get_close_matches(part(wanted).casefold(), list(spelled), _MOST)
        if like:
            return [name for one in like for name in spelled[one]][:_MOST]
    return []


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
