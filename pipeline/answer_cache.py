"""Answers that were given before, kept until the memory changes.

A question asked again of the same memory, by the same reader, settings and scope, has the
same answer; it comes back in milliseconds. What is kept quotes documents, so every writer
empties the folder: nothing that was forgotten stays in it. A cache: whatever is wrong with
it, the question is simply answered anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..files import write_text
from ..records import Answer

_FORMAT = 1  # changes with the records, or with how questions are answered
_MOST = 500
"""Answers that are kept; the longest unused one gives way."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """Answers in `folder`; `version` says of which memory, reader and settings they are."""

    folder: Path
    version: str

    def answer(
        self,
        question: str,
        asked: str,
        make: Callable[[], Answer],
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """The kept answer to a question that was `asked` in this way, else a new one, kept.

        `on_text` receives a kept one's words; of a new one `make` has told it.
        """
        began = time.perf_counter()
        file = self._file(question, asked)
        known = _read(file)
        if known is not None:
            if on_text is not None:
                on_text(known.answer)
            return _again(known, 1000 * (time.perf_counter() - began))
        made = make()
        self._keep(file, made)
        return made

    def _file(self, question: str, asked: str) -> Path:
        key = json.dumps([_FORMAT, self.version, asked, question])
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"

    def _keep(self, file: Path, made: Answer) -> None:
        with contextlib.suppress(OSError):  # a folder that cannot be written: no cache
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(file, _form().dump_json(made).decode())
            kept = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for old in kept[:-_MOST]:
                old.unlink(missing_ok=True)


def forget_answers(folder: Path) -> None:
    """Drops all that is kept: the memory is about to change, or has."""
    shutil.rmtree(folder, ignore_errors=True)


def _again(known: Answer, milliseconds: float) -> Answer:
    """A kept answer, with the time that finding it took."""
    took = round(milliseconds, 2)
    timings = dict.fromkeys(known.timings, 0.0) | {"first_token_ms": None, "total_ms": took}
    return replace(known, timings=timings)


def _read(file: Path) -> Answer | None:
    """A kept answer; None where there is none that can be read."""
    from pydantic import ValidationError

    try:
        known: Answer = _form().validate_json(file.read_bytes())
        file.touch()
    except OSError:
        return None
    except ValidationError as error:
        _log.debug("%s is read anew: %s", file, error)
        return None
    return known


@cache
def _form() -> Any:
    """What turns answers into JSON and back, checked."""
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
