"""The graph's entities as terms that a summary covers."""

from pathlib import Path

import numpy as np
import pytest

from memctx import Memory
from memctx.memory.embedder import HashingEmbedder
from memctx.memory.graph_rows import MentionRow
from memctx.pipeline.progress import Quiet
from memctx.pipeline.summary.embedding import Embedding
from memctx.pipeline.summary.entities import WORTH, entities
from memctx.pipeline.summary.extraction import extract
from memctx.pipeline.summary.features import Material
from memctx.pipeline.summary.gathering import of_document
from memctx.pipeline.summary.scorer import load_scorer
from memctx.pipeline.summary.units import units
from memctx.records import DocumentRef


def mention(document: int, entity: int, start: int, kind: str = "person") -> MentionRow:
    """A name of four characters."""
    ref = DocumentRef(document, f"d{document}", "", "")
    return MentionRow(1, ref, entity, "Anna", kind, start, start + 4)


def test_a_mention_is_in_the_sentence_that_it_begins_in() -> None:
    spans = [(7, 0, 50), (7, 50, 90), (3, 10, 99)]

    found = entities(spans, [mention(7, 5, 49), mention(7, 5, 50)])

    assert found.holds.toarray().tolist() == [[1], [1], [0]]


@pytest.mark.parametrize(("document", "start"), [(7, 4), (9, 4), (3, 40), (7, 60)])
def test_a_mention_outside_all_sentences_is_in_none(document: int, start: int) -> None:
    """Before them, behind them, in a heading between them, in another document."""
    spans = [(3, 10, 40), (7, 20, 60), (7, 70, 90)]

    found = entities(spans, [mention(3, 8, 12), mention(document, 5, start)])

    assert found.holds.toarray().tolist() == [[1], [0], [0]]


def test_an_entity_is_worth_more_the_more_sentences_name_it() -> None:
    spans = [(1, place, place + 10) for place in range(0, 40, 10)]
    often = [mention(1, 5, place) for place in range(0, 40, 10)]

    found = entities(spans, [*often, mention(1, 5, 4), mention(1, 6, 12)])

    assert found.worth[0] == pytest.approx(WORTH)
    assert found.worth[1] == pytest.approx(WORTH * np.log(2) / np.log(5))


@pytest.mark.parametrize("kind", ["date", "number", "term"])
def test_what_is_no_name_is_no_entity(kind: str) -> None:
    assert entities([(1, 0, 9)], [mention(1, 5, 0, kind)]).holds.shape == (1, 0)


TEXT = (
    "The harbour was built in stone and it was opened in the spring. "
    "The harbour was built in brick and it was closed in the autumn. "
    "The harbour was built in steel and it was opened in the summer."
)


def picked(named: list[MentionRow]) -> list[int]:
    """The one sentence that is taken of three that say much the same."""
    found = units(TEXT)
    texts = found.texts(TEXT)
    material = Material.of(found, texts, HashingEmbedder().encode(texts))
    spans = [(1, *span) for span in found.spans]

    def count(text: str) -> int:
        return len(text.split())

    some = entities(spans, named)
    return [pick.sentence for pick in extract(material, None, 14, count, load_scorer(), some)]


def test_of_like_sentences_the_one_that_names_entities_is_taken() -> None:
    assert picked([]) == [2]
    assert picked([mention(1, entity, 4 + entity) for entity in range(40)]) == [0]


def test_an_extract_of_a_memory_without_a_graph_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(TEXT, "utf-8")
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "harbour.txt", graph=False)

        assert memory.summarise(document="harbour.txt", max_tokens=20).citations


def test_the_sentences_of_a_document_name_the_entities_of_its_graph(tmp_path: Path) -> None:
    text = (
        "# Wendelow Corrie\n\nTom Hall founded the harbour of Stonemouth. It was opened in spring. "
        "Tom Hall left it to Una Marsh."
    )
    (tmp_path / "harbour.md").write_text(text, "utf-8")
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "harbour.md")
        space = memory._workspace
        (document,) = memory.documents()
        holds = of_document(
            space.store, document.id, Embedding(space, Quiet()), None
        ).entities.holds

    first, second, third = holds.toarray()
    assert (first.sum(), second.sum(), third.sum()) == (2, 0, 2), "the heading's name is left out"
    assert first @ third == 1
