from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from memctx.pipeline.loaders import Source, load
from memctx.pipeline.loaders.pdf import reflow
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


def make_pdf(
    pages: Sequence[Sequence[str]], *, info: str = "", trailer: str = "", outline: str = ""
) -> bytes:
    """A PDF of those lines, in a Chinese font that every reader has the metrics of."""
    kids = " ".join(f"{number} 0 R" for number in range(8, 8 + 2 * len(pages), 2))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {'/Outlines 6 0 R' if outline else ''} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
        " /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500]"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        f"<< {info} >>",
        "<< /Type /Outlines /First 7 0 R /Last 7 0 R >>",
        f"<< {outline or '/Title (none)'} /Parent 6 0 R >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 50 780 Td {shown} ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {9 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    return _file(objects, trailer)


def _file(objects: Sequence[str], trailer: str) -> bytes:
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    return (
        f"{out}xref\n0 {count}\n0000000000 65535 f \n{table}trailer << /Size {count}"
        f" /Root 1 0 R /Info 5 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode()


PAGES = [
    [
        "Observatory history",
        "The first director, Lin Qingyuan, served for twelve years and observed exam-",
        "ined eclipses.",
    ],
    ["第二章", "玄武湖天文台由林清远于一九三二年创建。台址位于", "南京城东北。"],
]


def test_a_pdf_on_standard_input_is_read_as_one() -> None:
    data = make_pdf([["天文台", "The dome"]])
    document = only(list(load(Source("stdin", "-", None, len(data), 0, data))))
    assert "天文台" in document.text
    assert "endobj" not in document.text
    assert len(document.pages) == 1


def test_pdf_pages_are_marked_and_their_lines_joined(load_file: LoadFile) -> None:
    document = only(load_file("a.pdf", make_pdf(PAGES)))
    first = (
        "Observatory history\nThe first director, Lin Qingyuan, served for twelve years and "
        "observed examined eclipses."
    )
    second = "第二章\n玄武湖天文台由林清远于一九三二年创建。台址位于南京城东北。"
    assert document.text == f"{first}\n\n{second}"
    assert [(page.start, page.number) for page in document.pages] == [(0, 1), (len(first) + 2, 2)]
    assert document.title == "a"


def test_pdf_metadata_gives_title_author_and_date(load_file: LoadFile) -> None:
    info = "/Title <FEFF5929658753F0> /Author (Lin) /CreationDate (D:19320501120000+08'00')"
    document = only(load_file("a.pdf", make_pdf(PAGES, info=info)))
    assert document.title == "天文台"
    assert document.metadata == {"author": "Lin", "date": "1932-05-01", "page_count": 2}


def test_pdf_bookmarks_become_headings_where_their_title_stands(load_file: LoadFile) -> None:
    outline = "/Title <FEFF7B2C4E8C7AE0> /Dest [10 0 R /Fit]"
    document = only(load_file("a.pdf", make_pdf(PAGES, outline=outline)))
    (heading,) = document.headings
    assert (heading.level, heading.title) == (1, "第二章")
    assert document.text[heading.start :].startswith("第二章\n")


def test_pages_without_text_are_named(load_file: LoadFile) -> None:
    document = only(load_file("a.pdf", make_pdf([["one"], [], ["three"], []])))
    assert document.metadata["pages_without_text"] == [2, 4]
    assert [page.start for page in document.pages] == [0, 5, 5, 10]


def test_a_scan_is_skipped_with_advice(load_file: LoadFile) -> None:
    assert load_file("a.pdf", make_pdf([[], []])) == [
        Skipped("a.pdf", "has no text layer; run OCR first")
    ]


def test_an_encrypted_pdf_is_skipped_with_advice(load_file: LoadFile) -> None:
    key = "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{1}> >>"
    locked = make_pdf(PAGES, trailer=key.format("11" * 32, "22" * 32))
    assert load_file("a.pdf", locked) == [
        Skipped("a.pdf", "is encrypted; save a copy without password")
    ]


@pytest.mark.parametrize("data", [make_pdf(PAGES)[:200], b"%PDF-1.4 junk", b"no PDF at all", b""])
def test_a_broken_pdf_is_skipped(load_file: LoadFile, data: bytes) -> None:
    (skipped,) = load_file("a.pdf", data)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("is not a readable PDF: ") or skipped.reason == "is empty"


def test_pdfs_load_in_several_threads(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(PAGES * 5))
    source = Source("a.pdf", str(tmp_path), path, 1, 1)
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: only(list(load(source))), range(12)))
    assert all(document == loaded[0] for document in loaded)


def test_lines_are_joined_only_where_the_width_broke_them() -> None:
    prose = "These words run on to the very edge of the page and then"
    assert reflow(f"{prose}\r\nthey go on.") == f"{prose} they go on."
    assert reflow(f"{prose}.\r\nThe next sentence.") == f"{prose}.\nThe next sentence."
    assert reflow(f"{prose}\r\n- an entry") == f"{prose}\n- an entry"
    assert reflow(f"A title\r\n{prose}") == f"A title\n{prose}"
    assert reflow("a 1\r\nb 2\r\nc 3") == "a 1\nb 2\nc 3"


def test_lookalike_characters_become_the_ones_that_are_searched_for() -> None:
    assert reflow("\u2f42\u2f93 \ufb01nd") == "文角 find"
