"""Makes the files of a field folder: office formats from sources that a diff can show.

    python -m memctx.benchmarks.field.make fit_en TARGET

`NAME.docx.md` becomes NAME.docx, `NAME.xlsx.csv` NAME.xlsx (a line `### Sheet` begins a
sheet) and `NAME.pdf.txt` NAME.pdf (a line `---page---` begins a page); all else is copied.
Needs python-docx, openpyxl and reportlab.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FOLDERS = Path(__file__).parent
_RULER = re.compile(r"\|?[\s:|-]+\|[\s:|-]*")
_CJK = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_WIDTH = 92  # columns of a line on a PDF page; a wide character takes two


def make(name: str, target: Path) -> Path:
    """The documents of a field folder as people have them, below `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted((FOLDERS / name / "documents").iterdir()):
        writer = next((w for ending, w in _WRITERS.items() if source.name.endswith(ending)), None)
        if writer is None:
            shutil.copy(source, target / source.name)
        else:
            writer(source.read_text(encoding="utf-8"), target / source.stem)
    return target


def _docx(source: str, file: Path) -> None:
    from docx import Document

    document = Document()
    for kind, content in _blocks(source):
        if kind == "table":
            _docx_table(document, content)
        elif kind.startswith("#"):
            document.add_heading(content, len(kind))
        else:
            style = {"-": "List Bullet", "1": "List Number"}.get(kind)
            document.add_paragraph(content, style=style)
    document.save(str(file))


def _docx_table(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=False):
            cell.text = text


def _blocks(source: str) -> Iterator[tuple[str, Any]]:
    """Headings by their marks, entries by "-" or "1", tables, and paragraphs by ""."""
    rows: list[list[str]] = []
    for line in [*source.splitlines(), ""]:
        bare = line.strip()
        if bare.startswith("|"):
            if not _RULER.fullmatch(bare):
                rows.append([cell.strip() for cell in bare.strip("|").split("|")])
            continue
        if rows:
            yield "table", rows
            rows = []
        if heading := re.match(r"(#{1,6}) +(.+)", bare):
            yield heading[1], heading[2]
        elif entry := re.match(r"(?:([-*])|\d+[.)]) +(.+)", bare):
            yield "-" if entry[1] else "1", entry[2].replace("**", "")
        elif bare:
            yield "", bare.replace("**", "")


def _xlsx(source: str, file: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, text in _sheets(source):
        sheet = book.create_sheet(name[:31])
        for row in csv.reader(text.splitlines()):
            sheet.append([_value(cell) for cell in row])
    book.save(file)


def _sheets(source: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"^### *(.+)$", source, flags=re.MULTILINE)
    if parts[0].strip():
        yield "Sheet1", parts[0].strip()
    yield from zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True)


def _value(cell: str) -> str | int | float:
    bare = cell.strip()
    if re.fullmatch(r"-?(?:0|[1-9]\d*)", bare):
        return int(bare)
    return float(bare) if re.fullmatch(r"-?(?:0|[1-9]\d*)\.\d+", bare) else bare


def _pdf(source: str, file: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    font = "STSong-Light" if _CJK.search(source) else "Helvetica"
    if font != "Helvetica":
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    page = Canvas(str(file), invariant=True)
    for text in re.split(r"^---page---$", source, flags=re.MULTILINE):
        lines = [part for line in text.strip().splitlines() for part in _wrapped(line)]
        for start in range(0, max(len(lines), 1), 50):
            page.setFont(font, 10.5)
            for number, line in enumerate(lines[start : start + 50]):
                page.drawString(60, 780 - 14.5 * number, line)
            page.showPage()
    page.save()


def _wrapped(line: str) -> Iterator[str]:
    """A line, broken at spaces or, in Chinese, anywhere."""
    width, begun = 0, ""
    for piece in re.findall(
        r"[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+", line
    ):
        size = sum(2 if _CJK.match(c) else 1 for c in piece)
        if begun and width + size > _WIDTH:
            yield begun.rstrip()
            width, begun = 0, ""
        width, begun = width + size, begun + piece
    yield begun.rstrip()


_WRITERS: dict[str, Callable[[str, Path], None]] = {
    ".docx.md": _docx,
    ".xlsx.csv": _xlsx,
    ".pdf.txt": _pdf,
}


if __name__ == "__main__":
    print(make(sys.argv[1], Path(sys.argv[2])))
