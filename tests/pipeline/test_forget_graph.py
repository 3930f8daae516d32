"""Forgetting a document takes all of the graph that only it had, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import networkx
import numpy as np
import pytest

from memctx import HashingEmbedder, Memory

TEXTS = {
    "founder.txt": "Corrieholt Observatory was founded by Edmund Wendelow in 1897.",
    "keeper.txt": "Ada Quill kept the clocks of CO. She was born in Sundermoor.",
    "wu.txt": "邬静澜出生于槐渡市。",
}
# Shares names with others, states that two of them are one, and has names of its own.
EXTRA = (
    "Corrieholt Observatory (CO) was painted by Tom Hale. "
    "Edmund Wendelow was born in Sundermoor and sold lenses to Ada Quill."
)
ROWS = {
    "names": "SELECT text, kind FROM names",
    "entities": "SELECT a.text, b.text FROM names a JOIN names b ON a.entity_id = b.id",
    "merges": "SELECT a.text, b.text, why FROM merges "
    "JOIN names a ON a.id = kept_id JOIN names b ON b.id = merged_id",
    "mentions": "SELECT hash, start, end, text FROM mentions "
    "JOIN extractions e ON e.id = extraction_id JOIN names n ON n.id = name_id",
    "facts": "SELECT hash, s.text, relation, o.text, time, start, end FROM facts "
    "JOIN extractions e ON e.id = extraction_id "
    "JOIN names s ON s.id = subject_id JOIN names o ON o.id = object_id",
    "aliases": "SELECT hash, a.text, b.text, why FROM aliases JOIN extractions e "
    "ON e.id = extraction_id JOIN names a ON a.id = name_id JOIN names b ON b.id = alias_id",
    "readings": "SELECT chunk_id, hash FROM readings JOIN extractions e ON e.id = extraction_id",
    "subjects": "SELECT document_id, text FROM subjects JOIN names n ON n.id = name_id",
}


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    (tmp_path / "extra.txt").write_text(EXTRA, encoding="utf-8")
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        opened.ingest(corpus)
        yield opened


def tables(memory: Memory) -> dict[str, list[tuple[object, ...]]]:
    """All that the store has of the graph, by names and not by their numbers."""
    connection = sqlite3.connect(memory.path / "memory.sqlite3")
    try:
        return {name: sorted(connection.execute(query)) for name, query in ROWS.items()}
    finally:
        connection.close()


def arrays(memory: Memory) -> tuple[object, ...]:
    found = memory.graph().arrays
    return (
        found.chunk_ids.tolist(),
        found.entity_ids.tolist(),
        found.subjects.tolist(),
        np.asarray(found.mentions.todense()).tolist(),
        dict(found.surfaces),
    )


def network(memory: Memory) -> networkx.Graph:
    return memory._workspace.graph().network()


def test_what_only_the_document_had_is_gone_from_tables_arrays_and_network(
    memory: Memory, tmp_path: Path
) -> None:
    before, arrays_before = tables(memory), arrays(memory)
    network_before = network(memory).copy()
    memory.ingest(tmp_path / "extra.txt")
    between = tables(memory)
    for name in ("names", "entities", "merges", "mentions", "facts", "aliases", "readings"):
        assert len(between[name]) > len(before[name]), name
    assert len(network(memory)) > len(network_before)
    memory.forget("extra.txt")
    assert tables(memory) == before
    assert arrays(memory) == arrays_before
    assert networkx.utils.graphs_equal(network(memory), network_before)
    assert memory.verify() == []


@pytest.mark.parametrize("key", TEXTS)
def test_a_memory_that_forgot_is_like_one_that_never_knew(
    memory: Memory, tmp_path: Path, key: str
) -> None:
    memory.forget(key)
    with Memory(tmp_path / "other", embedder=HashingEmbedder()) as other:
        for name in sorted(TEXTS.keys() - {key}):
            other.ingest(tmp_path / "corpus" / name)
        numbered = ("readings", "subjects")  # by numbers that are never used twice
        mine, theirs = tables(memory), tables(other)
        assert {n: r for n, r in mine.items() if n not in numbered} == {
            n: r for n, r in theirs.items() if n not in numbered
        }
        assert network(memory).size() == network(other).size()
        assert len(network(memory)) == len(network(other))
