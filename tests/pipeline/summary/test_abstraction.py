"""A base model that writes: a tiny real one, which says one word."""

from __future__ import annotations

from pathlib import Path

from memctx import HashingEmbedder
from memctx.pipeline.progress import Quiet
from memctx.pipeline.summary.abstraction import Writer
from memctx.reader import LanguageModel, PrefillReader

from ...reader.conftest import save_scripted

SOURCES = ["Anna came late.", "Plumbers came early.", "Josef slept.", "It rained.", "It froze."]


def test_a_base_model_says_sentences_again_and_keeps_what_shortens_one(tmp_path: Path) -> None:
    save_scripted(tmp_path, ":", " Plumbers.")
    reader = PrefillReader(LanguageModel(tmp_path, name="scripted"))
    writing = Writer(reader, HashingEmbedder(), 2048, Quiet()).write(SOURCES, 60, None)
    assert [(one.text, one.sources) for one in writing.sentences] == [("Plumbers.", (1,))]
    assert writing.dropped == 1
