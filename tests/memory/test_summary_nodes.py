from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memctx.memory.rows import DocumentChange
from memctx.memory.store import Store
from memctx.memory.summary_nodes import SummaryNode
from memctx.records import Chunk, Document

OWNER = ("default", "tale")
TEXT = "The dome fell. It rose again."


def node(name: bytes, place: int = 0) -> SummaryNode:
    return SummaryNode(name, (place,), ((0, 14), (15, 29)), np.full(4, 0.5, np.float32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "memory.sqlite3")
    made.add_model("first", "first", 4)
    made.add_model("second", "second", 4)
    made.apply([change("tale"), change("other")])
    yield made
    made.close()


def change(key: str, text: str = TEXT) -> DocumentChange:
    chunks = [Chunk(0, 14, text[:14], None), Chunk(15, len(text), text[15:], None)]
    return DocumentChange(
        "default", "/", key, Document(key, text), text, chunks, [b"1" + key.encode(), b"2"]
    )


def test_nodes_come_back_with_where_their_sentences_stand(store: Store) -> None:
    tale = store.find("tale")
    store.put_nodes(OWNER, tale, 1, [node(b"a"), node(b"b", 1), node(b"a")])
    found = store.nodes_of([tale, store.find("other")], 1)
    assert found.documents == [tale, tale]
    assert found.spans[0] == ((0, 14), (15, 29))
    assert found.vectors.shape == (2, 4)
    assert store.node_count() == 2
    assert [len(store.nodes_of(ids, model)) for ids, model in (([tale], 2), ([], 1))] == [0, 0]


def test_a_document_that_was_looked_at_is_not_looked_at_again(store: Store) -> None:
    tale, other = store.find("tale"), store.find("other")
    assert store.without_nodes(1, 2) == [tale, other]
    assert store.without_nodes(1, 3) == []
    store.put_nodes(OWNER, tale, 1, [SummaryNode(b"", (), (), np.zeros(0))])
    assert store.without_nodes(1, 2) == [other]
    assert store.without_nodes(2, 2) == [tale, other]
    assert len(store.nodes_of([tale], 1)) == 0


def test_an_edit_keeps_what_was_made_and_hides_it_until_it_has_its_place(store: Store) -> None:
    store.put_nodes(OWNER, store.find("tale"), 1, [node(b"a"), node(b"b", 1)])
    store.apply([change("tale", TEXT + " It is green.")])
    tale = store.find("tale")
    assert len(store.nodes_of([tale], 1)) == store.node_count() == 0
    assert store.stored_nodes(OWNER, 1)[b"b"].picks == (1,)
    assert store.without_nodes(1, 2)[-1] == tale
    store.put_nodes(OWNER, tale, 1, [node(b"b", 1), node(b"c", 2)])
    assert set(store.stored_nodes(OWNER, 1)) == {b"b", b"c"}


def test_nodes_go_with_their_document_and_with_their_model(store: Store) -> None:
    tale, other = store.find("tale"), store.find("other")
    store.put_nodes(OWNER, tale, 1, [node(b"a")])
    store.put_nodes(("default", "other"), other, 1, [node(b"a")])
    store.forget([tale])
    assert store.node_count() == 1
    assert store.stored_nodes(OWNER, 1) == {}
    store.drop_model(1)
    assert store.node_count() == 0


def test_the_chunk_that_a_sentence_stands_in_is_known_by_where_it_begins(store: Store) -> None:
    ids, starts = store.chunk_starts(store.find("other"))
    assert starts.tolist() == [0, 15]
    assert [store.chunks([one])[one].chunk.start for one in ids.tolist()] == [0, 15]
    assert [len(some) for some in store.chunk_starts(99)] == [0, 0]
