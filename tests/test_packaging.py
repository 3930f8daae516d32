"""What is installed: every package listed, every public name importable, nothing heavy early."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import memctx

ROOT = Path(__file__).parent.parent
NOT_SHIPPED = {"benchmarks", "build", "dist", "setup", "tests"}


def test_every_package_folder_is_listed_in_pyproject() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(config["tool"]["setuptools"]["packages"])
    inits = [ROOT / "__init__.py", *ROOT.glob("[a-z]*/**/__init__.py")]
    folders = {init.parent.relative_to(ROOT).parts for init in inits}
    found = {
        ".".join(("memctx", *parts))
        for parts in folders
        if not parts or parts[0] not in NOT_SHIPPED
    }
    assert found == listed


@pytest.mark.parametrize("name", memctx.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(memctx, name) is not None


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        memctx.nonsense  # noqa: B018


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys, memctx.cli; "
        "print([m for m in ('torch', 'faiss', 'transformers', 'spacy', 'sqlalchemy', 'numpy') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_search_loads_no_transformers() -> None:
    code = (
        "import sys, memctx.api, memctx.memory.bert, memctx.memory.embedder; "
        "print([m for m in ('transformers', 'sentence_transformers', 'spacy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_examples_in_docstrings_run() -> None:
    for module in pkgutil.walk_packages(memctx.__path__, "memctx."):
        parts = module.name.split(".")
        if parts[1] in NOT_SHIPPED:
            continue
        assert doctest.testmod(importlib.import_module(module.name)).failed == 0
