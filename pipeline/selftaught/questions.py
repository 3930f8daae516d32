"""Questions of all makers by turns, none much like another. Pure: it knows no store."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from .facts import stated
from .made import Made, Picked, Source
from .spans import recurring


def made_questions(sources: Sequence[Source], *, seed: int) -> Iterator[Made]:
    """Questions that the passages answer; the same for the same passages and seed."""
    makers = (recurring(sources, random.Random(seed)), stated(sources, random.Random(seed)))
    picked = Picked()
    for turn in zip_longest(*makers):
        yield from (made for made in turn if made is not None and picked.takes(made))
