"""Names that come near a name that is unknown, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import pairwise

from .names import normal

_LIKE = 0.66  # of the letters in common, as difflib counts: one of three may differ
_SHORT, _LONG = 4, 7


def pieces(name: str) -> tuple[str, ...]:
    """Parts of a name, one of which any name holds that is mistyped in few places.

    A name of n + 1 parts has one that n slips leave whole: two parts for short names,
    three for long ones; each letter for the shortest, as Chinese names are.
    """
    if len(name) < _SHORT:
        return tuple(dict.fromkeys(name))
    count = 2 if len(name) < _LONG else 3
    ends = [len(name) * part // count for part in range(count + 1)]
    return tuple(name[start:end] for start, end in pairwise(ends))


def nearest(name: str, names: Iterable[str], most: int) -> list[str]:
    """Up to `most` of the names, those first that share the most letters with `name`.

    A name of several words is also compared by as many of its words as `name` has: a
    surname finds its people. None comes that is not like it at all.
    """
    wanted = normal(name)
    scored = ((_likeness(wanted, normal(other)), other) for other in names)
    near = sorted(
        (-score, len(other), other.isupper(), other) for score, other in scored if score >= _LIKE
    )
    return [other for *_, other in near[:most]]


def _likeness(wanted: str, other: str) -> float:
    whole, *parts = _stretches(other, len(wanted.split()))
    part = max((_ratio(wanted, stretch) for stretch in parts), default=0.0)
    return max(_ratio(wanted, whole), 0.95 * part)


def _stretches(name: str, width: int) -> Iterator[str]:
    yield name
    words = name.split()
    for first in range(len(words) - width + 1):
        yield " ".join(words[first : first + width])


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _LIKE else 0.0
