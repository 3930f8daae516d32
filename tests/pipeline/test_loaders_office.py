from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import docx
import openpyxl
import pptx
import pytest

from memctx.pipeline.loaders import Limits
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


def saved(maker: Any) -> bytes:
    stream = io.BytesIO()
    maker.save(stream)
    return stream.getvalue()


def titles(document: Document) -> list[tuple[int, str]]:
    for heading in document.headings:
        assert document.text[heading.start :].startswith(heading.title)
    return [(heading.level, heading.title) for heading in document.headings]


def pages(document: Document) -> dict[int, str]:
    """What stands between one page's start and the next one's."""
    ends = [page.start for page in document.pages[1:]] + [len(document.text)]
    return {
        page.number: document.text[page.start : end].strip()
        for page, end in zip(document.pages, ends, strict=True)
    }


def tables(document: Document) -> list[tuple[str, str]]:
    """The header and the whole of each table."""
    return [
        (document.text[table.start : table.header_end], document.text[table.start : table.end])
        for table in document.tables
    ]


# --- Word -------------------------------------------------------------------------


@pytest.fixture
def word() -> Any:
    word = docx.Document()
    word.core_properties.author = "林清远"
    word.core_properties.modified = datetime(1932, 5, 1)
    word.add_heading("天文台史", 0)
    word.add_heading("The early years", 1)
    word.add_paragraph("It stands on a hill.\tNorth\nof the city.")
    table = word.add_table(2, 2)
    for cell, text in zip(table._cells, ["star", "亮度", "Vega", "0.03"], strict=True):
        cell.text = text
    word.add_heading("Stars", 2)
    word.add_paragraph("one", style="List Bullet")
    word.add_paragraph("最后一段。")
    return word


def test_docx_gives_its_blocks_in_document_order(load_file: LoadFile, word: Any) -> None:
    document = only(load_file("a.docx", saved(word)))
    assert document.text == (
        "天文台史\n\nThe early years\n\nIt stands on a hill.\tNorth\nof the city.\n\n"
        "star | 亮度\nVega | 0.03\n\nStars\n\none\n\n最后一段。"
    )
    assert titles(document) == [(1, "天文台史"), (1, "The early years"), (2, "Stars")]
    assert tables(document) == [("star | 亮度", "star | 亮度\nVega | 0.03")]
    assert document.title == "天文台史"
    assert document.metadata["author"] == "林清远"
    assert str(document.metadata["date"]).startswith("1932-05-01")


def test_docx_takes_the_title_that_its_properties_give(load_file: LoadFile, word: Any) -> None:
    word.core_properties.title = "A history"
    assert only(load_file("a.docx", saved(word))).title == "A history"


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
BOX = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent>"
            "</w:sdt>",
            "控件",
        ),
        (
            f"<w:p {W}><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>",
            "new",
        ),
        (f"<w:p {W}><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>", "link"),
        (
            f"<w:p {W} {MC}><w:r><w:t>around</w:t><mc:AlternateContent><mc:Choice>{BOX}</mc:Choice>"
            f"<mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "around\n\nin a box",
        ),
        (
            f'<w:p {W}><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Third</w:t></w:r></w:p>',
            "Third",
        ),
    ],
    ids=["content control", "tracked change", "link", "text box", "outline level"],
)
def test_docx_text_in_wrappers_is_found_once(load_file: LoadFile, xml: str, expected: str) -> None:
    word = docx.Document()
    word.element.body.insert(0, docx.oxml.parse_xml(xml))
    document = only(load_file("a.docx", saved(word)))
    assert document.text == expected
    assert titles(document) == ([(3, "Third")] if expected == "Third" else [])


def test_docx_tables_of_one_column_only_frame_their_text(load_file: LoadFile) -> None:
    word = docx.Document()
    word.add_table(1, 1).cell(0, 0).text = "framed"
    document = only(load_file("a.docx", saved(word)))
    assert (document.text, document.tables) == ("framed", ())


# --- PowerPoint -------------------------------------------------------------------


def test_pptx_gives_a_page_for_each_slide(load_file: LoadFile) -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "天文台"
    first.placeholders[1].text = "one\n二"
    first.notes_slide.notes_text_frame.text = "Speak slowly."
    deck.slides.add_slide(deck.slide_layouts[6])
    last = deck.slides.add_slide(deck.slide_layouts[6])
    group = last.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "grouped"
    table = last.shapes.add_table(2, 2, 0, 0, 9, 9).table
    for cell, text in zip(table.iter_cells(), ["star", "亮度", "Vega", "0.03"], strict=True):
        cell.text = text
    document = only(load_file("a.pptx", saved(deck)))
    assert pages(document) == {
        1: "天文台\n\none\n二\n\nSpeak slowly.",
        2: "",
        3: "grouped\n\nstar | 亮度\nVega | 0.03",
    }
    assert titles(document) == [(1, "天文台")]
    assert tables(document) == [("star | 亮度", "star | 亮度\nVega | 0.03")]
    assert document.title == "天文台"
    assert document.metadata["page_count"] == 3


# --- spreadsheets -----------------------------------------------------------------


def test_xlsx_gives_a_page_and_a_table_for_each_sheet(load_file: LoadFile) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "星表"
    sheet.append(["star", "seen", "亮度", "visible"])
    sheet.append(["天狼", datetime(1932, 5, 1), -1.46, True])
    sheet.append([None, None, None, None])
    sheet.append(["Vega", datetime(1932, 5, 1, 22, 30), 3.0, "a\nb"])
    book.create_sheet("Empty")
    book.create_sheet("Notes")["A1"] = "only this"
    document = only(load_file("a.xlsx", saved(book)))
    rows = (
        "star | seen | 亮度 | visible\n天狼 | 1932-05-01 | -1.46 | TRUE\n"
        "Vega | 1932-05-01 22:30:00 | 3 | a b"
    )
    assert pages(document) == {1: f"星表\n\n{rows}", 2: "", 3: "Notes\n\nonly this"}
    assert tables(document) == [(rows.split("\n")[0], rows), ("only this", "only this")]
    assert titles(document) == [(2, "星表"), (2, "Notes")]
    assert document.title == "a"
    assert document.metadata["sheets"] == ["星表", "Empty", "Notes"]


# --- books ------------------------------------------------------------------------

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>天文台史</dc:title>
<dc:creator>林清远</dc:creator><dc:creator>Ann Lee</dc:creator><dc:language>zh</dc:language>
</metadata><manifest><item id="one" href="text/ch%201.xhtml"/><item id="two" href="text/2.xhtml"/>
<item id="css" href="style.css"/></manifest>
<spine><itemref idref="two"/><itemref idref="one"/></spine></package>"""
CHAPTER = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>'
    "<title/></head><body><h1>{0}</h1><p>Text of {0}.</p></body></html>"
)
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": PACKAGE,
    "OPS/text/ch 1.xhtml": CHAPTER.format("第一章"),
    "OPS/text/2.xhtml": CHAPTER.format("Two"),
}


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_epub_gives_its_chapters_in_the_order_of_the_spine(load_file: LoadFile) -> None:
    document = only(load_file("a.epub", zipped(BOOK)))
    assert document.text == "Two\n\nText of Two.\n\n第一章\n\nText of 第一章."
    assert titles(document) == [(1, "Two"), (1, "第一章")]
    assert document.title == "天文台史"
    assert document.metadata == {"author": "林清远, Ann Lee", "language": "zh"}


def test_epub_chapters_that_are_missing_are_reported(load_file: LoadFile) -> None:
    files = {name: text for name, text in BOOK.items() if name != "OPS/text/2.xhtml"}
    skipped, document = load_file("a.epub", zipped(files))
    assert skipped == Skipped("a.epub/OPS/text/2.xhtml", "is missing from the book")
    assert isinstance(document, Document)
    assert document.text == "第一章\n\nText of 第一章."


def test_epub_chapters_under_copy_protection_are_reported(load_file: LoadFile) -> None:
    locked = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<CipherReference URI="OPS/text/2.xhtml"/><CipherReference URI="OPS/a.otf"/></encryption>'
    )
    skipped, document = load_file("a.epub", zipped({**BOOK, "META-INF/encryption.xml": locked}))
    assert skipped == Skipped("a.epub/OPS/text/2.xhtml", "is encrypted by copy protection")
    assert isinstance(document, Document)


# --- what is refused --------------------------------------------------------------


BOMB = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 20}">'
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}


def office_file(suffix: str) -> bytes:
    if suffix == "docx":
        word = docx.Document()
        word.add_paragraph("text")
        return saved(word)
    if suffix == "pptx":
        deck = pptx.Presentation()
        deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "text"
        return saved(deck)
    book = openpyxl.Workbook()
    book.active["A1"] = "text"
    return saved(book)


@pytest.mark.parametrize("suffix", PARTS)
def test_office_files_with_entity_bombs_never_unfold(load_file: LoadFile, suffix: str) -> None:
    files = unzipped(office_file(suffix))
    head, _, body = files[PARTS[suffix]].partition("?>")
    start = body if head.startswith("<?xml") else files[PARTS[suffix]]
    bombed = BOMB + "]>" + start.lstrip().replace(">text<", ">&h;<")
    bombed = bombed if "&h;" in bombed else bombed[::-1].replace("/<", "/<;h&", 1)[::-1]
    for item in load_file(f"a.{suffix}", zipped({**files, PARTS[suffix]: bombed})):
        assert isinstance(item, Skipped) or len(item.text) < 1_000


def unzipped(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


@pytest.mark.parametrize("suffix", PARTS)
def test_broken_office_files_are_skipped(load_file: LoadFile, suffix: str) -> None:
    whole = office_file(suffix)
    for broken in (whole[: len(whole) // 2], b"not a zip archive", zipped({"a.txt": "x"})):
        (skipped,) = load_file(f"a.{suffix}", broken)
        assert isinstance(skipped, Skipped)
        assert skipped.reason.startswith("is not a readable")
    parts = {name: text for name, text in unzipped(whole).items() if name != PARTS[suffix]}
    (skipped,) = load_file(f"a.{suffix}", zipped(parts))
    assert isinstance(skipped, Skipped)
    (skipped,) = load_file(f"a.{suffix}", zipped({**unzipped(whole), PARTS[suffix]: "<oops"}))
    assert isinstance(skipped, Skipped)
    assert load_file(f"a.{suffix}", b"") == [Skipped(f"a.{suffix}", "is empty")]


@pytest.mark.parametrize("suffix", PARTS)
def test_office_files_without_text_are_skipped_as_empty(load_file: LoadFile, suffix: str) -> None:
    makers = {"docx": docx.Document, "pptx": pptx.Presentation, "xlsx": openpyxl.Workbook}
    empty = saved(makers[suffix]())
    assert load_file(f"a.{suffix}", empty) == [Skipped(f"a.{suffix}", "is empty")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is an old Office file (before 2007); save it in the new format"),
        ("EncryptedPackage".encode("utf-16-le"), "is encrypted; save a copy without password"),
    ],
)
def test_old_and_encrypted_office_files_are_named_as_such(
    load_file: LoadFile, content: bytes, reason: str
) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + content
    assert load_file("a.docx", data) == [Skipped("a.docx", reason)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"META-INF/container.xml": ""}, "container.xml: is missing from the book"),
        ({"META-INF/container.xml": "<oops"}, "is not a readable epub: META-INF/container.xml"),
        ({"META-INF/container.xml": "<container/>"}, "is not a readable epub: its container names"),
        (
            {"OPS/book.opf": BOMB + "]><x>&h;</x>"},
            "is not a readable epub: OPS/book.opf: EntitiesForbidden",
        ),
        ({"OPS/book.opf": "<package/>"}, "is empty"),
    ],
)
def test_broken_books_are_skipped(
    load_file: LoadFile, changes: dict[str, str], reason: str
) -> None:
    files = {name: text for name, text in {**BOOK, **changes}.items() if text}
    (skipped,) = load_file("a.epub", zipped(files))
    assert isinstance(skipped, Skipped)
    assert reason in skipped.reason


def test_a_file_that_grew_past_the_limit_is_skipped(load_file: LoadFile) -> None:
    limits = Limits(file_bytes=1_000)
    (skipped,) = load_file("a.docx", office_file("docx"), limits)
    assert isinstance(skipped, Skipped)
    assert "over the limit of 1000 bytes a file" in skipped.reason


def test_docx_footnotes_follow_and_tables_of_contents_are_left_out(load_file: LoadFile) -> None:
    word = docx.Document()
    word.styles.add_style("toc 1", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    word.add_paragraph("Chapter ..... 3", style="toc 1")
    word.add_paragraph("Body.")
    note = "<w:footnote><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote>"
    part = docx.opc.part.Part(
        docx.opc.packuri.PackURI("/word/footnotes.xml"),
        docx.opc.constants.CONTENT_TYPE.WML_FOOTNOTES,
        f"<w:footnotes {W}>{note}</w:footnotes>".encode(),
        word.part.package,
    )
    word.part.relate_to(part, docx.opc.constants.RELATIONSHIP_TYPE.FOOTNOTES)
    assert only(load_file("a.docx", saved(word))).text == "Body.\n\n脚注"


def test_xlsx_without_styles_is_read_without_a_warning(load_file: LoadFile) -> None:
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    bare = f'<styleSheet xmlns="{sheet}"><cellXfs><xf/></cellXfs></styleSheet>'
    files = unzipped(office_file("xlsx"))
    document = only(load_file("a.xlsx", zipped({**files, "xl/styles.xml": bare})))
    assert document.text == "Sheet\n\ntext"
