"""Asks a memory of the sample corpus its three showcase questions: `make demo`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

_NOT_IN_MEMORY = 3


def main(memory: str) -> int:
    """Runs `memctx ask` for each question marked as demo; returns the worst exit code.

    A question that is declined (3) has been answered honestly and is no failure.
    """
    queries = (files("memctx") / "data" / "sample" / "queries.jsonl").read_text(encoding="utf-8")
    command = Path(sys.executable).with_name("memctx")
    worst = 0
    for query in map(json.loads, queries.splitlines()):
        if not query.get("demo"):
            continue
        print(f"\n$ memctx ask {query['question']!r}", flush=True)
        done = subprocess.run([command, "ask", query["question"], "--memory", memory], check=False)
        if done.returncode != _NOT_IN_MEMORY:
            worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
