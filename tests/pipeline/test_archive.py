"""Archives that are damaged: told in one line, and nothing is left of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from memctx import HashingEmbedder, Memory
from memctx.errors import CorruptMemory, MemctxError, UsageError

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "lens.txt").write_text("Edmund Wendelow ground the lens in Sundermoor.")
    with Memory(folder / "memory", embedder=HashingEmbedder(16)) as memory:
        memory.ingest(folder / "lens.txt")
        memory.export(folder / "memory.zip")
    return folder / "memory.zip"


def refused(file: Path, place: Path) -> MemctxError:
    """How importing the file fails; the place must stay empty."""
    with (
        Memory(place, embedder=HashingEmbedder(16)) as memory,
        pytest.raises((UsageError, CorruptMemory), match=file.name) as told,
    ):
        memory.import_(file)
    assert not place.exists()
    assert "\n" not in str(told.value)
    return told.value


def edited(change: Callable[[Members], object], archive: Path, to: Path) -> Path:
    with zipfile.ZipFile(archive) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    change(members)
    with zipfile.ZipFile(to, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return to


def line(name: str, **values: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        item = json.loads(members[name]) | values
        members[name] = json.dumps(item).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop("documents.jsonl"),
        lambda members: members.pop("sources.jsonl"),
        lambda members: members.pop("hashes.txt"),
        lambda members: members.update({"documents.jsonl": b'{"key": \n'}),
        lambda members: members.update({"documents.jsonl": b""}),
        lambda members: members.update({"sources.jsonl": b"[]\n"}),
        lambda members: members.update({"manifest.json": b"[]"}),
        lambda members: members.update({"manifest.json": b'{"format": 1}'}),
        lambda members: members.update({"vectors.npy": members["vectors.npy"][:-3]}),
        lambda members: members.update(
            {"vectors.npy": members["vectors.npy"][:-32] + np.full(16, np.nan, "<f2").tobytes()}
        ),
        line("documents.jsonl", chunks=[{"start": 0, "end": 999, "hash": "00"}]),
        line("documents.jsonl", text="short"),
        line("documents.jsonl", chunks=7),
        line("manifest.json", width=8),
        line("manifest.json", documents=2),
        line("manifest.json", format=99),
    ],
)
def test_an_edited_archive_is_refused_whole(
    archive: Path, tmp_path: Path, change: Callable[[Members], object]
) -> None:
    refused(edited(change, archive, tmp_path / "edited.zip"), tmp_path / "place")


def test_no_overwritten_or_missing_bytes_bring_a_traceback(archive: Path, tmp_path: Path) -> None:
    data, rng = archive.read_bytes(), np.random.default_rng(0)
    file = tmp_path / "damaged.zip"
    for number in range(60):
        damaged = bytearray(data[: int(rng.integers(len(data)))] if number % 3 == 0 else data)
        for place in rng.integers(len(damaged), size=20) if number % 3 else ():
            damaged[place] = int(rng.integers(256))
        file.write_bytes(bytes(damaged))
        refused(file, tmp_path / "place")


def test_what_is_no_archive_or_no_file_is_wrong_usage(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path, tmp_path / "place"), UsageError)
    assert isinstance(refused(tmp_path / "none.zip", tmp_path / "place"), UsageError)
    (tmp_path / "text.zip").write_text("no archive")
    assert isinstance(refused(tmp_path / "text.zip", tmp_path / "place"), UsageError)


def test_an_export_to_a_place_that_cannot_be_is_wrong_usage(archive: Path, tmp_path: Path) -> None:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder(16)) as memory:
        memory.import_(archive)
        assert memory.verify() == []
        with pytest.raises(UsageError, match="is a folder"):
            memory.export(tmp_path)
        with pytest.raises(UsageError, match="no folder"):
            memory.export(tmp_path / "none" / "memory.zip")
        with pytest.raises(UsageError, match="is a folder"):
            memory.export_graph(tmp_path)
