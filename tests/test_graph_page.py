"""The graph's page in a browser: it draws, and can be searched, clicked, dragged and filtered.

With `MEMCTX_SCREENSHOT=FILE.png` the last test keeps a picture of the sample's graph.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from memctx import HashingEmbedder, Memory

from .browser import HELP, find_browser, launch

DOCUMENTS = Path(__file__).parent.parent / "data" / "sample" / "documents"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample corpus."""
    folder = tmp_path_factory.mktemp("page")
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(DOCUMENTS)
        memory.export_graph(folder / "graph.html")
    return folder / "graph.html"


@pytest.fixture(scope="module")
def page(exported: Path) -> Iterator[Page]:
    """The page in headless Chromium, cut off from any network; its errors fail the tests."""
    chromium = find_browser()
    if chromium is None:
        pytest.fail(HELP, pytrace=False)
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium, exported.parent)
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("request", lambda request: errors.append(request.url) if _away(request) else None)
        opened.goto(exported.as_uri())
        opened.wait_for_function("window.memctxGraph")
        yield opened
        browser.close()
    assert errors == []


def _away(request: Any) -> bool:
    return not str(request.url).startswith("file:")


def place_of(page: Page, name: str) -> tuple[float, float]:
    """Where an entity is on the screen."""
    point = page.evaluate(
        "name => memctxGraph.toScreen(memctxGraph.nodes.find(node => node.name === name))", name
    )
    return point["x"], point["y"]


def find(page: Page, name: str) -> None:
    page.fill("#search", name)
    page.press("#search", "Enter")


def test_the_page_draws_entities_and_counts_them(page: Page) -> None:
    assert "entities" in page.inner_text("#counts")
    drawn = page.evaluate(
        "() => { const c = document.getElementById('canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 200; return n; }"
    )
    assert drawn > 5000


def test_a_search_shows_an_entity_with_facts_and_sources(page: Page) -> None:
    find(page, "tillwyn")
    assert page.inner_text("#panel h2") == "Tillwyn"
    panel = page.inner_text("#panel")
    assert "history.md" in panel
    assert "FACTS" in panel.upper()


def test_chinese_names_are_found_too(page: Page) -> None:
    find(page, "邬静澜")
    assert page.inner_text("#panel h2") == "邬静澜"
    assert "wu-jinglan.md" in page.inner_text("#panel")


def test_what_is_not_there_is_said(page: Page) -> None:
    page.fill("#search", "zzyzx")
    assert "nothing of that name" in page.inner_text("#found")


def test_escape_closes_and_a_click_on_an_entity_opens(page: Page) -> None:
    find(page, "corrieholt")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    page.mouse.click(*place_of(page, "Corrieholt"))
    assert page.inner_text("#panel h2") == "Corrieholt"


def test_an_entity_can_be_dragged(page: Page) -> None:
    find(page, "corrieholt")
    x, y = place_of(page, "Corrieholt")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 60, steps=5)
    held = place_of(page, "Corrieholt")
    page.mouse.up()
    assert held == pytest.approx((x + 120, y + 60), abs=2)


def test_the_background_moves_everything_and_the_wheel_zooms(page: Page) -> None:
    # Entities may still be finding their places: what is moved is the plane that they lie on.
    def plane() -> tuple[float, float, float]:
        x, y, zoom = page.evaluate("() => [panX, panY, zoom]")
        return x, y, zoom

    empty = page.evaluate("() => { for (let x = 400; ; x += 20) if (!at(x, 20)) return x; }")
    x, y, zoom = plane()
    page.mouse.move(empty, 20)
    page.mouse.down()
    page.mouse.move(empty + 40, 50, steps=3)
    page.mouse.up()
    assert plane() == pytest.approx((x + 40, y + 30, zoom))
    page.mouse.wheel(0, -400)
    page.wait_for_function("before => zoom > before", arg=zoom)


def test_kinds_can_be_hidden(page: Page) -> None:
    button = page.locator("#legend button", has_text="person")
    button.click()
    assert page.locator("#legend button[aria-pressed=false]").count() == 1
    page.locator("#legend button", has_text="person").click()
    assert page.locator("#legend button[aria-pressed=false]").count() == 0


def test_a_picture_is_kept_when_asked_for(page: Page, exported: Path, tmp_path: Path) -> None:
    page.goto(exported.as_uri())
    page.wait_for_function("window.memctxGraph")
    find(page, "caspar wendelow")
    page.fill("#search", "wendelow")
    page.wait_for_timeout(600)
    file = Path(os.environ.get("MEMCTX_SCREENSHOT") or tmp_path / "graph.png")
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
    assert file.read_bytes().startswith(b"\x89PNG")
