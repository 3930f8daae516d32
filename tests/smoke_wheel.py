"""Builds the wheel and uses it from an empty folder: `make check` runs this.

The editable install sees every file; only this shows what users get.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "memctx/py.typed",
    "memctx/data/models.toml",
    "memctx/data/graph.html",
    "memctx/data/sample/queries.jsonl",
)
USE = """
import memctx, sys
assert memctx.__file__.startswith(sys.argv[1]), memctx.__file__
from memctx import Memory, HashingEmbedder
from memctx.models.catalogue import shipped_catalogue
shipped_catalogue()
with open("note.txt", "w") as note:
    note.write("The dome was completed in 1902.")
with Memory("memory", embedder=HashingEmbedder()) as memory:
    assert memory.ingest("note.txt").added == 1
    assert memory.search("dome")[0].document.key == "note.txt"
"""


def main() -> None:
    """Fails with an exception where the wheel is not whole."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(ROOT)], place)
        [wheel] = place.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise SystemExit(f"the wheel lacks {missing}")
        if any(name.startswith(("memctx/tests", "tests")) for name in names):
            raise SystemExit("the wheel holds tests")
        site = place / "site"
        run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", site, wheel], place)
        use = (
            f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv.append({str(site)!r})\n{USE}"
        )
        run([sys.executable, "-c", use], place)
    print("the wheel is whole")


def run(command: list[object], folder: Path) -> None:
    """Runs a command in `folder`; its output appears when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    main()
