from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memctx.memory.store import Store

ONE, OTHER = ("default", "one"), ("default", "other")
VECTORS = np.arange(8, dtype=np.float32).reshape(2, 4) / 8


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "memory.sqlite3")
    yield made
    made.close()


def test_a_part_comes_back_as_it_was_stored(store: Store) -> None:
    store.put_parts(ONE, {b"a": VECTORS})
    found = store.part(b"a", (2, 4))
    assert found is not None
    np.testing.assert_array_equal(found, VECTORS)
    assert store.part(b"b", (2, 4)) is None


def test_a_part_of_another_shape_is_made_anew(store: Store) -> None:
    store.put_parts(ONE, {b"a": VECTORS})
    assert store.part(b"a", (3, 4)) is None
    store.put_parts(ONE, {b"a": np.ones((3, 4))})
    assert store.part(b"a", (3, 4)) is not None


def test_a_document_keeps_only_what_it_still_holds(store: Store) -> None:
    store.put_parts(ONE, {b"a": VECTORS, b"b": VECTORS})
    store.put_parts(OTHER, {b"c": VECTORS})
    store.put_parts(OTHER, {})
    store.keep_parts(ONE, [b"b"])
    assert store.part(b"a", (2, 4)) is None
    assert store.part_count() == 2
