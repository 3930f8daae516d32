"""The graph's page, opened in a real browser: it must need nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from .browser import HELP, find_browser, launch


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    found = find_browser()
    if found is None:
        pytest.fail(HELP, pytrace=False)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright, found, Path(folder))
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
