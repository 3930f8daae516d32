"""The browser that the graph's page is tested in: `python tests/browser.py` sees that there is one.

It takes one that is there and shows text; else the system's packages, where it may install
them; else the browser that Playwright keeps for itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-liberation", "fonts-wqy-microhei")
"""The browser, and letters for it: a new system has none, least of all Chinese ones."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
</fontconfig>
"""

HELP = (
    "the graph's page is tested in a browser, and none was found that starts: install one with "
    f"`apt-get install -y {' '.join(PACKAGES)}` as root, or with "
    "`python -m playwright install --with-deps chromium`, or put Chrome on the PATH"
)

Run = Callable[[Sequence[str]], bool]


def find_browser() -> Path | None:
    """Chromium or Chrome from the PATH, else Playwright's own."""
    named = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(named) if named else playwright_browser()


def launch(playwright: Any, browser: Path, folder: Path) -> Any:
    """The browser, cut off from its maker's services, opened; its list of fonts is in `folder`.

    A text without any font is nowhere on a page, so that matplotlib's are lent to it.
    """
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(folder=font_folder()), encoding="utf-8")
    environment = os.environ | {"FONTCONFIG_FILE": str(config)}
    return playwright.chromium.launch(
        executable_path=browser, args=list(ARGUMENTS), env=dict(environment)
    )


def font_folder() -> Path:
    """Where matplotlib keeps its fonts; it is not imported, which would take long."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise SystemExit("matplotlib is missing: run `make install`")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def shows_text(browser: Path | None) -> bool:
    """Whether a browser starts, with the libraries that it needs, and shows what is written."""
    from playwright.sync_api import Error, sync_playwright

    if browser is None:
        return False
    try:
        with TemporaryDirectory() as folder, sync_playwright() as playwright:
            opened = launch(playwright, browser, Path(folder))
            page = opened.new_page()
            page.set_content("<p>Corrieholt</p>")
            shown: str = page.inner_text("p")
            opened.close()
    except Error as error:
        print(f"{browser} does not start: {error}", file=sys.stderr)
        return False
    return shown == "Corrieholt"


def playwright_browser() -> Path | None:
    """The browser that `playwright install` puts into the user's cache, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = Path(playwright.chromium.executable_path)
    return found if found.is_file() else None


def commands(*, root: bool, sudo: bool, apt: bool) -> list[list[list[str]]]:
    """Ways to get a browser, best first; the commands of one have all to succeed."""
    own = [sys.executable, "-m", "playwright", "install"]
    if not (root or sudo):
        return [[[*own, "chromium"]]]
    install = ["apt-get", "install", "-y", *PACKAGES]
    system = [["apt-get", "update"], ["env", "DEBIAN_FRONTEND=noninteractive", *install]]
    as_root = [] if root else ["sudo", "-n"]
    ways = [[[*as_root, *command] for command in system]] if apt else []
    return [*ways, [[*own, "--with-deps", "chromium"]], [[*own, "chromium"]]]


def get_browser(is_there: Callable[[], bool], ways: list[list[list[str]]], run: Run) -> bool:
    """Tries one way after the other until a browser is there."""
    return is_there() or any(all(map(run, way)) and is_there() for way in ways)


def succeeds(command: Sequence[str]) -> bool:
    """Runs a command for its effect; what it says goes to standard error."""
    print("+", *command, file=sys.stderr, flush=True)
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


def may_use_sudo() -> bool:
    """Whether commands may be run as root without asking for a password."""
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Fails with what to do where no browser is to be had."""
    root, apt = os.geteuid() == 0, shutil.which("apt-get") is not None
    ways = commands(root=root, sudo=not root and may_use_sudo(), apt=apt)
    if not get_browser(lambda: shows_text(find_browser()), ways, succeeds):
        raise SystemExit(HELP)


if __name__ == "__main__":
    main()
