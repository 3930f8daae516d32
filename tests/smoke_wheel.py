"""Builds the wheel and uses it from an empty folder: `make check` runs this.

The editable install sees every file; only this shows what users get. And what users of an
editable install get: one in an environment of its own, whose types mypy finds.
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

SCRIPT = """
from memctx import Memory
answer = Memory().ask("Who founded the observatory?")
reveal_type(answer)
reveal_type(answer.text)
"""
REVEALED = ('"memctx.records.Answer"', '"str"')


def main() -> None:
    """Fails with an exception where a wheel is not whole, or an editable install has no types."""
    check_wheel()
    check_editable()


def check_editable() -> None:
    """Installs the root as `pip install -e` does, and has mypy look at a script that uses it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        run([sys.executable, "-m", "venv", place / "env"], place)
        python = place / "env" / "bin" / "python"
        run([python, "-m", "pip", "install", "-q", "--no-deps", "-e", ROOT], place)
        (place / "script.py").write_text(SCRIPT, encoding="utf-8")
        mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python]
        said = run([*mypy, "script.py"], place)
        missing = [word for word in REVEALED if f"Revealed type is {word}" not in said]
        if missing:
            raise SystemExit(f"mypy should find {missing} in an editable install, it says:\n{said}")
    print("the editable install has types")


def check_wheel() -> None:
    """Builds the wheel, looks into it, and uses it from elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(ROOT)], place)
        [wheel] = place.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise SystemExit(f"the wheel lacks {missing}")
        wrong = ("memctx/tests", "tests", "memctx/setup.py", "memctx/.typing", ".typing")
        if any(name.startswith(wrong) for name in names):
            raise SystemExit("the wheel holds tests, or what builds it")
        site = place / "site"
        run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", site, wheel], place)
        use = (
            f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv.append({str(site)!r})\n{USE}"
        )
        run([sys.executable, "-c", use], place)
    print("the wheel is whole")


def run(command: list[object], folder: Path) -> str:
    """What a command in `folder` says; all of its output appears when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
