"""What is in a memory, on a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory, load_settings

SETTINGS = load_settings({"reader": "no-such-reader"})
TEXTS = {
    "ferry": "Anna Lind founded the Tarn Ferry in 1904. Anna Lind ran the Tarn Ferry alone for "
    "twenty years. The Tarn Ferry carried sheep and letters over the water every morning.",
    "sinking": "The Tarn Ferry sank in 1931. Anna Lind blamed the Harbour Board for the loss of "
    "the Tarn Ferry. The Harbour Board never answered her.",
    "mill": "Josef Brandt bought the Old Mill in 1911. Josef Brandt made paper at the Old Mill "
    "from rags and straw. The Old Mill burned down in a night of wind.",
    "paper": "The paper of the Old Mill was the whitest in the valley. Josef Brandt sold paper "
    "of the Old Mill to the printers of Halden.",
}

DATED = "In 1904 Anna Lind hired Josef Brandt. In 1931 Josef Brandt left Anna Lind for good. "
LONG = {
    key: f"{text} {DATED if key == 'ferry' else ''}{text.lower()}" for key, text in TEXTS.items()
}


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    folder = tmp_path_factory.mktemp("page")
    with Memory(folder / "memory", embedder=HashingEmbedder(), settings=SETTINGS) as made:
        take_in(made, folder / "corpus.jsonl", LONG)
        yield made


def take_in(memory: Memory, file: Path, texts: dict[str, str], *, graph: bool = True) -> None:
    rows = [{"id": key, "title": key, "text": text} for key, text in texts.items()]
    file.write_text("\n".join(map(json.dumps, rows)))
    memory.ingest(file, graph=graph, collection=file.stem)


def test_the_page_names_themes_dates_and_where_to_look(memory: Memory) -> None:
    page = memory.summarise(max_tokens=260)
    assert page.scope == "memory"
    assert "Documents: 4;" in page.summary
    for part in ("Tarn Ferry", "Old Mill", "see ferry", "Timeline"):
        assert part in page.summary
    years = [line[:4] for line in page.summary.splitlines() if line[:4].isdigit()]
    assert years
    assert years == sorted(years)


def test_each_sentence_of_the_page_has_its_source(memory: Memory) -> None:
    page = memory.summarise(max_tokens=500)
    assert len(page.citations) > 4
    for citation in page.citations:
        text = memory.show(citation.document.key)
        assert text[citation.start : citation.end] == citation.quote
        assert citation.quote in page.summary


@pytest.mark.parametrize("budget", [5, 60, 150])
def test_the_page_keeps_to_its_budget(memory: Memory, budget: int) -> None:
    assert memory.summarise(max_tokens=budget).tokens <= budget


def test_without_a_graph_each_document_is_a_theme(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder(), settings=SETTINGS) as memory:
        take_in(memory, tmp_path / "plain.jsonl", TEXTS, graph=False)
        page = memory.summarise(max_tokens=600)
        assert {citation.document.key for citation in page.citations} == set(TEXTS)


def test_a_collection_has_a_page_of_its_own(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder(), settings=SETTINGS) as memory:
        take_in(memory, tmp_path / "one.jsonl", TEXTS, graph=False)
        take_in(memory, tmp_path / "two.jsonl", {"other": "A crane built a nest on the roof."})
        page = memory.summarise(collection="two", max_tokens=200)
        assert {citation.document.key for citation in page.citations} == {"other"}
        assert "Documents: 1;" in page.summary
