"""A file of lines to work through, each its own JSON object in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import MemctxError, UsageError
from ..files import json_lines, json_object
from ..records import AsDict
from . import show


def run_batch(file: Path, make: Callable[[dict[str, Any], int], AsDict]) -> None:
    """Prints what `make` makes of each line and its number, with its "id", in the same order.

    A line that fails prints its error and does not stop the others.
    """
    for number, line in json_lines(file):
        identity: Any = number
        try:
            item = json_object(line, f"line {number}")
            identity = item.get("id", number)
            show.as_json({"id": identity, **make(item, number).to_dict()})
        except MemctxError as error:
            show.as_json({"id": identity, "error": str(error)})


def refuse_beside_batch(given: Mapping[str, object]) -> None:
    """Refuses what a batch would leave unheeded, by name.

    Raises:
        UsageError: one of them was given.
    """
    unheeded = next((name for name, value in given.items() if value), None)
    if unheeded:
        raise UsageError(f"--batch says what is wanted line by line; leave out {unheeded}")
