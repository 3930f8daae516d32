"""From the start of a process to the first word of its answer, and to its end.

    python -m memctx.benchmarks.start --memory DIR --question "Who built it?" [--runs 9]

Each run is a new `memctx ask --stream --always-answer`; the first one, which warms the page
cache and the states of the passages, is not counted. Prints medians and all runs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Asks again and again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--memory", type=Path, required=True)
    parser.add_argument("--question", required=True)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    found = [_ask(options.memory, options.question) for _ in range(options.runs + 1)][1:]
    for name, values in zip(("first word", "end"), zip(*found, strict=True), strict=True):
        each = " ".join(f"{value:.2f}" for value in values)
        print(f"{name}: median {statistics.median(values):.2f} s of {each}")


def _ask(memory: Path, question: str) -> tuple[float, float]:
    """Seconds to the first byte that a new process says, and to its end."""
    program = "from memctx.cli import main; main()"
    command = [sys.executable, "-c", program, "ask", question, "--memory", str(memory)]
    began = time.perf_counter()
    first = 0.0
    command += ["--stream", "--always-answer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        said = process.stdout
        if said is not None and said.read(1):
            first = time.perf_counter() - began
            said.read()
    if process.returncode:
        raise SystemExit(f"the question was not answered: exit {process.returncode}")
    return first, time.perf_counter() - began


if __name__ == "__main__":
    main()
