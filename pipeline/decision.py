"""Whether what a reader was taught is used from now on, and where it is put.

A pure function of what was in use, where, and of how both did in the same examination.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_GOES_ON = {
    "shipped": "the reader goes on with the shipped adapters",
    "memory": "the reader goes on with what this memory taught it before",
    "given": "the reader goes on with the adapter that was given",
    "none": "the reader goes on without an adapter",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """Means over the questions of an examination, in [0, 1]; None where there was none."""

    f1: float | None
    exact: float | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a new adapter comes into.

    `source` is whose adapters were in use, `setting` what the settings say of them. `own` is
    the memory's folder for adapters in use, `aside` that for others. `folder` was asked for,
    if any, and what is put there `replaces` what is in use. The questions were `made` from the
    memory, or asked; `examined` of them were kept.
    """

    source: str
    setting: str
    own: Path
    aside: Path
    folder: Path | None
    replaces: bool
    made: bool
    examined: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The folder that the adapter goes to, whether it is `used` from there, and why."""

    folder: Path
    used: bool
    outcome: str


def decide(situation: Situation, before: Marks, after: Marks, digest: str) -> Decision:
    """Use what is not worse; put all else where it is not lost and not used.

    Better means a higher F1. What was taught by made questions is never used unasked, and
    nothing is where a setting or a folder that was asked for says otherwise.
    """
    on = f"on {situation.examined} questions that it had not seen"
    better = _compared(before, after)
    reason = None
    if better is None or better < 0:
        reason = f"not better {on}"
    elif situation.made:
        reason = "taught by questions that nobody asked, which may harm"
    elif situation.folder is None and situation.setting != "auto":
        reason = f"the setting reader_adapter is {situation.setting!r}"
    elif situation.folder is not None and not situation.replaces:
        reason = "put where it was asked for"
    if reason is None:
        word = "better" if better else "as good"
        return Decision(situation.folder or situation.own, True, f"{word} {on}: used from now on")
    elsewhere = situation.folder is not None and not situation.replaces
    folder = situation.folder if situation.folder and elsewhere else situation.aside / digest
    outcome = f"{reason}: kept as {folder}, not used; {_GOES_ON[situation.source]}"
    return Decision(folder, False, outcome)


def _compared(before: Marks, after: Marks) -> float | None:
    """F1 gained; None where nothing was examined."""
    return None if before.f1 is None or after.f1 is None else after.f1 - before.f1
