"""Verification and repair of what the store itself holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from memctx import HashingEmbedder, Memory
from memctx.errors import CorruptMemory


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    for name, text in (("dome", "The dome is green."), ("lens", "The lens took nine years.")):
        (tmp_path / f"{name}.txt").write_text(text)
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        opened.ingest(tmp_path / "dome.txt", tmp_path / "lens.txt", graph=False)
        opened.close()
        yield opened


def change(memory: Memory, statement: str, *values: object) -> None:
    """Changes the database behind the memory's back."""
    with closing(sqlite3.connect(memory.path / "memory.sqlite3")) as connection, connection:
        connection.execute(statement, values)


@pytest.mark.parametrize(
    "vector",
    [b"", b"\0" * 7, b"\0" * 4096, np.full(256, np.nan, "<f2").tobytes()],
    ids=["empty", "odd", "long", "not a number"],
)
@pytest.mark.parametrize("every", [True, False])
def test_damaged_vectors_are_named_and_made_anew(
    memory: Memory, vector: bytes, every: bool
) -> None:
    some = "" if every else " WHERE hash = (SELECT min(hash) FROM vectors)"
    change(memory, f"UPDATE vectors SET vector = ?{some}", vector)
    found = memory.verify()
    assert found[0] == f"store: {2 if every else 1} vectors are damaged"
    assert memory.verify(repair=True) == []
    assert memory.search("lens")[0].document.key == "lens.txt"
    assert memory.verify() == []


def test_a_search_among_damaged_vectors_says_what_to_do(memory: Memory) -> None:
    change(memory, "UPDATE vectors SET vector = ?", np.full(256, np.inf, "<f2").tobytes())
    (memory.path / "vectors").rename(memory.path / "gone")
    with pytest.raises(CorruptMemory, match=r"verify --repair"):
        memory.search("lens")
    with pytest.raises(CorruptMemory, match=r"verify --repair"):
        memory.export(memory.path.parent / "memory.zip")
    assert not (memory.path.parent / "memory.zip").exists()


def test_a_passage_that_does_not_fit_its_place_is_named(memory: Memory) -> None:
    change(memory, "UPDATE chunks SET text = 'short'")
    [problem] = memory.verify()
    assert problem.startswith("store: ")
    assert "passage 1" in problem
