"""One writer at a time, across processes and threads.

The lock is the operating system's (`filelock`), so it goes when its holder dies,
however it dies. A note beside it says who holds it, for the message.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from ..errors import MemoryLocked
from ..files import write_text


class WriterLock:
    """A re-entrant context manager that holds the writer's lock of one memory folder.

    Raises:
        MemoryLocked: another process or `Memory` holds it; says which and since when.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self._note = folder / "writer.json"
        self._folder = folder
        # Not singleton and not thread-local: two memories in one process exclude
        # each other, and the threads of one memory share what it holds.
        self._lock = FileLock(folder / "writer.lock", timeout=0, thread_local=False)

    def __enter__(self) -> WriterLock:
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise MemoryLocked(self._who_holds_it()) from None
        if self._lock.lock_counter == 1:
            holder = {"pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
            with ExitStack() as undo:  # no room for the note: no lock
                undo.callback(self._lock.release)
                write_text(self._note, json.dumps(holder))
                undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock.lock_counter == 1:
            self._note.unlink(missing_ok=True)
        self._lock.release()

    def _who_holds_it(self) -> str:
        try:
            holder = json.loads(self._note.read_text(encoding="utf-8"))
            own = holder["pid"] == os.getpid()
            whose = "another Memory of this process" if own else f"process {holder['pid']}"
            who = f"{whose}, since {holder['since']}"
        except (OSError, ValueError, KeyError):
            who = "another writer"
        return (
            f"{self._folder} is being written by {who}; wait until it is done, or stop it "
            "(searching and asking go on meanwhile)"
        )
