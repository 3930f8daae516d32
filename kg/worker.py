"""A worker process of `workers`: texts come in by line as JSON, extractions go out so.

Ends when its input does, so it never outlives the process that it works for.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .recipe import Recipe
from .wire import to_plain


def main() -> None:
    """Works for the recipe in the arguments: the English pipeline's folder and weights."""
    folder, weights = sys.argv[-2:]
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not come between the results
    extractor = Recipe(Path(folder) if folder else None, weights).extractor()
    for line in sys.stdin.buffer:
        found = [to_plain(each) for each in extractor.extract(json.loads(line))]
        results.write(json.dumps(found, ensure_ascii=True) + "\n")
        results.flush()
