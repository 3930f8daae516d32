"""The graph's entities as terms that a summary covers."""

from pathlib import Path

import numpy as np
import pytest

from memctx import Memory
from memctx.memory.embedder import HashingEmbedder
from memctx.memory.graph_rows import MentionRow
from memctx.pipeline.summary.entities import WORTH, entities
from memctx.pipeline.summary.extraction import extract
from memctx.pipeline.summary.features import Material
from memctx.pipeline.summary.scorer import load_scorer
from memctx.pipeline.summary.units import units
from memctx.records import DocumentRef


def mention(document: int, entity: int, start: int, kind: str = "person") -> MentionRow:
    """A name of four characters."""
    ref = DocumentRef(document, f"d{document}", "", "")
    return MentionRow(1, ref, entity, "Anna", kind, start, start + 4)


def test_a_mention_is_in_the_sentence_that_it_begins_in() -> None:
    found = entities([(7, 0), (7, 50), (3, 10)], [mention(7, 5, 49), mention(7, 5, 50)])

    assert found.holds.toarray().tolist() == [[1], [1], [0]]


def test_a_mention_before_all_sentences_of_its_document_is_in_none() -> None:
    found = entities([(3, 10), (7, 20)], [mention(7, 5, 4), mention(9, 6, 4), mention(3, 8, 12)])

    assert found.holds.toarray().tolist() == [[1], [0]]


def test_an_entity_is_worth_more_the_more_sentences_name_it() -> None:
    starts = [(1, place) for place in range(0, 40, 10)]
    often = [mention(1, 5, place) for place in range(0, 40, 10)]

    found = entities(starts, [*often, mention(1, 5, 4), mention(1, 6, 12)])

    assert found.worth[0] == pytest.approx(WORTH)
    assert found.worth[1] == pytest.approx(WORTH * np.log(2) / np.log(5))


@pytest.mark.parametrize("kind", ["date", "number", "term"])
def test_what_is_no_name_is_no_entity(kind: str) -> None:
    assert entities([(1, 0)], [mention(1, 5, 0, kind)]).holds.shape == (1, 0)


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
    starts = [(1, start) for start, _ in found.spans]

    def count(text: str) -> int:
        return len(text.split())

    some = entities(starts, named)
    return [pick.sentence for pick in extract(material, None, 14, count, load_scorer(), some)]


def test_of_like_sentences_the_one_that_names_entities_is_taken() -> None:
    assert picked([]) == [2]
    assert picked([mention(1, entity, 4 + entity) for entity in range(40)]) == [0]


def test_an_extract_of_a_memory_without_a_graph_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(TEXT, "utf-8")
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(tmp_path / "harbour.txt", graph=False)

        assert memory.summarise(document="harbour.txt", max_tokens=20).citations
