"""Summary nodes of real memories: made, kept through edits, forgotten, and found by a search."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from memctx import HashingEmbedder, Memory, load_settings
from memctx.pipeline.node_search import Quote, quotes, with_quotes
from memctx.pipeline.retrieve import Scope
from memctx.pipeline.stages import Stages
from memctx.records import DocumentRef, Passage, Signals

WORDS = [
    *("dome", "copper", "mirror", "town", "ledger", "winter", "glass", "mountain", "trustee"),
    *("observatory", "letter", "chronometer", "debt", "harbour", "journey", "star", "plate"),
    *("engine", "roof", "window", "road", "river", "keeper", "child", "answer"),
]
QUESTION = "What became of the copper dome?"


class CountingEmbedder(HashingEmbedder):
    """Knows how many texts it was given."""

    seen = 0

    def encode(self, texts: Sequence[str], **rest: object) -> np.ndarray:
        self.seen += len(texts)
        return super().encode(texts)


def story(sentences: int, seed: int = 0) -> str:
    rng = random.Random(seed)
    made = [f"{' '.join(rng.choices(WORDS, k=rng.randint(6, 14)))}." for _ in range(sentences)]
    return " ".join(one.capitalize() for one in made)


def opened(folder: Path, *, nodes: bool = True) -> Memory:
    settings = load_settings({"reader": "no-such-reader", "nodes": nodes})
    return Memory(folder / "memory", embedder=CountingEmbedder(), settings=settings)


def take_in(memory: Memory, folder: Path, texts: dict[str, str]) -> int:
    """Ingests the texts; returns how many texts were embedded."""
    rows = [{"id": key, "title": key, "text": text} for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    embedder = memory._workspace.embedder
    assert isinstance(embedder, CountingEmbedder)
    embedder.seen = 0
    memory.ingest(folder / "corpus.jsonl", graph=False)
    return embedder.seen


def node_count(memory: Memory) -> int:
    return memory._workspace.store.node_count()


def test_long_documents_get_nodes_whose_sentences_stand_in_them(tmp_path: Path) -> None:
    text = story(400)
    with opened(tmp_path) as memory:
        take_in(memory, tmp_path, {"long": text, "short": story(30, 1)})
        store = memory._workspace.store
        nodes = store.nodes_of([store.find("long")], memory._workspace.model_id())
        assert node_count(memory) == len(nodes) > 6
        assert len(store.nodes_of([store.find("short")], 1)) == 0
        for spans in nodes.spans:
            assert all(text[start].isupper() and text[end - 1] == "." for start, end in spans)
        widths = sorted(spans[-1][1] - spans[0][0] for spans in nodes.spans)
        assert widths[-1] > len(text) / 2 > 3 * widths[-2]
        np.testing.assert_allclose(np.linalg.norm(nodes.vectors, axis=1), 1, atol=1e-2)
        assert memory.verify() == []


def test_after_an_edit_only_what_changed_is_summarised_again(tmp_path: Path) -> None:
    text = story(900)
    with opened(tmp_path) as memory:
        first = take_in(memory, tmp_path, {"tale": text})
        assert take_in(memory, tmp_path, {"tale": text}) == 0
        before = node_count(memory)
        edited = text[:20_000] + " The dome fell into the sea. " + text[20_000:]
        assert 0 < take_in(memory, tmp_path, {"tale": edited}) < first / 5
        assert abs(node_count(memory) - before) <= 2
        store = memory._workspace.store
        nodes = store.nodes_of([store.find("tale")], memory._workspace.model_id())
        for spans in nodes.spans:
            assert all(edited[start].isupper() for start, _ in spans)


def test_nodes_go_with_their_document(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        take_in(memory, tmp_path, {"one": story(300), "two": story(300, 1)})
        both = node_count(memory)
        memory.forget("one")
        assert 0 < node_count(memory) < both
        memory.forget("two")
        assert node_count(memory) == 0


def test_what_was_ingested_without_nodes_gets_them_by_a_reindex(tmp_path: Path) -> None:
    with opened(tmp_path, nodes=False) as memory:
        take_in(memory, tmp_path, {"tale": story(300)})
        memory.reindex()
        assert node_count(memory) == 0
    with opened(tmp_path) as memory:
        memory.reindex()
        assert node_count(memory) > 3


def test_a_document_that_the_embedder_does_not_read_is_left_out_once(tmp_path: Path) -> None:
    text = "".join(f"第{n}号观测员在山上的天文台记录了{n * 7}颗新的星星。" for n in range(1, 400))
    with opened(tmp_path) as memory:
        memory._workspace.embedder.reads_chinese = False
        take_in(memory, tmp_path, {"观测": text})
        store = memory._workspace.store
        assert node_count(memory) == 0
        assert store.without_nodes(memory._workspace.model_id(), 1) == []


def test_of_nodes_and_passages_the_nearest_win_and_are_quoted(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        take_in(memory, tmp_path, {"tale": story(600), "other": story(600, 1)})
        space = memory._workspace
        tale, model_id = space.store.find("tale"), space.model_id()
        nodes = space.store.nodes_of([tale], model_id)
        ask = partial(quotes, space.store, model_id, nodes.vectors[3])
        [*best] = ask([tale], np.full(9, 0.99))
        rows = space.store.chunks([quote.chunk_id for quote in best])
        assert {(quote.start, quote.end) for quote in best} <= set(nodes.spans[3])
        for quote in best:
            chunk = rows[quote.chunk_id].chunk
            assert chunk.start <= quote.start < quote.end <= chunk.end
            assert rows[quote.chunk_id].document.id == tale
        assert len(rows) == len(best)
        assert len(ask([tale], np.zeros(0))) > len(best)
        assert ask([tale], np.full(20, 1.1)) == ask([], np.zeros(3)) == []


def passage(number: int, score: float) -> Passage:
    where = DocumentRef(1, "tale", "", "")
    text = f"{'a' * 40} It is number {number:2}. {'b' * 40}"
    start = 100 * number
    return Passage(where, number, text, start, start + 100, None, "", score, Signals())


def test_quotes_follow_the_best_passages_and_cut_only_others() -> None:
    scores = [0.89, 0.8, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1]
    found = [passage(number, score) for number, score in enumerate(scores)]
    quoted = [Quote(number, 100 * number + 41, 100 * number + 57) for number in (7, 2, 99)]
    [*ahead, cut, last] = with_quotes(found, quoted)
    assert ahead == found[:6]
    assert (cut.text, cut.start, cut.end) == ("It is number  7.", 741, 757)
    assert (cut.score, cut.chunk_id) == (0.3, 7)
    assert last == found[6]
    assert with_quotes([], quoted) == []


def test_where_a_passage_surely_holds_the_answer_nothing_is_quoted() -> None:
    found = [passage(number, 0.95 - number / 10) for number in range(9)]
    assert with_quotes(found, [Quote(8, 841, 857)]) == found


def test_quotes_are_not_dropped_with_unlikely_passages() -> None:
    found = [passage(number, score) for number, score in enumerate([0.8, 0.5, 0.01, 0.005])]
    [first, second, *cut, last] = with_quotes(found, [Quote(3, 341, 357)])
    assert [first, second, last] == found[:3]
    assert [one.score for one in cut] == [0.5]


def test_nodes_take_part_where_they_are_wanted_and_stay_in_the_scope(tmp_path: Path) -> None:
    texts = {"tale": story(400), "other": story(400, 1)}
    with opened(tmp_path) as memory:
        take_in(memory, tmp_path, texts)
        plain = memory.search(QUESTION, 20, stages=Stages())
        ours = memory.search(QUESTION, 20)
        assert "nodes_ms" in ours.timings
        assert "nodes_ms" not in plain.timings
        assert memory.search(QUESTION, 20, stages=Stages(nodes=True)).passages == ours.passages
        assert ours.passages[:6] == plain.passages[:6]
        assert min(len(one.text) for one in ours) < min(len(one.text) for one in plain) / 3
        for one in ours:
            assert texts[one.document.key][one.start : one.end] == one.text
        assert len({one.chunk_id for one in ours}) == len(ours) == 20
        scores = [one.score for one in ours]
        assert scores == sorted(scores, reverse=True)
        scoped = memory.search(QUESTION, 30, scope=Scope(keys=("other",)))
        assert {one.document.key for one in scoped} == {"other"}


def test_a_memory_without_nodes_finds_the_same_as_ever(tmp_path: Path) -> None:
    with opened(tmp_path, nodes=False) as memory:
        take_in(memory, tmp_path, {"tale": story(400)})
        plain, asked = (
            memory.search(QUESTION, 8, stages=stages) for stages in (Stages(), Stages(nodes=True))
        )
        assert plain.passages == asked.passages
