"""Asks a memory of the sample corpus its three showcase questions: `make demo`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path


def main(memory: str) -> int:
    """Runs `memctx ask` for each question marked as demo; returns the worst exit code."""
    queries = (files("memctx") / "data" / "sample" / "queries.jsonl").read_text(encoding="utf-8")
    command = Path(sys.executable).with_name("memctx")
    worst = 0
    for query in map(json.loads, queries.splitlines()):
        if not query.get("demo"):
            continue
        print(f"\n$ memctx ask {query['question']!r}", flush=True)
        done = subprocess.run([command, "ask", query["question"], "--memory", memory], check=False)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
