"""Writes the sample corpus's PDF report: a text layer in Helvetica, and no more.

It embeds no fonts, so it knows Latin characters only. It breaks lines by counting
characters, which is near enough for one report, and it draws no pictures.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from .sample_source import blocks, cells, is_table

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 595, 842, 72
TAB_STOPS = (MARGIN, 200, 400)
"""Where the cells of a table row begin, in points from the left edge."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set; sizes and distances are points, `width` characters."""

    font: str
    size: float
    width: int
    leading: float
    before: float


TITLE = Style(font="F2", size=17, width=46, leading=22, before=0)
HEADING = Style(font="F2", size=12, width=70, leading=16, before=14)
BODY = Style(font="F1", size=10.5, width=86, leading=15, before=8)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: what is set where, and how far below the last one."""

    style: Style
    placed: tuple[tuple[float, str], ...]
    drop: float


def pdf(source: str) -> bytes:
    """A paged report in Helvetica with a text layer; Latin characters only."""
    pages = list(_pages(source))
    title = source.partition("\n")[0].lstrip("# ")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids "
        f"[{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        f"<< /Title {_pdf_string(title)} /CreationDate (D:20240101000000Z) >>",
    ]
    for number, page in enumerate(pages, start=1):
        content = _page_content(page, f"Page {number} of {len(pages)}")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> "
            f"/MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Contents {len(objects) + 2} 0 R >>"
        )
        length = len(content.encode("cp1252"))
        objects.append(f"<< /Length {length} >>\nstream\n{content}\nendstream")
    return _pdf_file(objects)


def _font(name: str) -> str:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"


def _pdf_string(text: str) -> str:
    return "(" + re.sub(r"([\\()])", r"\\\1", text) + ")"


def _lines(source: str) -> Iterator[Line]:
    for block in blocks(source):
        if is_table(block):
            for n, row in enumerate(block):
                drop = BODY.leading + (BODY.before if n == 0 else 0)
                yield Line(BODY, tuple(zip(TAB_STOPS, cells(row), strict=True)), drop)
            continue
        text = " ".join(block)
        level = len(text) - len(text.lstrip("#"))
        style = (BODY, TITLE, HEADING)[level]
        wrapped = textwrap.wrap(text.lstrip("# "), style.width, break_on_hyphens=False)
        for n, line in enumerate(wrapped):
            drop = style.leading + (style.before if n == 0 else 0)
            yield Line(style, ((MARGIN, line),), drop)


def _pages(source: str) -> Iterator[list[tuple[float, Line]]]:
    """Pages of (height above the lower edge, line); a heading is never left behind."""
    page: list[tuple[float, Line]] = []
    y = float(PAGE_HEIGHT - MARGIN)
    for line in _lines(source):
        room = MARGIN + (3 * BODY.leading if line.style is HEADING else 0)
        if y - line.drop < room:
            yield page
            page, y = [], float(PAGE_HEIGHT - MARGIN)
        y -= line.drop
        page.append((y, line))
    yield page


def _page_content(page: list[tuple[float, Line]], footer: str) -> str:
    shown = [
        f"/{line.style.font} {line.style.size} Tf 1 0 0 1 {x} {y} Tm {_pdf_string(text)} Tj"
        for y, line in page
        for x, text in line.placed
        if text
    ]
    shown.append(f"/F1 9 Tf 1 0 0 1 {PAGE_WIDTH // 2 - 24} 40 Tm {_pdf_string(footer)} Tj")
    return "BT\n" + "\n".join(shown) + "\nET"


def _pdf_file(objects: list[str]) -> bytes:
    """Numbers the objects from 1 and adds the table of their places in the file."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\n".encode()
    return bytes(out) + f"startxref\n{table}\n%%EOF\n".encode()
