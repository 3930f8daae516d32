"""Running a child process to its end, with a heartbeat, and never leaving it behind.

Knows nothing of what the child does.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .progress import Heartbeat


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit status and all that the child wrote, both streams together."""

    status: int
    output: str

    @property
    def last_line(self) -> str:
        """The last thing that it wrote; for a child that failed, usually the reason."""
        return (self.output.strip() or "no reason given").splitlines()[-1].strip()


def run_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    heartbeat: Heartbeat,
    seconds: float = 0.25,
) -> Outcome:
    """Runs `command`, calling `heartbeat` every so many `seconds` until it ends.

    `environment` is added to this process's own, which the child needs whole:
    its proxy, certificates and package index are the user's.
    """
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        try:
            while _running(child, seconds):
                heartbeat()
        finally:  # an interrupted pull must not leave pip writing behind its back
            if child.poll() is None:
                child.terminate()
                child.wait()
        output.seek(0)
        return Outcome(child.returncode, output.read().decode("utf-8", errors="replace"))


def _running(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False
