"""Both indexes as projections: caught up, saved, damaged, rebuilt, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from memctx.memory.embedder import HashingEmbedder
from memctx.memory.rows import DocumentChange
from memctx.memory.store import Store
from memctx.memory.vectors import KINDS, VectorIndex, kind_for
from memctx.memory.words import WordIndex
from memctx.pipeline.identity import chunk_hash
from memctx.records import Chunk, Document

AsNobody = Callable[[], AbstractContextManager[None]]

EMBEDDER = HashingEmbedder()
TEXTS = {
    "dome": "The dome of the observatory was completed in 1902.",
    "lens": "Wendelow ground the lens in Sundermoor.",
    "river": "The expedition lost its chronometer in the river.",
    "wu": "邬静澜在槐渡天文台工作，研究变星。",
}


class World:
    """A store with some documents, and both indexes on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "memory.sqlite3")
        self.model = self.store.add_model(EMBEDDER.fingerprint, EMBEDDER.name, EMBEDDER.width)
        for key, text in TEXTS.items():
            self.add(key, text)

    def add(self, key: str, text: str) -> None:
        chunk = Chunk(0, len(text), text)
        name = chunk_hash(chunk, "")
        vector = EMBEDDER.encode([text]).astype(np.float16)[0]
        change = DocumentChange("default", "/", key, Document(key, text), text, [chunk], [name])
        self.store.apply([change], vectors={name: vector}, model_id=self.model)

    def forget(self, key: str) -> None:
        self.store.forget([self.store.find(key)])

    def words(self) -> WordIndex:
        index = WordIndex(self.folder / "words")
        index.catch_up(self.store)
        return index

    def vectors(self) -> VectorIndex:
        index = VectorIndex(
            self.folder / "vectors",
            model_id=self.model,
            fingerprint=EMBEDDER.fingerprint,
            width=EMBEDDER.width,
        )
        index.catch_up(self.store)
        return index

    def keys(self, hits: list[tuple[int, float]]) -> list[str]:
        rows = self.store.chunks([chunk_id for chunk_id, _ in hits])
        return [rows[chunk_id].document.key for chunk_id, _ in hits]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def nearest(world: World, index: VectorIndex, text: str, k: int = 1) -> list[str]:
    return world.keys(index.search(EMBEDDER.encode_query(text), k))


def test_words_are_found_by_their_stems(world: World) -> None:
    assert world.keys(world.words().search("completing domes", 1)) == ["dome"]


def test_chinese_is_found_by_words_and_by_parts_of_names(world: World) -> None:
    assert world.keys(world.words().search("静澜研究什么？", 1)) == ["wu"]


def test_vectors_find_the_nearest(world: World) -> None:
    assert nearest(world, world.vectors(), "who ground the lens") == ["lens"]


def test_saved_indexes_answer_like_those_in_memory(world: World) -> None:
    fresh_words, fresh_vectors = world.words(), world.vectors()
    fresh_words.save(world.store)
    fresh_vectors.save(world.store)
    for question in ("the dome of 1902", "chronometer in the river", "天文台"):
        vector = EMBEDDER.encode_query(question)
        assert world.words().search(question, 4) == fresh_words.search(question, 4)
        assert world.vectors().search(vector, 4) == fresh_vectors.search(vector, 4)


def test_a_reader_sees_changes_that_the_files_have_not(world: World) -> None:
    for index in (world.words(), world.vectors()):
        index.save(world.store)
    world.forget("lens")
    world.add("mirror", "The mirror was silvered by Lisbet.")
    words, vectors = world.words(), world.vectors()
    assert words.saved_sequence < words.sequence == world.store.sequence()
    assert world.keys(words.search("silvered mirror lens", 5)) == ["mirror"]
    assert nearest(world, vectors, "silvered mirror") == ["mirror"]
    assert "lens" not in nearest(world, vectors, "ground the lens", 5)


def test_saving_twice_takes_in_what_changed_between(world: World) -> None:
    words, vectors = world.words(), world.vectors()
    for index in (words, vectors):
        index.save(world.store)
    world.forget("dome")
    world.add("mirror", "The mirror was silvered by Lisbet.")
    for index in (words, vectors):
        index.save(world.store)
    reopened_words, reopened_vectors = world.words(), world.vectors()
    assert reopened_words.saved_sequence == reopened_vectors.saved_sequence == 6
    assert reopened_words.count() == reopened_vectors.count() == 4
    assert world.keys(reopened_words.search("dome", 5)) == []


@pytest.mark.parametrize("part", ["words", "vectors"])
def test_a_flipped_byte_is_noticed_and_the_index_is_rebuilt(world: World, part: str) -> None:
    index: WordIndex | VectorIndex = getattr(world, part)()
    index.save(world.store)
    files = [p for p in (world.folder / part).rglob("*") if p.is_file() and p.stat().st_size > 100]
    victim = max((p for p in files if p.name != "state.json"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 0xFF
    victim.unlink()  # generations share files by hard links
    victim.write_bytes(bytes(data))
    again: WordIndex | VectorIndex = getattr(world, part)()
    assert again.saved_sequence == 0
    assert again.count() == len(TEXTS)


def test_an_interrupted_save_leaves_the_old_generation(world: World) -> None:
    world.words().save(world.store)
    half = world.folder / "words" / "00000002.tmp"
    half.mkdir()
    (half / "meta.json").write_text("{")
    assert world.words().saved_sequence == 4
    world.add("mirror", "The mirror was silvered by Lisbet.")
    world.words().save(world.store)
    assert not half.exists()
    assert world.words().saved_sequence == 5


def test_saved_words_are_found_where_nothing_can_be_written(
    open_folder: Path, as_nobody: AsNobody
) -> None:
    world = World(open_folder)
    world.words().save(world.store)
    world.add("mirror", "The mirror was silvered by Lisbet.")
    for path in (open_folder, *open_folder.rglob("*")):
        path.chmod(0o555)
    with as_nobody():
        words = world.words()
        assert words.saved_sequence == 4
        for word in ("dome", "mirror"):
            assert world.keys(words.search(word, 9)) == [word]
    world.store.close()


def test_an_index_of_another_model_is_not_used(world: World) -> None:
    world.vectors().save(world.store)
    other = VectorIndex(
        world.folder / "vectors", model_id=world.model, fingerprint="other", width=EMBEDDER.width
    )
    assert other.saved_sequence == 0


def test_filters_hold_in_both_indexes(world: World) -> None:
    only = [world.store.find("river"), world.store.find("wu")]
    vector = EMBEDDER.encode_query("dome")
    allowed = world.store.chunk_ids(only)
    assert set(world.keys(world.vectors().search(vector, 9, allowed=allowed))) == {"river", "wu"}
    assert world.keys(world.words().search("the dome of the river", 9, documents=only)) == ["river"]
    assert world.words().search("dome", 9, documents=[]) == []


def test_what_is_not_saved_yet_scores_as_if_it_were(world: World) -> None:
    for number in range(30):
        world.add(f"note-{number}", f"Note {number} of the long voyage of that year.")
    world.words().save(world.store)
    world.add("mirror", "Mirror 7 of the long voyage of that night.")
    unsaved = world.words()
    saved = world.words()
    saved.save(world.store)
    assert unsaved.saved_sequence < saved.saved_sequence
    for question in ("the mirror", "voyage of the night", "note 7", "mirror mirror year"):
        expected = saved.search(question, 40)
        found = unsaved.search(question, 40)
        assert dict(found) == pytest.approx(dict(expected), rel=0.02)
        assert found[0][0] == expected[0][0]
        assert unsaved.ceiling(question) == pytest.approx(saved.ceiling(question))


def test_equal_scores_come_in_the_order_of_ids(world: World) -> None:
    world.add("twin-b", "Quartz.")
    world.add("twin-a", "Quartz.")
    words = world.words()
    assert world.keys(words.search("quartz", 2)) == ["twin-b", "twin-a"]


def test_a_score_never_exceeds_the_ceiling(world: World) -> None:
    words = world.words()
    for question in ("the dome of the observatory", "河", "chronometer chronometer"):
        best = max((score for _, score in words.search(question, 9)), default=0.0)
        assert best <= words.ceiling(question)


def test_the_index_kind_follows_from_the_number_of_vectors() -> None:
    assert kind_for(10) is KINDS[0]
    assert kind_for(10_000_000) is KINDS[1]
