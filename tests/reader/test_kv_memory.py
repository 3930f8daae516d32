"""Stored states on disk: bounded, sound, shared, never stale."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from memctx.reader.kv_memory import KvMemory, Maker
from memctx.reader.kv_record import FORMATS, Format, bytes_per_token, from_bytes, pack, to_bytes
from memctx.reader.packing import Stored
from memctx.reader.quantise import Quantised, States, dequantise

MAKER = Maker("model", "config", (2, 7, 9), "float32")


def some_states(seed: int = 0, tokens: int = 20) -> States:
    generator = torch.Generator().manual_seed(seed)
    shape = (3, 2, tokens, 16)
    return States(*(torch.randn(shape, generator=generator) for _ in range(2)))


def eight_bits(seed: int = 0) -> Stored:
    return pack(some_states(seed), "int8")


def in_full(stored: Stored | None) -> States:
    assert stored is not None
    return dequantise(stored) if isinstance(stored, Quantised) else stored


@pytest.mark.parametrize("format", FORMATS)
def test_states_come_back_as_they_were_stored(tmp_path: Path, format: Format) -> None:
    memory = KvMemory(tmp_path, budget=10**7)
    states = some_states()
    assert memory.get("ab" * 20) is None
    assert memory.put("ab" * 20, pack(states, format))
    found = in_full(KvMemory(tmp_path, budget=10**7).get("ab" * 20))
    worst = 0.02 if format != "float16" else 0.002
    assert torch.allclose(found.keys.float(), states.keys, atol=worst * 2)
    assert torch.allclose(found.values.float(), states.values, atol=worst * 2)


def test_a_flipped_byte_anywhere_is_detected_and_the_record_dropped(tmp_path: Path) -> None:
    memory = KvMemory(tmp_path, budget=10**7)
    key = MAKER.key([1, 2, 3], "int8")
    memory.put(key, eight_bits())
    (path,) = tmp_path.rglob("*.kv")
    whole = path.read_bytes()
    for place in (0, 9, 29, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert memory.get(key) is None
        assert not path.exists()
    path.write_bytes(whole[:-5])
    assert memory.get(key) is None
    path.write_bytes(b"")
    assert memory.get(key) is None
    path.write_bytes(whole)
    assert memory.get(key) is not None


def test_the_least_recently_used_records_go_first_and_the_budget_holds(tmp_path: Path) -> None:
    size = sum(len(piece) for piece in to_bytes(eight_bits()))
    memory = KvMemory(tmp_path, budget=50 * size)
    keys = [MAKER.key([number], "int8") for number in range(400)]
    for number, key in enumerate(keys):
        memory.put(key, eight_bits(number))
        assert memory.get(keys[0]) is not None
        time.sleep(0.0005)
        assert number % 40 or memory.usage().bytes <= memory.budget
    assert memory.usage().bytes <= memory.budget
    assert memory.has(keys[-1])
    assert not memory.has(keys[1])
    kept = [number for number, key in enumerate(keys) if memory.has(key)]
    assert kept[0] == 0
    assert kept[1:] == list(range(400 - len(kept) + 1, 400))
    for number in kept:
        found = in_full(memory.get(keys[number]))
        assert torch.allclose(found.keys, some_states(number).keys, atol=0.03)


def test_a_record_larger_than_the_budget_is_not_kept(tmp_path: Path) -> None:
    memory = KvMemory(tmp_path, budget=100)
    assert not memory.put("cd" * 20, eight_bits())
    assert memory.usage().records == 0


_WRITE = """
import sys, torch
from pathlib import Path
from memctx.reader.kv_memory import KvMemory
from memctx.reader.kv_record import pack
from memctx.reader.quantise import States
memory = KvMemory(Path(sys.argv[1]), budget=10**9)
states = pack(States(torch.ones(8, 2, 200, 64), torch.ones(8, 2, 200, 64)), "int8")
print("ready", flush=True)
for number in range(10**6):
    memory.put(f"{number % 64:040x}", states)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_records(tmp_path: Path) -> None:
    for wait in (0.05, 0.11, 0.17):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(wait)
        writer.kill()
        writer.wait()
        writer.stdout.close()
    memory = KvMemory(tmp_path, budget=10**9)
    names = [path.stem for path in tmp_path.rglob("*.kv")]
    assert names
    assert all(memory.get(name) is not None for name in names)
    memory.evict(0)
    assert memory.usage().records == 0  # abandoned writes go too


def test_whatever_the_states_depend_on_changes_their_name() -> None:
    names = {
        maker.key(ids, format)
        for maker in (
            MAKER,
            Maker("other", "config", (2, 7, 9), "float32"),
            Maker("model", "other", (2, 7, 9), "float32"),
            Maker("model", "config", (2, 7), "float32"),
            Maker("model", "config", (2, 7, 9), "bfloat16"),
        )
        for ids in ([5, 6], [6, 5], [56])
        for format in FORMATS
    }
    assert len(names) == 5 * 3 * 3


def test_eight_bit_states_of_gemma_take_at_most_9_3_kilobytes_a_token() -> None:
    assert bytes_per_token("int8", (18, 1, 256), tokens=230) <= 9300
    size = sum(len(piece) for piece in to_bytes(eight_bits()))
    assert size == 20 * bytes_per_token("int8", (3, 2, 16), tokens=20)
    assert from_bytes(b"".join(to_bytes(eight_bits()))[:40]) is None


def test_what_is_kept_ahead_of_need_takes_the_place_of_older_records(tmp_path: Path) -> None:
    size = sum(len(piece) for piece in to_bytes(eight_bits()))
    old = KvMemory(tmp_path, budget=10 * size)
    for number in range(10):
        old.put(MAKER.key([number], "int8", adapter="old"), eight_bits(number))
    memory = KvMemory(tmp_path, budget=10 * size)
    keys = [MAKER.key([number], "int8", adapter="new") for number in range(20)]
    made = 0
    for number, key in enumerate(keys):
        if memory.full:
            break
        assert not memory.keep(key)
        memory.put(key, eight_bits(number))
        assert memory.keep(key)
        made += 1
    assert made == 9
    assert all(memory.keep(key) for key in keys[:made]), "none was evicted for another"
    assert memory.usage().bytes <= memory.budget
