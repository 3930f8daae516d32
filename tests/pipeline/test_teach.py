"""From a file of questions to an adapter that the memory reads with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from memctx import HashingEmbedder, Memory
from memctx.config import load_settings
from memctx.errors import ModelError, UsageError
from memctx.pipeline.teach import one_round
from memctx.pipeline.train import TrainOptions
from memctx.reader import GatedReader
from memctx.reader.adapter_file import NAME

from ..reader.conftest import save_random

BUILDERS = {f"Dome {i}": f"Builder{i}" for i in range(24)}
OPTIONS = TrainOptions(steps=3, batch=2, rank=2, save_every=1)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    save_random(tmp_path / "tiny", "llama")
    docs = tmp_path / "docs"
    docs.mkdir()
    for dome, builder in BUILDERS.items():
        (docs / f"{dome}.txt").write_text(f"{dome} was built by {builder} of Bergen.")
    settings = load_settings(
        {
            "memory": tmp_path / "memory",
            "cache": tmp_path / "cache",
            "reader": str(tmp_path / "tiny"),
            "device": "cpu",
            "dtype": "float32",
        }
    )
    memory = Memory(settings=settings, embedder=HashingEmbedder())
    memory.ingest(docs, graph=False)
    return memory


def write_questions(folder: Path, rows: list[dict[str, object]]) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def taught_rows() -> list[dict[str, object]]:
    return [
        {
            "id": dome,
            "question": f"Who built {dome}?",
            "answers": [builder],
            "gold": [f"{dome}.txt"],
        }
        for dome, builder in BUILDERS.items()
    ]


def digest_in(memory: Memory) -> str | None:
    reader = memory.reader()
    assert isinstance(reader, GatedReader)
    adapter = reader._given.model.adapter
    return adapter.digest if adapter else None


def test_a_memory_reads_with_what_it_was_taught(memory: Memory, tmp_path: Path) -> None:
    assert digest_in(memory) is None
    rows = taught_rows()
    rows.append({"id": "odd", "question": "Who sank?", "answers": ["Nobody at all"]})
    report = memory.train_reader(write_questions(tmp_path, rows), options=OPTIONS)
    assert report.left == 1
    assert report.taught + report.examined == len(BUILDERS)
    assert report.examined > 0
    assert report.f1 is not None
    assert len(report.losses) == OPTIONS.steps
    assert digest_in(memory) == report.digest
    assert not list(Path(report.adapter).parent.glob("training*"))
    plain = Memory(
        settings=memory.settings.model_copy(update={"reader_adapter": "none"}),
        embedder=HashingEmbedder(),
    )
    assert digest_in(plain) is None


def test_an_adapter_elsewhere_is_used_where_it_is_named(memory: Memory, tmp_path: Path) -> None:
    file = write_questions(tmp_path, taught_rows())
    report = memory.train_reader(file, options=OPTIONS, adapter=tmp_path / "elsewhere")
    assert digest_in(memory) is None
    named = {"reader_adapter": str(tmp_path / "elsewhere")}
    other = Memory(settings=memory.settings.model_copy(update=named), embedder=HashingEmbedder())
    assert digest_in(other) == report.digest
    (tmp_path / "elsewhere" / NAME).write_bytes(b"nothing")
    broken = Memory(settings=memory.settings.model_copy(update=named), embedder=HashingEmbedder())
    with pytest.raises(ModelError, match="cannot be read"):
        broken.reader()


def test_each_question_is_read_about_once_unless_said_otherwise() -> None:
    assert [one_round(count).steps for count in (1, 320, 321, 1600)] == [40, 40, 41, 200]


def test_questions_that_no_passage_answers_teach_nothing(memory: Memory, tmp_path: Path) -> None:
    file = write_questions(tmp_path, [{"id": "1", "question": "Who sank?", "answers": ["Nobody"]}])
    with pytest.raises(UsageError, match="can be taught"):
        memory.train_reader(file, options=OPTIONS)


def test_an_adapter_of_an_earlier_version_is_not_used(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = memory._workspace.home.adapter
    folder.mkdir(parents=True)
    about = json.dumps({"version": 1, "model": "tiny"})
    save_file({"none": torch.zeros(1)}, folder / NAME, metadata={"memctx": about})
    assert digest_in(memory) is None
    assert "not used" in caplog.text
