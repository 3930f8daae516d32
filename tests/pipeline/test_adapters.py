"""Which adapters a reader has: shipped, the memory's own, given, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from memctx.errors import ModelError
from memctx.pipeline.adapters import NOTE, chosen_adapters, in_use, shipped_folder, write_note
from memctx.reader.adapter import EVERY, Factors
from memctx.reader.adapter_file import file_for, write_adapter

MODEL = "gemma-3-270m"
FACTORS = {"q_proj": Factors(torch.ones(2, 4), torch.zeros(4, 2))}


def sources(setting: str, own: Path | None) -> dict[str, str]:
    return {name: one.source for name, one in chosen_adapters(MODEL, setting, own).items()}


def test_an_own_adapter_for_a_language_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    assert sources("auto", None) == {"en": "shipped", "zh": "shipped"}
    write_adapter(file_for("en", tmp_path), FACTORS, model=MODEL)
    assert sources("auto", tmp_path) == {"en": "memory", "zh": "shipped"}
    assert sources(str(tmp_path), None) == {"en": "given", "zh": "shipped"}
    assert sources("none", tmp_path) == {}
    assert in_use(chosen_adapters(MODEL, "auto", tmp_path)).source == "memory"
    write_adapter(file_for(EVERY, tmp_path), FACTORS, model=MODEL)
    assert sources("auto", tmp_path) == {"en": "memory", EVERY: "memory"}


def test_an_own_adapter_for_another_model_is_left(tmp_path: Path) -> None:
    write_adapter(file_for("en", tmp_path), FACTORS, model="another")
    assert sources("auto", tmp_path) == {"en": "shipped", "zh": "shipped"}


def test_the_shipped_adapters_say_what_they_were_taught() -> None:
    found = in_use(chosen_adapters(MODEL, "auto", None))
    assert found.source == "shipped"
    for one in found.adapters:
        assert one.questions
        assert one.taught
        assert one.examined
        assert one.f1
    assert (shipped_folder(MODEL) / "en" / NOTE).is_file()


def test_a_note_on_another_adapter_tells_nothing(tmp_path: Path) -> None:
    file = file_for(EVERY, tmp_path)
    digest = write_adapter(file, FACTORS, model=MODEL).digest
    write_note(file, digest, {"questions": "q.jsonl", "taught": 16, "f1": 0.5})
    (told,) = in_use(chosen_adapters(MODEL, str(tmp_path), None)).adapters
    assert (told.questions, told.taught, told.f1, told.f1_before) == ("q.jsonl", 16, 0.5, None)
    write_adapter(file, {"q_proj": Factors(torch.zeros(2, 4), torch.zeros(4, 2))}, model=MODEL)
    (told,) = in_use(chosen_adapters(MODEL, str(tmp_path), None)).adapters
    assert (told.questions, told.taught, told.f1) == (None, None, None)


def test_a_given_adapter_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        in_use(chosen_adapters(MODEL, str(tmp_path / "absent"), None))
