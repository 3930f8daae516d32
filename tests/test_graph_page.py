"""The graph's page in a browser: it draws, and can be searched, clicked, dragged and filtered.

With `MEMCTX_SCREENSHOT=FILE.png` the last test keeps a picture of the sample's graph.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from memctx import HashingEmbedder, Memory

from .pages import chromium, find, opened, place_of

DOCUMENTS = Path(__file__).parent.parent / "data" / "sample" / "documents"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample corpus."""
    folder = tmp_path_factory.mktemp("page")
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(DOCUMENTS)
        memory.export_graph(folder / "graph.html")
    return folder / "graph.html"


@pytest.fixture(scope="module")
def page(browser: Browser, exported: Path) -> Iterator[Page]:
    with opened(browser, exported) as page:
        yield page


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
    assert "memctx graph entity NAME" in page.inner_text("#found")


def test_a_slip_of_the_pen_is_answered_with_names_that_come_near(page: Page) -> None:
    page.fill("#search", "corieholt")
    assert "did you mean" in page.inner_text("#found")
    page.get_by_role("button", name="Corrieholt", exact=True).click()
    assert page.inner_text("#panel h2") == "Corrieholt"


def test_enter_goes_from_hit_to_hit_and_around(page: Page) -> None:
    page.fill("#search", "wendelow")
    count = page.evaluate("() => hits.length")
    names = []
    for _ in range(count + 1):
        page.press("#search", "Enter")
        names.append(page.inner_text("#panel h2"))
        assert page.inner_text("#found [aria-current]") == names[-1]
    assert len(set(names)) > 2
    assert names[-1] == names[0]
    assert f"1 of {count} found" in page.inner_text("#found")
    page.press("#search", "Shift+Enter")
    assert page.inner_text("#panel h2") == names[-2]


def test_typing_brings_the_best_hit_to_the_middle_with_its_neighbours(page: Page) -> None:
    page.keyboard.press("Escape")
    page.fill("#search", "caspar wendelow")
    x, y = place_of(page, "Caspar Wendelow")
    left, right, top, bottom = page.evaluate("() => free(true)")
    assert (x, y) == pytest.approx(((left + right) / 2, (top + bottom) / 2), abs=1)
    page.wait_for_function("() => labels.length")
    labelled = page.evaluate("() => memctxGraph.labels().filter(l => l.node).map(l => l.node.name)")
    near = page.evaluate("() => [...hits, ...hits[0].near.keys()].map(node => node.name)")
    assert labelled[0] == "Caspar Wendelow"
    assert len(labelled) > 2
    assert set(labelled) <= set(near)


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
    page.fill("#search", "wendelow")
    while page.locator("#panel h2").all_inner_texts() != ["Caspar Wendelow"]:
        page.press("#search", "Enter")
    page.wait_for_timeout(600)
    file = Path(os.environ.get("MEMCTX_SCREENSHOT") or tmp_path / "graph.png")
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
    assert file.read_bytes().startswith(b"\x89PNG")
