"""Failures through the installed command: one line, no traceback, the right exit code."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("memctx")
COMMANDS = (
    ("search", "lens"),
    ("ask", "Who ground the lens?", "--reader", "extract"),
    ("forget", "lens.txt"),
    ("list",),
    ("verify", "--repair"),
    ("graph", "stats"),
)
Done = subprocess.CompletedProcess[bytes]


@dataclass
class Shell:
    """Runs `memctx` in a folder with a memory of its own."""

    folder: Path

    @property
    def memory(self) -> Path:
        return self.folder / ".memctx"

    def run(self, *words: str | bytes, text: bytes = b"", limit: int = 0) -> Done:
        """`limit` is the size that no file may grow beyond, as if the disk were full."""

        def bounded() -> None:
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(
            [str(COMMAND), *words],
            cwd=self.folder,
            input=text,
            capture_output=True,
            check=False,
            preexec_fn=bounded,
        )

    def fails(self, *words: str | bytes, code: int = 1, text: bytes = b"", limit: int = 0) -> str:
        """The one line that a failing command prints."""
        done = self.run(*words, text=text, limit=limit)
        told = done.stderr.decode()
        assert done.returncode == code, (words, done.stdout, told)
        assert "Traceback" not in told, told
        assert len(told.splitlines()) == 1, told
        return told


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small memory, made by the real embedder."""
    shell = Shell(tmp_path_factory.mktemp("made"))
    (shell.folder / "lens.txt").write_text("Wendelow ground the lens in Sundermoor.")
    (shell.folder / "dome.txt").write_text("The dome was completed in 1902.")
    done = shell.run("ingest", "lens.txt", "dome.txt")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(shell.memory / "memory.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # damage is done to the file
    return shell.folder


@pytest.fixture
def shell(made: Path, tmp_path: Path) -> Shell:
    shutil.copytree(made, tmp_path / "work")
    return Shell(tmp_path / "work")


def test_a_damaged_database_is_one_line_for_every_command(shell: Shell) -> None:
    store = shell.memory / "memory.sqlite3"
    data = bytearray(store.read_bytes())
    data[100:] = os.urandom(len(data) - 100)
    store.write_bytes(bytes(data))
    for words in (*COMMANDS, ("ingest", "lens.txt")):
        assert "is damaged" in shell.fails(*words), words


def test_damaged_pages_are_named_by_verify(shell: Shell) -> None:
    store = shell.memory / "memory.sqlite3"
    data = bytearray(store.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    for page in range(8 * size, len(data), 2 * size):
        data[page : page + size] = b"\xab" * size
    store.write_bytes(bytes(data))
    done = shell.run("verify")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"store:" in done.stdout or b"damaged" in done.stderr
    for words in COMMANDS:
        assert b"Traceback" not in shell.run(*words).stderr, words


def test_a_full_disk_is_one_line(shell: Shell) -> None:
    (shell.folder / "more.txt").write_text("The river took the chronometer. " * 2000)
    assert shell.fails("ingest", "more.txt", limit=20_000)
    assert shell.fails("forget", "lens.txt", limit=1_000)
    assert shell.fails("export", "memory.zip", limit=100)
    assert not (shell.folder / "memory.zip").exists()
    assert shell.run("verify").returncode == 0


def test_output_that_has_no_room_is_one_line(shell: Shell) -> None:
    for words in (("list",), ("show", "lens.txt")):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [str(COMMAND), *words],
                cwd=shell.folder,
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode == 1, words
        assert done.stderr.decode().splitlines() == [
            "memctx: the disk or the output is full; make room, then run the same command again"
        ]


def test_closed_streams_are_empty_ones(shell: Shell) -> None:
    for words in ("ingest - <&-", "ask - <&-", "show lens.txt >&-", "list 2>&-"):
        done = subprocess.run(
            f"{COMMAND} {words}", shell=True, cwd=shell.folder, capture_output=True, check=False
        )
        assert b"Traceback" not in done.stderr, (words, done.stderr)


def test_a_writer_that_may_not_write_is_told_so_in_one_line(shell: Shell) -> None:
    (shell.memory / "writer.lock").unlink(missing_ok=True)
    (shell.memory / "writer.lock").mkdir()
    for words in (("ingest", "lens.txt"), ("verify", "--repair")):
        assert "writer.lock" in shell.fails(*words), words


def test_a_file_is_no_memory(shell: Shell) -> None:
    for words in (("list",), ("forget", "lens.txt"), ("ingest", "lens.txt")):
        assert "is a file" in shell.fails(*words, "--memory", "lens.txt", code=2), words


def test_brokenthat_are_not_utf_8_are_one_line(shell: Shell) -> None:
    for words in (("search", b"len\xff"), ("show", b"len\xff"), ("forget", b"len\xff")):
        assert "is not text" in shell.fails(*words, code=2), words


def test_half_a_character_fails_its_own_line_of_a_batch(shell: Shell) -> None:
    lines = [{"id": "a", "query": "\ud83d"}, {"id": "\ud83d", "query": "lens"}]
    text = "\n".join(map(json.dumps, lines)).encode()
    (shell.folder / "batch.jsonl").write_bytes(b'{"query": "len\xff"}\n' + text)
    done = shell.run("search", "--batch", "batch.jsonl")
    broken, failed, found = map(json.loads, done.stdout.splitlines())
    assert broken["id"] == 1
    assert "UTF-8" in broken["error"]
    assert done.returncode == 0
    assert failed["id"] == "a"
    assert "is not text" in failed["error"]
    assert found["id"] == "\ud83d"
    assert found["passages"]


def test_a_dry_run_says_that_nothing_was_changed(shell: Shell) -> None:
    (shell.folder / "mill.txt").write_text("The mill was built in 1902.")
    done = shell.run("ingest", "mill.txt", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.decode().startswith("nothing was changed; this would be: 1 added")
    assert shell.run("ingest", "mill.txt").stdout.decode().startswith("1 added")


def test_an_archive_that_is_not_there_is_one_line(shell: Shell) -> None:
    assert "there is none" in shell.fails("import", "nope.zip", code=2)
