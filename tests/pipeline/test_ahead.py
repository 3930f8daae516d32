"""Running ahead: the same items, the same errors, and an end when nobody listens."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from memctx.pipeline.ahead import ahead


def test_items_come_in_their_order() -> None:
    assert list(ahead(iter(range(100)), depth=3)) == list(range(100))


def test_an_error_is_raised_where_its_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    received: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        received.extend(ahead(items(), depth=2))


def test_the_thread_ends_when_the_consumer_stops() -> None:
    before = threading.active_count()
    stream = ahead(iter(range(10_000)), depth=1)
    assert next(stream) == 0
    stream.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
