"""From a name's normal form to the entities that it names, without holding the forms.

Forms are found by their hashes, which are stored with the names, so that nothing has
to be normalised anew when a large memory is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .names import normal, split_bracket
from .spellings import hash_of

Ids = NDArray[np.int64]


class Surfaces(Mapping[str, tuple[int, ...]]):
    """`kg.names.normal(name)` of every name to the columns of its entities.

    `hashes` (k,) are those of the names' normal forms, `columns` (k,) their entities'
    columns and `texts` (k,) the names themselves.
    """

    def __init__(self, hashes: Ids, columns: Ids, texts: Sequence[str]) -> None:
        order = np.lexsort((columns, hashes))
        self._hashes, self._columns, self._order = hashes[order], columns[order], order
        self._texts = texts

    def __getitem__(self, form: str) -> tuple[int, ...]:
        key = hash_of(form)
        first, last = np.searchsorted(self._hashes, [key, key + 1])
        if first == last:
            raise KeyError(form)
        return tuple(np.unique(self._columns[first:last]).tolist())

    def __iter__(self) -> Iterator[str]:
        firsts = np.flatnonzero(np.diff(self._hashes, prepend=self._hashes[:1] - 1))
        for place in self._order[firsts].tolist():
            yield normal(split_bracket(self._texts[place])[0])

    def __len__(self) -> int:
        return len(np.unique(self._hashes))
