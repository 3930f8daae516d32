from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from memctx.errors import ModelNotFound
from memctx.models import list_models, pull, resolve
from memctx.models.catalogue import Catalogue


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def into_hub_cache(tmp_path: Path, hub_id: str, files: dict[str, bytes]) -> Path:
    """Lays files out as the hub's own client does."""
    repository = tmp_path / "hub" / f"models--{hub_id.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("c0ffee")
    return write(repository / "snapshots" / "c0ffee", files)


def test_a_folder_is_taken_as_it_is_and_nothing_is_written_into_it(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    folder = write(tmp_path / "mine", tiny_files)
    found = resolve(str(folder), cache=cache)
    assert (found.name, found.path, found.format) == ("mine", folder, "safetensors")
    assert sorted(path.name for path in folder.iterdir()) == sorted(tiny_files)


def test_a_catalogue_name_is_never_a_folder_that_happens_to_be_called_so(
    tmp_path: Path,
    cache: Path,
    tiny_files: dict[str, bytes],
    tiny_catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path / "tiny", tiny_files)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotFound):
        resolve("tiny", cache=cache, catalogue=tiny_catalogue)
    assert resolve("./tiny", cache=cache, catalogue=tiny_catalogue).path == tmp_path / "tiny"


def test_the_hubs_cache_is_looked_at_before_the_memctx_cache(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes], tiny_catalogue: Catalogue
) -> None:
    ours = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    theirs = into_hub_cache(tmp_path, "owner/tiny", tiny_files)
    found = resolve("tiny", cache=cache, catalogue=tiny_catalogue)
    assert found.path == theirs
    assert found.fingerprint == ours.fingerprint


def test_a_copy_in_the_hubs_cache_that_lacks_a_file_does_not_count(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes], tiny_catalogue: Catalogue
) -> None:
    del tiny_files["tokenizer.json"]
    into_hub_cache(tmp_path, "owner/tiny", tiny_files)
    with pytest.raises(ModelNotFound):
        resolve("tiny", cache=cache, catalogue=tiny_catalogue)


def test_a_name_with_a_slash_that_no_one_knows_is_a_hub_id(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes], tiny_catalogue: Catalogue
) -> None:
    snapshot = into_hub_cache(tmp_path, "someone/else", tiny_files)
    found = resolve("someone/else", cache=cache, catalogue=tiny_catalogue)
    assert (found.name, found.path) == ("someone/else", snapshot)


def test_missing_weights_are_answered_with_the_command_that_brings_them(
    cache: Path, tiny_catalogue: Catalogue
) -> None:
    with pytest.raises(ModelNotFound, match=r"embed model tiny .* run `memctx models pull tiny`"):
        resolve("tiny", cache=cache, catalogue=tiny_catalogue)
    with pytest.raises(ModelNotFound, match="run `memctx models pull owner/other`"):
        resolve("owner/other", cache=cache, catalogue=tiny_catalogue)
    with pytest.raises(ModelNotFound, match=r"'other'.*memctx knows tiny"):
        resolve("other", cache=cache, catalogue=tiny_catalogue)


def test_a_folder_without_weights_is_refused_by_saying_what_it_should_hold(
    tmp_path: Path, cache: Path
) -> None:
    with pytest.raises(ModelNotFound, match=r"expected config.json \+ model.safetensors"):
        resolve(str(tmp_path), cache=cache)
    with pytest.raises(ModelNotFound, match="there is no folder"):
        resolve(str(tmp_path / "nowhere"), cache=cache)


def test_a_sharded_model_needs_all_its_shards(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    index = b'{"weight_map": {"a": "model-00001-of-00002.safetensors",'
    tiny_files["model.safetensors.index.json"] = (
        index + b' "b": "model-00002-of-00002.safetensors"}}'
    )
    tiny_files["model-00001-of-00002.safetensors"] = tiny_files.pop("model.safetensors")
    folder = write(tmp_path / "sharded", tiny_files)
    with pytest.raises(ModelNotFound):
        resolve(str(folder), cache=cache)
    (folder / "model-00002-of-00002.safetensors").write_bytes(b"the rest")
    assert resolve(str(folder), cache=cache).format == "sharded"


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_the_fingerprint_changes_with_weights_tokenizer_and_pooling(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes], name: str
) -> None:
    tiny_files["1_Pooling/config.json"] = b'{"pooling_mode_mean_tokens": true}'
    folder = write(tmp_path / "mine", tiny_files)
    before = resolve(str(folder), cache=cache).fingerprint
    (folder / name).write_bytes(tiny_files[name] + b" ")
    assert resolve(str(folder), cache=cache).fingerprint != before


def test_the_fingerprint_is_the_same_for_every_copy_whatever_else_lies_beside_it(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    one = write(tmp_path / "one", tiny_files)
    two = write(tmp_path / "two", tiny_files | {"README.md": b"# Tiny", "vocab.txt": b"a"})
    first, second = (resolve(str(folder), cache=cache) for folder in (one, two))
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 16


def test_weights_are_hashed_once_and_again_only_when_they_change(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    folder = write(tmp_path / "mine", tiny_files)
    before = resolve(str(folder), cache=cache).fingerprint
    weights = folder / "model.safetensors"
    times = weights.stat()
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert resolve(str(folder), cache=cache).fingerprint == before  # nothing was read
    os.utime(weights)
    assert resolve(str(folder), cache=cache).fingerprint != before


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, tiny_files: dict[str, bytes]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    folder = write(tmp_path / "mine", tiny_files)
    assert resolve(str(folder), cache=in_the_way).fingerprint


def test_the_list_says_which_models_are_here(cache: Path, tiny_catalogue: Catalogue) -> None:
    (absent,) = list_models(cache, catalogue=tiny_catalogue)
    assert (absent.present, absent.path, absent.bytes) == (False, None, 1000)
    pulled = pull("tiny", cache=cache, catalogue=tiny_catalogue)
    (present,) = list_models(cache, catalogue=tiny_catalogue)
    assert (present.present, present.path) == (True, pulled.path)
    assert present.bytes == sum(path.stat().st_size for path in pulled.path.iterdir())
    assert (present.name, present.task, present.default) == ("tiny", "embed", True)


def test_resolving_loads_no_heavy_library(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    folder = write(tmp_path / "mine", tiny_files)
    code = (
        "import sys; from pathlib import Path; from memctx.models import resolve; "
        f"resolve({str(folder)!r}, cache=Path({str(cache)!r})); "
        "heavy = {'torch', 'transformers', 'numpy', 'httpx', 'filelock', 'gguf'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_weights_that_were_moved_keep_their_fingerprint(
    tmp_path: Path, cache: Path, tiny_files: dict[str, bytes]
) -> None:
    folder = write(tmp_path / "mine", tiny_files)
    before = resolve(str(folder), cache=cache).fingerprint
    shutil.move(folder, tmp_path / "moved")
    assert resolve(str(tmp_path / "moved"), cache=cache).fingerprint == before
