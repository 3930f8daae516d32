"""How long work reports how far it is. Whoever shows it decides how."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of one task at a time."""

    def start(self, task: str, total: float | None, unit: str) -> None:
        """A task of `total` units begins; None where the total is not known."""

    def advance(self, amount: float, note: str = "") -> None:
        """`amount` more units are done; `note` says what is going on."""

    def finish(self) -> None:
        """The task that began last is over."""


class Quiet:
    """Shows nothing."""

    def start(self, task: str, total: float | None, unit: str) -> None:
        """As `Progress.start`."""

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""

    def finish(self) -> None:
        """As `Progress.finish`."""
