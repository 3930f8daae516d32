import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from threadpoolctl import ThreadpoolController

from memctx.device import (
    DTYPES,
    describe,
    passes_of,
    pick_device,
    pick_dtype,
    quicker,
    small_matrices,
)
from memctx.errors import ConfigError


def test_a_gpu_is_preferred_and_the_cpu_always_there() -> None:
    gpu = "cuda" if torch.cuda.is_available() else "mps"
    expected = gpu if torch.cuda.is_available() or torch.backends.mps.is_available() else "cpu"
    assert pick_device() == expected
    assert pick_device("cpu") == "cpu"


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "", "cpu:1"])
def test_a_device_that_is_not_there_is_refused_by_naming_those_that_are(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"'{name}' is not available: this machine has cpu"):
        pick_device(name)


def test_the_device_picked_can_hold_a_tensor_of_the_dtype_picked() -> None:
    device = pick_device()
    made = torch.ones(2, dtype=getattr(torch, pick_dtype(device)), device=device)
    assert made.sum().item() == 2


@pytest.mark.parametrize("name", DTYPES)
def test_a_dtype_that_is_asked_for_is_taken(name: str) -> None:
    assert pick_dtype("cpu", name) == name


def test_an_unknown_dtype_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigError, match="auto, float32, bfloat16, float16; found 'int3'"):
        pick_dtype("cpu", "int3")


def test_apples_gpu_computes_in_float32() -> None:
    assert pick_dtype("mps") == "float32"


def test_the_cpus_dtype_is_measured_once_and_remembered(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    measured = pick_dtype("cpu", cache=cache)
    memo = cache / "cpu-dtype.json"
    if not memo.exists():  # this CPU has no instructions for bfloat16: nothing to measure
        assert measured == "float32"
        return
    other = "float32" if measured == "bfloat16" else "bfloat16"
    memo.write_text(json.dumps(dict.fromkeys(json.loads(memo.read_text()), other)))
    assert pick_dtype("cpu", cache=cache) == other
    assert pick_dtype("cpu") == measured


def test_a_format_is_chosen_by_what_an_answer_takes_and_not_by_one_large_product() -> None:
    now = 0.0
    takes = {("float32", 1): 1.0, ("float32", 20): 4.0, ("float32", 80): 9.0}
    takes |= {("bfloat16", 1): 2.0, ("bfloat16", 20): 3.0, ("bfloat16", 80): 4.0}

    def side(name: str) -> Callable[[int], None]:
        def run(tokens: int) -> None:
            nonlocal now
            now += takes[name, tokens]

        return run

    sides = {name: side(name) for name in ("float32", "bfloat16")}
    assert quicker(sides, clock=lambda: now) == "float32", "single tokens weigh most"
    takes["bfloat16", 1] = 1.0
    assert quicker(sides, clock=lambda: now) == "bfloat16"


def test_the_products_that_are_timed_run_in_both_formats() -> None:
    for name in ("float32", "bfloat16"):
        run = passes_of(name)
        run(1)
        run(3)


@pytest.mark.parametrize("content", ["not json", "[]", '{"some other CPU": "float16"}'])
def test_a_memo_that_does_not_help_is_no_obstacle(tmp_path: Path, content: str) -> None:
    (tmp_path / "cpu-dtype.json").write_text(content)
    assert pick_dtype("cpu", cache=tmp_path) == pick_dtype("cpu")


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    assert pick_dtype("cpu", cache=in_the_way) == pick_dtype("cpu")


def test_the_description_has_every_device_and_marks_one(tmp_path: Path) -> None:
    devices = describe(cache=tmp_path)
    assert devices[0].name == "cpu"
    assert sum(device.chosen for device in devices) == 1
    for device in devices:
        assert device.dtype in DTYPES
        assert device.detail


def test_numpy_multiplies_in_one_thread_until_the_last_block_ends() -> None:
    openblas = ThreadpoolController().select(internal_api="openblas")

    def threads() -> set[int]:
        return {library["num_threads"] for library in openblas.info()}

    before = threads()
    with small_matrices:
        with small_matrices:
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == before
