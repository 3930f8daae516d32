"""Which device computes, and in which number format. The only module that knows devices.

torch is imported inside the functions. Names are torch's own: "cpu", "cuda",
"cuda:1", "mps"; "float32", "bfloat16", "float16".
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ConfigError

DTYPES = ("float32", "bfloat16", "float16")
"""The number formats that a user may ask for."""

Clock = Callable[[], float]
"""Seconds since some moment."""

_ANSWER = {20: 1, 80: 1, 1: 8}
"""How many passes an answer takes over so many tokens: repair, question, and one for each word."""

_LAYER, _LAYERS = ((1536, 640), (640, 1024), (4096, 640), (640, 2048)), 2
_HEAD = (24_576, 640)
"""Shapes, (outputs, inputs), of a small decoder's projections, and of its output layer."""

_ROUNDS = 4

_CPU_BF16 = frozenset({"avx512_bf16", "amx_bf16"})
"""Without one of these a CPU does bfloat16 in software, far slower than float32."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device of this machine. `dtype` is what "auto" means on it; `memory` is bytes.

    `chosen` marks the one that "auto" picks.
    """

    name: str
    detail: str
    memory: int | None
    dtype: str
    chosen: bool


def pick_device(preference: str = "auto") -> str:
    """The device to compute on: a GPU where there is one, else the CPU.

    Raises:
        ConfigError: a device was named that this machine does not have; the
            message lists those that it has.
    """
    present = _devices()
    kinds = {name.partition(":")[0] for name in present}
    if preference == "auto":
        return next((kind for kind in ("cuda", "mps") if kind in kinds), "cpu")
    if preference not in present and preference not in kinds:
        raise ConfigError(
            f"device {preference!r} is not available: this machine has {', '.join(present)}; "
            "name one of these, or auto"
        )
    return preference


def pick_dtype(device: str, preference: str = "auto", *, cache: Path | None = None) -> str:
    """The number format that a model should compute in on `device`.

    On a GPU of NVIDIA it is bfloat16, or float16 where the chip lacks that; on
    Apple's float32, since float16 overflows in Gemma 3; on a CPU bfloat16 if it
    has the instructions and a short timing finds answers sooner in it, else float32. The
    outcome of the timing is kept in `cache`, so that a search need not repeat it.

    Raises:
        ConfigError: there is no such format.
    """
    if preference != "auto":
        if preference not in DTYPES:
            raise ConfigError(f"dtype must be auto, {', '.join(DTYPES)}; found {preference!r}")
        return preference
    if device.startswith("cuda"):
        return _cuda_dtype(device)
    if device == "cpu" and _CPU_BF16 & _cpu_features():
        return _measured_cpu_dtype(cache)
    return "float32"


def describe(*, cache: Path | None = None) -> list[DeviceInfo]:
    """Every device of this machine, the CPU first."""
    chosen = pick_device()
    first = "cuda:0" if chosen == "cuda" else chosen
    return [
        DeviceInfo(
            name=name,
            detail=_detail(name),
            memory=_memory(name),
            dtype=pick_dtype(name, cache=cache),
            chosen=name == first,
        )
        for name in _devices()
    ]


def cpu_cores() -> int:
    """How many cores this process may compute on."""
    if hasattr(os, "sched_getaffinity"):  # where a process may be held to some
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _devices() -> list[str]:
    import torch

    names = ["cpu"]
    if torch.cuda.is_available():
        names += [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def _cuda_dtype(device: str) -> str:
    import torch

    with torch.cuda.device(device):
        # An emulated bfloat16 is slower than the float16 that older chips do have.
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    return "bfloat16" if native else "float16"


def _cpu_features() -> frozenset[str]:
    """Names of what the CPU can do, as Linux and torch spell them; empty if unknown."""
    import torch

    ask = getattr(torch.cpu, "get_capabilities", None)  # newer torch, every system
    if ask is not None:
        return frozenset(name for name, able in ask().items() if able is True)
    return frozenset(_cpuinfo("flags").split())


def _cpuinfo(field: str) -> str:
    """The first value of a field of /proc/cpuinfo; empty where that does not exist."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == field), "")


def _measured_cpu_dtype(cache: Path | None) -> str:
    import torch

    machine = (
        f"{_cpuinfo('model name') or platform.processor()}, torch {torch.__version__}, answers"
    )
    if cache is None:
        return _faster_cpu_dtype()
    memo = cache / "cpu-dtype.json"
    known = _read_memo(memo).get(machine)
    if known not in DTYPES:
        known = _faster_cpu_dtype()
        _write_memo(memo, _read_memo(memo) | {machine: known})
    return known


@functools.cache
def _faster_cpu_dtype() -> str:
    """The format in which the products of an answer take less time."""
    return quicker({name: passes_of(name) for name in ("float32", "bfloat16")})


def quicker(sides: Mapping[str, Callable[[int], None]], *, clock: Clock = time.perf_counter) -> str:
    """Of formats that in which an answer is given sooner: its passes, the best of several each.

    `sides` has for each a function that runs a pass over so many tokens. Rounds alternate, so
    that other work on the machine hits all alike.
    """
    best = dict.fromkeys(((name, tokens) for name in sides for tokens in _ANSWER), float("inf"))
    for _ in range(_ROUNDS):
        for name, tokens in best:
            start = clock()
            sides[name](tokens)
            best[name, tokens] = min(best[name, tokens], clock() - start)

    def whole(name: str) -> float:
        return sum(count * best[name, tokens] for tokens, count in _ANSWER.items())

    return min(sides, key=whole)


def passes_of(dtype: str) -> Callable[[int], None]:
    """The products of a small decoder in a format: a function of how many tokens are read.

    Its matrices are more than caches hold, as those of a model are.
    """
    import torch
    from torch.nn.functional import linear

    options: Any = {"dtype": getattr(torch, dtype)}
    layers = [[torch.ones(shape, **options) for shape in _LAYER] for _ in range(_LAYERS)]
    head = torch.ones(_HEAD, **options)

    def run(tokens: int) -> None:
        with torch.inference_mode():
            for matrix in itertools.chain.from_iterable(layers):
                linear(torch.ones(tokens, matrix.shape[1], **options), matrix)
            linear(torch.ones(1, head.shape[1], **options), head)

    return run


def _read_memo(path: Path) -> dict[str, str]:
    try:
        memo = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memo if isinstance(memo, dict) else {}


class SmallMatrices:
    """A block in which NumPy multiplies matrices in one thread.

    OpenBLAS's other threads stay busy for a while after each product, waiting for the next;
    beside small ones they take the cores from all that runs in between. Blocks of several
    threads may overlap: the last to end gives the threads back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._limit = _openblas().limit(limits=1)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.restore_original_limits()


small_matrices = SmallMatrices()
"""The one of this process, as its threads are."""


@functools.cache
def _openblas() -> Any:
    """Those OpenBLAS libraries that are loaded now: looked for once, which takes a moment."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(internal_api="openblas")


def _write_memo(path: Path, memo: dict[str, str]) -> None:
    """Replaces the memo; a cache that cannot be written costs a new timing, no more."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(memo, indent=2), encoding="utf-8")
        os.replace(beside, path)


def _detail(name: str) -> str:
    import torch

    if name.startswith("cuda"):
        return torch.cuda.get_device_properties(name).name
    model = _cpuinfo("model name") or platform.processor() or platform.machine()
    if name == "mps":
        return f"the GPU of {model}"
    able = sorted(_CPU_BF16 & _cpu_features())
    extras = f", {', '.join(able)}" if able else ""
    return f"{model}, {torch.get_num_threads()} threads{extras}"


def _memory(name: str) -> int | None:
    import torch

    if name.startswith("cuda"):
        return int(torch.cuda.get_device_properties(name).total_memory)
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
