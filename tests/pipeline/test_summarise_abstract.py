"""Summaries that a reader writes. This one copies a sentence of what it reads, and invents one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from memctx import HashingEmbedder, Memory, load_settings
from memctx.reader.extract import ExtractiveReader
from memctx.reader.reading import Reading, Window
from memctx.sentences import sentences

SETTINGS = load_settings({"reader": "no-such-reader", "window": 300})
INVENTED = "The emperor of Brazil danced in 1888."
STORY = " ".join(
    f"{name} carried {number} barrels of {ware} to the harbour of {place}."
    for number, (name, ware, place) in enumerate(
        (name, ware, place)
        for name in ("Anna Lind", "Josef Brandt", "Old Tillwyn")
        for ware in ("salted fish", "lamp oil", "white paper", "red copper")
        for place in ("Halden", "Corrieholt", "Vennford")
    )
)


class Inventive(ExtractiveReader):
    """Says the first and the last sentence of the window, and `more`."""

    windows: ClassVar[list[int]] = []

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        self.windows.append(self.overhead(question) + sum(map(self.cost, window.passages)))
        text = window.passages[0].text
        spans = sentences(text)
        said = [text[start:end] for start, end in {spans[0]: None, spans[-1]: None}]
        return Reading(" ".join([*said, INVENTED]), declined=False, mode="test")


@pytest.fixture
def reader() -> Inventive:
    Inventive.windows.clear()
    return Inventive(embed=HashingEmbedder().encode, embeds_chinese=True)


@pytest.fixture
def memory(tmp_path: Path, reader: Inventive) -> Memory:
    row = {"id": "story", "title": "story", "text": STORY}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(row))
    made = Memory(tmp_path / "memory", embedder=HashingEmbedder(), settings=SETTINGS, reader=reader)
    made.ingest(tmp_path / "corpus.jsonl", graph=False)
    return made


def test_what_no_source_supports_is_dropped_and_counted(memory: Memory, reader: Inventive) -> None:
    summary = memory.summarise("story", method="abstract", max_tokens=120)
    assert summary.method == "abstract"
    assert summary.dropped is not None
    assert summary.dropped >= 2
    assert INVENTED not in summary.summary
    assert 0 < summary.tokens <= 120
    assert len(reader.windows) > 2
    assert max(reader.windows) <= 300


def test_each_written_sentence_cites_what_supports_it(memory: Memory) -> None:
    summary = memory.summarise("story", method="abstract", max_tokens=120)
    assert summary.citations
    text = memory.show("story")
    for citation in summary.citations:
        assert text[citation.start : citation.end] == citation.quote
    assert abs(sum(citation.weight for citation in summary.citations) - 1) < 0.01
    quoted = {citation.quote for citation in summary.citations}
    written = [summary.summary[start:end] for start, end in sentences(summary.summary)]
    assert set(written) <= quoted


def test_where_nothing_is_supported_the_sources_speak(memory: Memory, reader: Inventive) -> None:
    class Liar(Inventive):
        def read(
            self,
            question: str,
            window: Window,
            *,
            on_text: Callable[[str], None] | None = None,
            insist: bool = False,
        ) -> Reading:
            return Reading(INVENTED, declined=False, mode="test")

    liar = Liar(embed=HashingEmbedder().encode, embeds_chinese=True)
    with Memory(memory.path, embedder=HashingEmbedder(), settings=SETTINGS, reader=liar) as lied_to:
        summary = lied_to.summarise("story", method="abstract", max_tokens=120)
    assert summary.method == "extract"
    assert summary.dropped
    assert summary.citations


def test_auto_leaves_writing_to_strong_readers(memory: Memory) -> None:
    summary = memory.summarise("story", max_tokens=60)
    assert summary.method == "extract"
    assert "dropped" not in summary.to_dict()
