"""Every method that may take long has a twin for asyncio, and it is the same method."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memctx import HashingEmbedder, Memory

AT_ONCE = {"close", "indexes", "grounds"}


def methods() -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(Memory, inspect.isfunction)
    return {
        name: method
        for name, method in found
        if not name.startswith("_") and not inspect.iscoroutinefunction(method)
    }


@pytest.mark.parametrize("name", sorted(methods().keys() - AT_ONCE))
def test_every_method_has_a_twin_with_the_same_signature(name: str) -> None:
    twin = getattr(Memory, f"a{name}")
    assert inspect.iscoroutinefunction(twin)
    assert inspect.signature(twin) == inspect.signature(getattr(Memory, name))
    assert (twin.__name__, twin.__doc__) == (f"a{name}", f"`{name}`, in a thread.")


def test_there_is_no_twin_of_nothing() -> None:
    twins = {name for name, _ in inspect.getmembers(Memory, inspect.iscoroutinefunction)}
    assert twins == {f"a{name}" for name in methods().keys() - AT_ONCE}


def test_twins_do_what_the_method_of_a_subclass_does(tmp_path: Path) -> None:
    class Loud(Memory):
        def show(self, key: str, *, collection: str | None = None) -> str:
            return super().show(key, collection=collection).upper()

    async def work() -> str:
        with Loud(tmp_path / "memory", embedder=HashingEmbedder()) as memory:
            report = await memory.aadd("The dome stands.", "dome", metadata={"year": 1902})
            assert report.added == 1
            assert [row.key for row in await memory.adocuments(where="year=1902")] == ["dome"]
            return await memory.ashow("dome", collection="default")

    assert asyncio.run(work()) == "THE DOME STANDS."
