"""A real browser for pages that must need nothing but themselves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("this test needs a browser: apt-get install -y chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    """A graph's page; its errors and any request to a network fail the test."""
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url) if _away(request) else None)
    page.goto(file.as_uri())
    page.wait_for_function("window.memctxGraph")
    yield page
    page.close()
    assert errors == []


def _away(request: Request) -> bool:
    return not request.url.startswith("file:")


def find(page: Page, name: str) -> None:
    """Types a name into the page's search, and Enter."""
    page.fill("#search", name)
    page.press("#search", "Enter")


def place_of(page: Page, name: str) -> tuple[float, float]:
    """Where an entity is on the screen."""
    point = page.evaluate(
        "name => memctxGraph.toScreen(memctxGraph.nodes.find(node => node.name === name))", name
    )
    return point["x"], point["y"]
