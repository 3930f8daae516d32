"""From a file of questions to an adapter that the memory reads with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from memctx import HashingEmbedder, Memory
from memctx.commands.show import training
from memctx.config import load_settings
from memctx.errors import ModelError, UsageError
from memctx.pipeline.teach import one_round
from memctx.pipeline.train import TrainOptions
from memctx.reader import GatedReader
from memctx.reader.adapter import asked_in, fresh
from memctx.reader.adapter_file import NAME, file_for, read_adapter, write_adapter

from ..reader.conftest import save_random, save_scripted

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
    assert report.examined >= 5
    assert report.used
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
    rows: list[dict[str, object]] = [
        {"id": f"{i}", "question": f"Who sank {i}?", "answers": ["Nobody"]} for i in range(20)
    ]
    file = write_questions(tmp_path, rows)
    with pytest.raises(UsageError, match="of the 20 here 0 can be taught"):
        memory.train_reader(file, options=OPTIONS)


@pytest.mark.parametrize("copies", [1, 30])
def test_fewer_than_twenty_questions_are_refused_before_any_model_is_sought(
    tmp_path: Path, copies: int
) -> None:
    settings = load_settings({"memory": tmp_path / "memory", "reader": str(tmp_path / "absent")})
    rows = copies * taught_rows()[:19]
    with (
        Memory(settings=settings) as memory,
        pytest.raises(UsageError, match="20 different questions or more, and 19 were given"),
    ):
        memory.train_reader(write_questions(tmp_path, rows), options=OPTIONS)


def scripted_memory(folder: Path) -> Memory:
    """One whose reader answers "Tomas" whatever it is asked, and is right with that."""
    save_scripted(folder / "sure", ":", " Tomas")
    docs = folder / "texts"
    docs.mkdir()
    for i in range(24):
        (docs / f"dome-{i}.txt").write_text(f"Dome {i} was built by Tomas.")
        (docs / f"pier-{i}.txt").write_text(f"Pier {i} of dome {i} is made of oak.")
    settings = load_settings(
        {"memory": folder / "sure-memory", "cache": folder / "cache", "device": "cpu"}
        | {"reader": str(folder / "sure"), "dtype": "float32"}
    )
    memory = Memory(settings=settings, embedder=HashingEmbedder())
    memory.ingest(docs, graph=False)
    return memory


def dome_rows() -> list[dict[str, object]]:
    return [
        {"id": i, "question": f"Who built dome {i}?", "answers": ["Tomas"]}
        | {"gold": [f"dome-{i}.txt"]}
        for i in range(24)
    ]


HARMFUL = TrainOptions(steps=3, batch=4, rank=2, rate=50.0, warmup=1)


def test_what_makes_a_reader_worse_is_kept_aside_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = scripted_memory(tmp_path)
    report = memory.train_reader(write_questions(tmp_path, dome_rows()), options=HARMFUL)
    assert report.f1_before == 1.0
    assert report.f1 is not None
    assert report.f1 < 1.0
    assert report.examined >= 5
    assert not report.used
    assert report.outcome.startswith(f"not better on {report.examined} questions")
    assert "not used; the reader goes on without an adapter" in report.outcome
    assert digest_in(memory) is None
    assert memory.status().adapter.source == "none"
    training(report)
    assert f"to use it  {report.use}" in capsys.readouterr().out
    named = {"reader_adapter": str(report.use).removeprefix("MEMCTX_READER_ADAPTER=")}
    other = Memory(settings=memory.settings.model_copy(update=named), embedder=HashingEmbedder())
    assert digest_in(other) == report.digest, "the work is not lost"


def test_what_was_learnt_before_stays_where_more_makes_it_worse(tmp_path: Path) -> None:
    memory = scripted_memory(tmp_path)
    file = write_questions(tmp_path, dome_rows())
    gentle = TrainOptions(steps=1, batch=2, rank=2, rate=1e-9)
    first = memory.train_reader(file, options=gentle)
    assert first.used
    assert first.outcome.startswith("as good on")
    again = memory.train_reader(file, options=HARMFUL)
    assert (again.used, again.f1_before) == (False, 1.0)
    assert "goes on with what this memory taught it before" in again.outcome
    assert digest_in(memory) == first.digest
    known = memory.status().adapter
    assert (known.source, len(known.adapters)) == ("memory", 1)
    assert known.adapters[0].questions == str(file)
    assert (known.adapters[0].taught, known.adapters[0].examined) == (first.taught, first.examined)
    assert (known.adapters[0].f1_before, known.adapters[0].f1) == (1.0, 1.0)
    folder = Path(first.adapter).parent
    onto = memory.train_reader(file, options=HARMFUL, adapter=folder)
    assert not onto.used, "nor is it overwritten where its folder is named"
    assert digest_in(memory) == first.digest


def test_a_setting_that_would_hide_what_was_learnt_is_named(tmp_path: Path) -> None:
    memory = scripted_memory(tmp_path)
    file = write_questions(tmp_path, dome_rows())
    none = memory.settings.model_copy(update={"reader_adapter": "none"})
    gentle = TrainOptions(steps=1, batch=2, rank=2, rate=1e-9)
    with Memory(settings=none, embedder=HashingEmbedder()) as other:
        report = other.train_reader(file, options=gentle)
    assert not report.used
    assert report.outcome.startswith("the setting reader_adapter is 'none': kept as")


def test_one_language_is_taught_and_the_other_keeps_its_adapter(tmp_path: Path) -> None:
    memory = scripted_memory(tmp_path)
    reader = memory.reader()
    assert isinstance(reader, GatedReader)
    own = memory._workspace.home.adapter
    factors = fresh(reader._given.model.weights, 2, torch.Generator().manual_seed(3))
    for language in ("en", "zh"):
        write_adapter(file_for(language, own), factors, model="sure")
    chinese = read_adapter(file_for("zh", own)).digest
    rows = dome_rows()
    for i in range(6):
        rows.append({"id": f"zh{i}", "question": f"圆顶{i}是谁建的？", "answers": ["Tomas"]})
        rows[-1]["gold"] = [f"dome-{i}.txt"]
    gentle = TrainOptions(steps=1, batch=2, rate=1e-3, warmup=1)
    report = memory.train_reader(write_questions(tmp_path, rows), options=gentle)
    assert (report.language, report.others, report.used) == ("en", 6, True)
    assert report.taught + report.examined == 24
    assert Path(report.adapter) == file_for("en", own)
    assert read_adapter(file_for("zh", own)).digest == chinese
    with asked_in("zh"):
        assert digest_in(memory) == chinese
    with asked_in("en"):
        assert digest_in(memory) == report.digest


def test_an_adapter_of_an_earlier_version_is_not_used(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = memory._workspace.home.adapter
    folder.mkdir(parents=True)
    about = json.dumps({"version": 1, "model": "tiny"})
    save_file({"none": torch.zeros(1)}, folder / NAME, metadata={"memctx": about})
    assert digest_in(memory) is None
    assert "not used" in caplog.text
