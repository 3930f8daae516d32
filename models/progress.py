"""How long work tells whoever watches how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, bytes done, and bytes in all where that is known."""

Heartbeat = Callable[[], None]
"""Called a few times a second for as long as the work goes on."""


def silent(what: str, done: int, total: int | None) -> None:
    """The progress of work that nobody watches."""
