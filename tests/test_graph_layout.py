"""The page's layout: no graph makes it run away, whatever its shape; a large folder stays readable.

With `MEMCTX_SCREENSHOT_LARGE=FILE.png` the page of the large folder is kept as a picture.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from memctx import HashingEmbedder, Memory

from .pages import chromium, find, opened, place_of

DATA = Path(__file__).parent.parent / "data"
SANE = 3000  # how far from the middle anything may stand, in its own units

SHAPES: dict[str, tuple[int, list[tuple[int, int]]]] = {
    "one": (1, []),
    "no_links": (80, []),
    "two_joined_twice": (2, [(0, 1), (1, 0)]),
    "star": (501, [(0, leaf) for leaf in range(1, 501)]),
    "two_hubs": (182, [(hub, leaf) for hub in (0, 1) for leaf in range(2, 182)]),
    "clique": (60, list(combinations(range(60), 2))),
    "chain": (300, list(pairwise(range(300)))),
    "many": (2000, [(node // 3, node) for node in range(1, 2000)]),
    "pieces": (90, [(3 * n, 3 * n + end) for n in range(30) for end in (1, 2)]),
}

PLACED = """([count, links]) => {
  const nodes = Array.from({ length: count }, () => ({ r: 4 + count % 9 }));
  memctxGraph.layout(nodes, links.map(([a, b]) => ({ a: nodes[a], b: nodes[b] }))).settle();
  return nodes.map(node => [node.x, node.y]);
}"""


def written(file: Path, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Path:
    """A page of any nodes and edges."""
    page = (DATA / "graph.html").read_text(encoding="utf-8")
    layout = (DATA / "graph_layout.js").read_text(encoding="utf-8")
    content = {"nodes": nodes, "edges": edges, "left_out": 0, "documents": 1}
    page = page.replace("__MEMCTX_LAYOUT__", layout).replace(
        "__MEMCTX_GRAPH__", json.dumps(content)
    )
    file.write_text(page, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def empty(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page without any entity; it opens all the same."""
    with opened(browser, written(tmp_path_factory.mktemp("empty") / "graph.html", [], [])) as page:
        yield page


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_graph_stays_in_a_sane_box(empty: Page, shape: str) -> None:
    places = empty.evaluate(PLACED, SHAPES[shape])
    assert all(isinstance(value, int | float) for place in places for value in place)
    assert max(abs(value) for place in places for value in place) < SANE
    assert len({tuple(place) for place in places}) == len(places)


@pytest.mark.parametrize("shape", [name for name in SHAPES if SHAPES[name][0] > 2])
def test_no_shape_falls_into_a_line(empty: Page, shape: str) -> None:
    wide, high = extents(empty.evaluate(PLACED, SHAPES[shape]))
    assert 1 / 4 < wide / high < 4
    assert min(wide, high) > 10 * SHAPES[shape][0] ** 0.5


def test_a_layout_is_the_same_every_time(empty: Page) -> None:
    assert empty.evaluate(PLACED, SHAPES["pieces"]) == empty.evaluate(PLACED, SHAPES["pieces"])


def test_entities_in_one_place_part(empty: Page) -> None:
    places = empty.evaluate(
        """() => {
          const nodes = Array.from({ length: 50 }, () => ({ r: 5 }));
          const layout = memctxGraph.layout(nodes, nodes.slice(1).map(b => ({ a: nodes[0], b })));
          for (const node of nodes) node.x = node.y = 0;
          for (let i = 0; i < 300; i++) layout.step(1 - i / 300);
          return nodes.map(node => [node.x, node.y]);
        }"""
    )
    assert min(apart(one, other) for one, other in combinations(places, 2)) > 5
    assert max(abs(value) for place in places for value in place) < SANE


def test_pieces_that_nothing_joins_stay_near_one_another(empty: Page) -> None:
    places = empty.evaluate(PLACED, SHAPES["pieces"])
    for place in places:
        assert sorted(apart(place, other) for other in places)[4] < 250


def test_a_page_of_one_entity_shows_it_in_the_middle(browser: Browser, tmp_path: Path) -> None:
    node = {"id": 1, "name": "Ada Moss", "kind": "person", "names": ["Ada Moss"]}
    node |= {"passages": 1, "documents": ["a.txt"], "facts": []}
    with opened(browser, written(tmp_path / "graph.html", [node], [])) as page:
        x, y = place_of(page, "Ada Moss")
        assert "1 entity, 0 links, 1 document" in page.inner_text("#counts")
    assert 400 < x < 1000
    assert 200 < y < 700


# --- a folder of three hundred documents ------------------------------------------------

FIRST = ("Anna", "Boris", "Clara", "David", "Edith", "Frank", "Greta", "Henry", "Irene", "Jonas")
LAST = [
    start + end
    for start in ("Vell", "Mars", "Quill", "Tarr", "Osk", "Pen")
    for end in ("ow", "den", "rith", "ock", "ley")
]
TOWNS = ("Norwick", "Eastlow", "Sandrey", "Millport", "Oakhaven", "Redcliffe", "Stonebury")
FIRMS = ("Calder Shipping", "Norwick Glass Company", "Tarrant Brothers", "Eastlow Bank")
CHINESE = ("林晓梅", "陈建国", "王立群", "赵明远", "孙文静")
HUB = "Harland Institute"
CODES = "Kvt 00{0:03} Lrn 00077 Bzt 6633 Qmt 6602 V:\\OUT\\F{0:03}.XXX F{0:03}"


def document(n: int) -> str:
    """One of the three hundred: a person, and what the folder has most of."""
    person = f"{FIRST[n % 10]} {LAST[n // 10]}"
    town, firm = TOWNS[n % 7], FIRMS[n % 4]
    if n % 15 == 0:
        name = CHINESE[n // 15 % 5]
        return f"{name}出生于上海。{name}毕业于北京大学。{name}在南京工作。"
    if n % 3 == 1:
        told = f"{person} worked at the {HUB} in {town}. {person} was born in {town}."
    else:
        told = f"{person} founded a branch of {firm} in {town}. {person} met {FIRST[n % 7]} Hollis."
    furniture = "The report lists the costs. The committee read the report. The list is long."
    return f"{told}\n\n{furniture}\n\n{CODES.format(n)}\n"


@pytest.fixture(scope="module")
def large(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of the large folder."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "documents").mkdir()
    for n in range(300):
        (folder / "documents" / f"{n:03}.txt").write_text(document(n), encoding="utf-8")
    with Memory(folder / "memory", embedder=HashingEmbedder()) as memory:
        memory.ingest(folder / "documents")
        memory.export_graph(folder / "graph.html")
    with opened(browser, folder / "graph.html") as page:
        yield page


def test_a_hub_of_ninety_links_stands_among_its_neighbours(large: Page) -> None:
    places = large.evaluate("() => memctxGraph.nodes.map(node => [node.x, node.y])")
    links = large.evaluate("() => Math.max(...memctxGraph.nodes.map(node => node.near.size))")
    assert links >= 60
    assert max(abs(value) for place in places for value in place) < SANE
    wide, high = extents(places)
    assert 1 / 4 < wide / high < 4


def test_all_is_in_view_and_spread_over_it(large: Page) -> None:
    points = large.evaluate("() => memctxGraph.nodes.map(memctxGraph.toScreen)")
    xs, ys = [point["x"] for point in points], [point["y"] for point in points]
    assert min(xs) > 0
    assert max(xs) < 1440
    assert min(ys) > 0
    assert max(ys) < 900
    assert max(xs) - min(xs) > 500
    assert max(ys) - min(ys) > 500


def test_no_label_covers_another(large: Page) -> None:
    large.wait_for_function("() => memctxGraph.labels().length")
    labels = large.evaluate("() => memctxGraph.labels().map(({ box }) => box)")
    assert len(labels) > 30
    for one, other in combinations(labels, 2):
        assert not (
            one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        )


def test_names_are_shown_and_neither_common_words_nor_codes(large: Page) -> None:
    names = set(large.evaluate("() => memctxGraph.nodes.map(node => node.name)"))
    assert {HUB, "Calder Shipping", "Norwick", "林晓梅"} <= names
    folded = {name.casefold() for name in names}
    assert not folded & {"report", "list", "costs", "committee", "the report"}
    assert not [name for name in names for code in ("Kvt", "Lrn", "Bzt", "Qmt") if code in name]


def test_a_search_for_the_hub_centres_it(large: Page) -> None:
    find(large, "harland")
    assert large.inner_text("#panel h2") == HUB
    left, right, top, bottom = large.evaluate("() => free(true)")
    middle = (left + right) / 2, (top + bottom) / 2
    assert place_of(large, HUB) == pytest.approx(middle, abs=1)
    large.keyboard.press("Escape")


def test_a_picture_of_it_is_kept_when_asked_for(large: Page, tmp_path: Path) -> None:
    large.wait_for_timeout(300)
    file = Path(os.environ.get("MEMCTX_SCREENSHOT_LARGE") or tmp_path / "large.png")
    large.screenshot(path=file)
    assert file.read_bytes().startswith(b"\x89PNG")


def apart(one: list[float], other: list[float]) -> float:
    """The distance of two places."""
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def extents(places: list[list[float]]) -> tuple[float, float]:
    """How wide and how high places lie."""
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return max(xs) - min(xs), max(ys) - min(ys)
