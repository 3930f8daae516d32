from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

AsNobody = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def as_nobody() -> AsNobody:
    """Root may read and write everything: steps down from it, where tests run as root."""

    @contextmanager
    def stepped_down() -> Iterator[None]:
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(was)

    return stepped_down


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A new folder that every user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
