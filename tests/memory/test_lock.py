"""The writer's lock, across processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memctx.errors import MemoryLocked, UsageError
from memctx.memory.lock import WriterLock

HOLD = """
import sys, pathlib
from memctx.memory.lock import WriterLock
with WriterLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(MemoryLocked, match=f"process {process.pid}"), WriterLock(tmp_path):
            pass
        process.communicate("")
    with WriterLock(tmp_path):
        pass


def test_the_lock_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
    with WriterLock(tmp_path):
        assert str(os.getpid()) in (tmp_path / "writer.json").read_text(encoding="utf-8")
    assert not (tmp_path / "writer.json").exists()


def test_a_writer_may_take_its_own_lock_again(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    with lock, lock:
        pass
    assert not (tmp_path / "writer.json").exists()


def test_two_memories_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    told = pytest.raises(MemoryLocked, match="another Memory of this process")
    with WriterLock(tmp_path), told, WriterLock(tmp_path):
        pass


def test_a_writer_that_cannot_leave_its_note_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "writer.json").mkdir()
    lock = WriterLock(tmp_path)
    with pytest.raises(UsageError), lock:
        pass
    (tmp_path / "writer.json").rmdir()
    with WriterLock(tmp_path):
        pass
