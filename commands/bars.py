"""Progress bars on a terminal, drawn by rich on standard error."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichProgress


class Bars:
    """`Progress` as bars with rate and time left."""

    def __init__(self) -> None:
        self._live: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self, task: str, total: float | None, unit: str) -> None:
        """As `Progress.start`."""
        self.finish()
        amount: tuple[ProgressColumn, ...] = (MofNCompleteColumn(), TextColumn(unit))
        if unit == "bytes":
            amount = (DownloadColumn(), TransferSpeedColumn())
        self._live = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            *amount,
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._live.add_task(task, total=total, note="")
        self._live.start()

    def advance(self, amount: float, note: str = "") -> None:
        """As `Progress.advance`."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, advance=amount)
            if note:
                self._live.update(self._task, note=note)

    def finish(self) -> None:
        """As `Progress.finish`."""
        if self._live is not None:
            self._live.stop()
        self._live = self._task = None
