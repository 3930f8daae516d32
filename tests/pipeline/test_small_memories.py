"""A passage is worth no less for being alone: small memories, and searches of a part of one.

With the default embedder, whose weights must be here: the ranker was fitted to its cosines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import memctx
from memctx import Memory, load_settings
from memctx.config import DEFAULT_EMBEDDER
from memctx.errors import ModelNotFound
from memctx.memory.embedder import Embedder
from memctx.pipeline.ask import AskOptions
from memctx.pipeline.engines import find_embedder
from memctx.pipeline.retrieve import Scope

SAMPLE = Path(memctx.__file__).parent / "data" / "sample"
TOLERANCE = 0.1  # of a probability: what a different neighbour may change


@dataclass(frozen=True, slots=True)
class Note:
    """A note, what it answers, and what has nothing to do with it."""

    key: str
    text: str
    question: str
    unrelated: str


NOTES = (
    Note(
        "dome",
        "The dome cost 900 crowns.",
        "What did the dome cost?",
        "Who won the chess tournament in Riga?",
    ),
    Note(
        "password",
        "The password of the guest network is kingfisher-42.",
        "What is the guest network's password?",
        "When was the bridge over the Tarn opened?",
    ),
    Note(
        "meeting",
        "On Tuesday Maria Lopez moved the quarterly review to room 14.",
        "Which room is the quarterly review in?",
        "How tall is the lighthouse of Harl?",
    ),
    Note(
        "recipe",
        "Grandmother's rye bread needs two spoons of caraway and an hour in the oven.",
        "How much caraway is in the rye bread?",
        "Which company built the tram line?",
    ),
    Note("zh-dome", "圆顶的造价是九百克朗。", "圆顶的造价是多少？", "谁赢得了里加的国际象棋比赛？"),
    Note(
        "zh-bridge",
        "槐渡大桥于1931年通车，全长四百二十米。",
        "槐渡大桥是哪一年通车的？",
        "食堂的午餐什么时候供应？",
    ),
)
EXTRACT = AskOptions(reader="extract")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    try:
        return find_embedder(DEFAULT_EMBEDDER, load_settings())
    except ModelNotFound as error:
        pytest.fail(f"these tests rank with real vectors: {error}", pytrace=False)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Memory]:
    """All notes, each in a collection of its own."""
    folder = tmp_path_factory.mktemp("together")
    with Memory(folder / "memory", embedder=embedder) as memory:
        for note in NOTES:
            memory.ingest(written(folder, note), collection=note.key)
        yield memory


@pytest.fixture
def alone(tmp_path: Path, embedder: Embedder, note: Note) -> Iterator[Memory]:
    """A memory of one note."""
    with Memory(tmp_path / "memory", embedder=embedder) as memory:
        memory.ingest(written(tmp_path, note))
        yield memory


@pytest.fixture
def plain(tmp_path: Path, embedder: Embedder, note: Note) -> Iterator[Memory]:
    """A memory of one note that was made without a graph."""
    with Memory(tmp_path / "plain", embedder=embedder) as memory:
        memory.ingest(written(tmp_path, note), graph=False)
        yield memory


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Memory]:
    with Memory(tmp_path_factory.mktemp("sample") / "memory", embedder=embedder) as memory:
        memory.ingest(SAMPLE / "documents")
        yield memory


def written(folder: Path, note: Note) -> Path:
    """The note as a file of records."""
    path = folder / f"{note.key}.jsonl"
    path.write_text(json.dumps({"id": note.key, "text": note.text, "about": note.key}))
    return path


def score(memory: Memory, question: str, key: str, scope: Scope | None = None) -> float:
    """The best score of a document's passages."""
    found = memory.search(question, 50, scope=scope)
    return max(passage.score for passage in found if passage.document.key == key)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.key)
def test_the_only_note_is_found_by_what_it_answers(alone: Memory, note: Note) -> None:
    assert score(alone, note.question, note.key) > 0.5


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.key)
def test_the_only_note_is_unlikely_where_it_has_nothing_to_do_with_the_question(
    alone: Memory, note: Note
) -> None:
    assert score(alone, note.unrelated, note.key) < 0.1
    assert alone.ask(note.unrelated, options=EXTRACT).abstained


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.key)
def test_the_only_note_is_told_from_another_without_a_graph_too(plain: Memory, note: Note) -> None:
    assert score(plain, note.question, note.key) > 0.5
    assert score(plain, note.unrelated, note.key) < 0.1


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.key)
def test_a_note_is_no_less_likely_without_the_others(
    alone: Memory, together: Memory, note: Note
) -> None:
    among = score(together, note.question, note.key)
    scopes = (
        Scope(keys=[note.key]),
        Scope(where={"about": note.key}),
        Scope(collection=note.key),
    )
    for scope in scopes:
        assert score(together, note.question, note.key, scope) >= among - TOLERANCE
    assert score(alone, note.question, note.key) >= among - TOLERANCE


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.key)
def test_a_note_is_answered_from_when_it_is_all_there_is(alone: Memory, note: Note) -> None:
    assert not alone.ask(note.question, options=EXTRACT).abstained


def test_a_document_of_the_sample_is_no_less_likely_when_only_it_is_searched(
    sample: Memory,
) -> None:
    lines = (SAMPLE / "queries.jsonl").read_text("utf-8").splitlines()
    for query in map(json.loads, lines):
        if query["type"] == "single":
            for key in query["gold"]:
                among = score(sample, query["question"], key)
                only = score(sample, query["question"], key, Scope(keys=[key]))
                assert only >= among - TOLERANCE, (query["id"], key, among, only)
