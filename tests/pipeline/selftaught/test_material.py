"""From a memory to topics, and to a reader that was taught them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory
from memctx.errors import UsageError
from memctx.pipeline.material import LEAST, Material
from memctx.pipeline.progress import Quiet
from memctx.pipeline.retrieve import Retriever
from memctx.pipeline.selftaught.material import material_from
from memctx.pipeline.selftaught.sample import sampled
from memctx.pipeline.teach import MADE
from memctx.pipeline.train import TrainOptions
from memctx.reader import GatedReader
from memctx.reader.adapter_file import read_adapter

OPTIONS = TrainOptions(steps=2, batch=2, rank=2, save_every=1)


def retriever_of(memory: Memory) -> Retriever:
    return Retriever(memory.indexes())


def test_a_sample_is_of_whole_documents_and_the_same_each_time(memory: Memory) -> None:
    store = memory.indexes().store
    everything = sampled(store, seed=1)
    assert sampled(store, seed=1) == everything
    assert len(everything) == len(memory.documents())
    assert all(source.reading.mentions for source in everything)
    some = sampled(store, seed=1, most=8)
    assert some == everything[:8]
    assert sampled(store, seed=2, most=8) != some


def test_a_long_document_gives_no_more_than_its_share(
    remember: Callable[[Mapping[str, str]], Memory],
) -> None:
    prose = " ".join(f"The lamp number {n} burned in house {n} all night." for n in range(900))
    memory = remember({"long": prose, "short": "A lamp burned.", "other": "It went out."})
    store = memory.indexes().store
    found = sampled(store, seed=1, most=12)
    assert len(found) == 5, "three of the long one, a quarter of the sample, and the others"


def test_passages_that_were_never_read_give_questions_too(
    memory: Memory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = Memory(tmp_path_factory.mktemp("bare"), embedder=memory.indexes().embedder)
    bare.ingest(memory.path.parent / "docs.jsonl", graph=False)
    found = sampled(bare.indexes().store, seed=1)
    assert any(m.text == "Ada Reed" for source in found for m in source.reading.mentions)


@pytest.fixture(scope="module")
def material(memory: Memory) -> Material:
    return material_from(memory.indexes().store, retriever_of(memory), Quiet())


def test_topics_have_the_passage_that_answers_and_others_that_do_not(material: Material) -> None:
    assert len(material.taught) >= LEAST
    assert material.made is not None
    assert set(material.made) == {"spans", "facts"}
    for topic in (*material.taught, *material.exam):
        (gold,), (answer,) = topic.gold, topic.answers
        assert answer.casefold() in gold.text.casefold()
        assert not any(answer.casefold() in other.text.casefold() for other in topic.others)
    assert any(topic.others for topic in material.taught)


def test_what_is_examined_shares_no_passage_and_no_answer_with_what_is_taught(
    material: Material,
) -> None:
    assert material.exam
    golds = {topic.gold[0].chunk_id for topic in material.taught}
    answers = {topic.answers[0].casefold() for topic in material.taught}
    for topic in material.exam:
        assert topic.gold[0].chunk_id not in golds
        assert topic.answers[0].casefold() not in answers


def test_material_is_the_same_each_time_and_no_more_than_wanted(memory: Memory) -> None:
    store, retriever = memory.indexes().store, retriever_of(memory)
    first = material_from(store, retriever, Quiet(), most=24)
    assert first == material_from(store, retriever, Quiet(), most=24)
    assert first.made is not None
    assert sum(first.made.values()) == 24
    assert first != material_from(store, retriever, Quiet(), most=24, seed=2)


def test_a_memory_that_holds_too_little_says_so(
    remember: Callable[[Mapping[str, str]], Memory],
) -> None:
    memory = remember({"a": "Ada Reed founded the Corrie Observatory in 1902."})
    with pytest.raises(UsageError, match="could be made from the 1 passages"):
        memory.train_reader(options=OPTIONS)
    with pytest.raises(UsageError, match="or more, not with 5"):
        memory.train_reader(options=OPTIONS, most=5)


def test_a_reader_is_taught_by_its_memory_alone(memory: Memory) -> None:
    report = memory.train_reader(options=OPTIONS, most=60)
    assert report.made is not None
    assert report.taught + report.examined <= sum(report.made.values()) <= 60
    assert report.f1 is not None
    assert report.f1_before is not None
    assert len(report.losses) == OPTIONS.steps
    reader = memory.reader()
    assert isinstance(reader, GatedReader)
    assert reader._given.model.taught is None  # not in use until it is named
    assert read_adapter(Path(report.adapter)).digest == report.digest
    assert not report.used
    assert report.outcome.startswith(("taught by questions that nobody asked", "not better"))
    named = {"reader_adapter": str(report.use).removeprefix("MEMCTX_READER_ADAPTER=")}
    settings = memory.settings.model_copy(update=named)
    with Memory(settings=settings, embedder=HashingEmbedder()) as other:
        found = other.status().adapter
    assert (found.source, found.adapters[0].questions) == ("given", MADE)
    assert found.adapters[0].taught == report.taught
