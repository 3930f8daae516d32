"""Getting a browser for the tests of the graph's page, on machines that have none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from .browser import HELP, PACKAGES, commands, find_browser, get_browser, shows_text


def test_a_browser_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("google-chrome", "chromium"):
        file = tmp_path / name
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert find_browser() == file


def test_playwrights_own_is_taken_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert find_browser() is None
    with sync_playwright() as playwright:
        file = Path(playwright.chromium.executable_path)
    file.parent.mkdir(parents=True)
    file.touch()
    assert find_browser() == file


def test_the_system_is_asked_first_where_it_may_be() -> None:
    first, *others = commands(root=True, sudo=False, apt=True)
    assert first[0] == ["apt-get", "update"]
    assert first[1][-len(PACKAGES) :] == list(PACKAGES)
    assert all("playwright" in command for way in others for command in way)
    with_sudo = commands(root=False, sudo=True, apt=True)[0]
    assert all(command[:2] == ["sudo", "-n"] for command in with_sudo)
    [[own]] = commands(root=False, sudo=False, apt=True)
    assert own[1:] == ["-m", "playwright", "install", "chromium"]


def test_one_way_after_the_other_is_tried() -> None:
    ways = [[["fails"], ["never"]], [["works"]], [["not needed"]]]
    ran: list[str] = []

    def run(command: Sequence[str]) -> bool:
        ran.append(command[0])
        return command[0] != "fails"

    def is_there() -> bool:
        return "works" in ran

    assert get_browser(is_there, ways, run)
    assert ran == ["fails", "works"]
    assert get_browser(is_there, ways, run), "what is there is not looked for again"
    assert ran == ["fails", "works"]
    assert not get_browser(lambda: False, ways, run)


def test_a_browser_that_does_not_start_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho 'no libnss3.so' >&2; exit 127\n")
    broken.chmod(0o755)
    assert not shows_text(broken)
    assert "does not start" in capsys.readouterr().err
    assert shows_text(find_browser())


def test_where_none_is_to_be_had_it_says_what_to_do(tmp_path: Path) -> None:
    # A user without rights, and no folder that a download could go to.
    (tmp_path / "file").touch()
    environment = os.environ | {
        "PATH": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "file" / "browsers"),
    }
    code = (
        "import os, runpy, sys; os.geteuid = lambda: 1000; "
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, Path(__file__).with_name("browser.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "+ " in done.stderr
    assert HELP in done.stderr
