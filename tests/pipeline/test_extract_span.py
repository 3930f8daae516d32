"""What `--reader extract` quotes: a sentence, or a span that a model picks."""

from __future__ import annotations

import json
from pathlib import Path

from memctx import HashingEmbedder, Memory
from memctx.config import load_settings
from memctx.pipeline.ask import AskOptions
from memctx.reader import GatedReader

from ..reader.conftest import save_random

TEXT = "Ada Reed founded the observatory in 1902. The dome was built by Tomas Lind of Bergen."
OPTIONS = AskOptions(reader="extract", always_answer=True)


def memory_in(folder: Path, extract: str) -> Memory:
    settings = {
        "memory": folder / "memory",
        "cache": folder / "cache",
        "reader": str(folder / "tiny"),
        "device": "cpu",
        "dtype": "float32",
        "extract": extract,
    }
    return Memory(settings=load_settings(settings), embedder=HashingEmbedder())


def test_a_span_is_picked_by_the_model_where_that_is_set(tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_text(json.dumps({"id": "corrie", "text": TEXT}))
    with memory_in(tmp_path, "sentence") as quoting:
        quoting.ingest(tmp_path / "docs.jsonl", graph=False)
        quoted = quoting.ask("Who founded the observatory?", options=OPTIONS)
    assert quoted.text == "Ada Reed founded the observatory in 1902."
    assert quoted.reader.model == "extract", "no model is there, and none is needed"
    save_random(tmp_path / "tiny", "llama")
    with memory_in(tmp_path, "span") as picking:
        reader = picking.reader("extract")
    assert isinstance(reader, GatedReader)
    assert reader.mode == "extract"
    assert reader._given.verbatim
    assert not memory_in(tmp_path, "span").reader("memory")._given.verbatim  # type: ignore[attr-defined]
