"""Adapters: what they change, what they leave, and how they are kept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from memctx.errors import ModelError, OldAdapter
from memctx.reader import LanguageModel, MemoryReader, PrefillReader, Window
from memctx.reader.adapter import EVERY, PROJECTIONS, Factors, acting, attach, fresh, projections
from memctx.reader.adapter_file import (
    NAME,
    Adapter,
    Label,
    adapter_files,
    read_adapter,
    read_adapters,
    read_label,
    write_adapter,
)
from memctx.reader.prompt import LANGUAGES

from .conftest import save_random
from .test_memory_reader import ALL, reader_of
from .tiny import FAMILIES, tiny_model


def random_factors(
    weights: object, rank: int = 3, size: float = 0.3, seed: int = 5
) -> dict[str, Factors]:
    generator = torch.Generator().manual_seed(seed)
    found = fresh(weights, rank, generator)
    with torch.no_grad():
        for pair in found.values():
            pair.up.normal_(0, size, generator=generator)
    return {name: Factors(pair.down.detach(), pair.up.detach()) for name, pair in found.items()}


@pytest.fixture
def adapted(random_model: LanguageModel) -> LanguageModel:
    factors = random_factors(random_model.weights)
    adapter = Adapter("tiny", factors, "0" * 16)
    return LanguageModel(random_model.folder, name="adapted", adapters={EVERY: adapter})


@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_acts_like_weights_with_its_product_added(family: str) -> None:
    ids = torch.tensor([[5, 9, 33, 7, 60]])
    model = tiny_model(family)
    factors = random_factors(model)
    attach(model, {EVERY: factors})
    merged = tiny_model(family)
    before = merged(ids).logits
    with torch.no_grad():
        for name, module in projections(merged).items():
            module.weight += factors[name].up @ factors[name].down
    with torch.no_grad():
        assert torch.equal(model(ids).logits, before)
        with acting():
            assert torch.allclose(model(ids).logits, merged(ids).logits, atol=1e-4)
    assert not torch.allclose(merged(ids).logits, before, atol=0.1)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_fresh_adapter_changes_nothing(family: str) -> None:
    ids = torch.tensor([[5, 9, 33, 7, 60]])
    model = tiny_model(family)
    before = model(ids).logits
    attach(model, {EVERY: fresh(model, 4, torch.Generator().manual_seed(1))})
    with acting():
        assert torch.equal(model(ids).logits, before)


def test_an_adapter_takes_the_place_of_the_one_before() -> None:
    ids = torch.tensor([[5, 9, 33, 7, 60]])
    model, other = tiny_model("llama3"), tiny_model("llama3")
    wanted = random_factors(model)
    attach(model, {EVERY: random_factors(model, rank=2, size=0.6)})
    attach(model, {EVERY: wanted})
    attach(other, {EVERY: wanted})
    with acting():
        assert torch.equal(model(ids).logits, other(ids).logits)


def test_stored_states_are_those_of_one_adapter(
    random_model: LanguageModel, adapted: LanguageModel, window: Window, tmp_path: Path
) -> None:
    plain = reader_of(random_model, tmp_path).read("Who founded it?", window)
    reading = reader_of(adapted, tmp_path).read("Who founded it?", window)
    assert reading.cached_tokens == 0
    assert reading.logprob != plain.logprob
    assert reader_of(adapted, tmp_path).read("Who founded it?", window).cached_tokens > 0
    assert reader_of(random_model, tmp_path).read("Who founded it?", window).cached_tokens > 0


def test_a_question_is_read_by_the_adapter_of_its_language(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    english = Adapter("tiny", random_factors(random_model.weights), "1" * 16)
    chinese = Adapter("tiny", random_factors(random_model.weights, seed=6), "2" * 16)

    def taught(**adapters: Adapter) -> MemoryReader:
        model = LanguageModel(random_model.folder, name="two", adapters=adapters)
        return reader_of(model, tmp_path)

    both = taught(en=english, zh=chinese)
    for question, adapter in (("Who founded it?", english), ("天文台由谁创立？", chinese)):
        reading = both.read(question, window)
        assert reading.adapter == adapter.digest
        assert reading.cached_tokens == 0, "states are those of one adapter"
        alone = taught(every=adapter).read(question, window)
        assert alone.cached_tokens > 0
        assert alone.logprob == pytest.approx(reading.logprob, abs=1e-5)
    assert taught(zh=chinese).read("Who founded it?", window).adapter is None
    assert not both.warm(window.passages[0]), "the English states are there"


def test_both_ways_of_reading_use_the_adapter_alike(
    adapted: LanguageModel, window: Window, tmp_path: Path
) -> None:
    full = replace(window, facts=("Ada Reed founded Corrie Holt",))
    wanted = PrefillReader(adapted, 12).read("Who founded it?", full)
    reader = reader_of(adapted, tmp_path, ALL, format="float16")
    reading = reader.read("Who founded it?", full)
    assert reading.text == wanted.text
    assert reading.logprob == pytest.approx(wanted.logprob, abs=0.02)
    assert reading.prompt_tokens == wanted.prompt_tokens
    assert reading.adapter == wanted.adapter == "0" * 16


def test_a_written_adapter_is_read_back(random_model: LanguageModel, tmp_path: Path) -> None:
    factors = random_factors(random_model.weights)
    written = write_adapter(tmp_path / "new" / NAME, factors, model="tiny")
    found = read_adapter(tmp_path / "new")
    assert (found.model, found.digest) == ("tiny", written.digest)
    assert found.factors.keys() == factors.keys()
    for name, pair in factors.items():
        assert torch.equal(found.factors[name].down, pair.down.half())
        assert torch.equal(found.factors[name].up, pair.up.half())


def test_a_folder_holds_an_adapter_for_each_language_and_one_for_others(
    random_model: LanguageModel, tmp_path: Path
) -> None:
    assert adapter_files(tmp_path) == {EVERY: tmp_path / NAME}, "what is missing is named"
    factors = random_factors(random_model.weights)
    for name in ("en", "zh"):
        write_adapter(tmp_path / name / NAME, factors, model="tiny")
    assert set(read_adapters(tmp_path)) == {"en", "zh"}
    write_adapter(tmp_path / NAME, factors, model="tiny")
    assert set(read_adapters(tmp_path)) == {"en", "zh", EVERY}
    assert set(read_adapters(tmp_path / "en" / NAME)) == {EVERY}


def test_a_label_says_what_a_file_holds_without_torch(
    random_model: LanguageModel, tmp_path: Path
) -> None:
    written = write_adapter(tmp_path / NAME, random_factors(random_model.weights), model="tiny")
    assert read_label(tmp_path / NAME) == Label("tiny", written.digest)
    code = (
        "import sys; from pathlib import Path; from memctx.reader.adapter_file import read_label; "
        "read_label(Path(sys.argv[1])); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / NAME], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "absent"])
def test_a_damaged_adapter_is_refused(
    random_model: LanguageModel, tmp_path: Path, harm: str
) -> None:
    file = tmp_path / NAME
    write_adapter(file, random_factors(random_model.weights), model="tiny")
    whole = bytearray(file.read_bytes())
    whole[-40] ^= 1
    harmed = {"flip": bytes(whole), "cut": bytes(whole[:-64]), "empty": b""}
    file.unlink()
    if harm in harmed:
        file.write_bytes(harmed[harm])
    with pytest.raises(ModelError, match="reader's adapter"):
        read_adapter(tmp_path)


def test_an_adapter_for_another_model_is_refused(tmp_path: Path) -> None:
    save_random(tmp_path, "llama")
    adapter = Adapter("other", random_factors(tiny_model("qwen3")), "0" * 16)
    with pytest.raises(ModelError, match="made for another model"):
        _ = LanguageModel(tmp_path, name="odd", adapters={EVERY: adapter}).weights


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_adapters_are_whole_and_small(language: str) -> None:
    folder = Path(__file__).parents[2] / "data" / "adapters" / "gemma-3-270m" / language
    adapter = read_adapter(folder)
    assert adapter.model == "gemma-3-270m"
    assert len(adapter.factors) == 18 * len(PROJECTIONS)
    assert {pair.down.shape[0] for pair in adapter.factors.values()} == {16}
    assert all(pair.up.isfinite().all() for pair in adapter.factors.values())
    assert (folder / NAME).stat().st_size < 10_000_000


def test_an_adapter_of_an_earlier_version_is_told_apart(
    random_model: LanguageModel, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    file = tmp_path / NAME
    write_adapter(file, random_factors(random_model.weights), model="tiny")
    save_file(load_file(file), file, metadata={"memctx": '{"version": 1, "model": "tiny"}'})
    with pytest.raises(OldAdapter, match="reader train"):
        read_adapters(tmp_path)
