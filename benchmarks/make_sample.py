"""Makes the files of the sample corpus that no text editor writes.

The pages of `data/sample/documents` that are PDF, Word, Excel, mail or GB18030
are kept here as plain UTF-8 in `benchmarks/sample/`, where a change can be read
in a diff, and are written from there:

    python -m memctx.benchmarks.make_sample [FOLDER]

The same sources give the same bytes on every machine: dates are fixed and zip
archives are stored uncompressed. This module needs the standard library only,
and knows no more of each format than these few documents ask for.
"""

from __future__ import annotations

import base64
import io
import quopri
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from .sample_pdf import pdf
from .sample_source import blocks, cells, is_table

SOURCES = Path(__file__).parent / "sample"
TARGET = Path(__file__).parents[1] / "data" / "sample" / "documents"

XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org"
CONTENT = "application/vnd.openxmlformats-officedocument"


# --- text in another encoding, and mail ---------------------------------------


def gb18030(source: str) -> bytes:
    """`source` in GB18030, the encoding of many older Chinese files."""
    return source.encode("gb18030")


def mail(source: str) -> bytes:
    """An RFC 5322 message: headers, a blank line and a quoted-printable body."""
    headers, _, body = source.partition("\n\n")
    lines = [re.sub(r"[^\x00-\x7f]+", _encoded_word, line) for line in headers.split("\n")]
    lines += [
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
    ]
    return "\n".join(lines).encode("ascii") + b"\n\n" + quopri.encodestring(body.encode())


def _encoded_word(match: re.Match[str]) -> str:
    return f"=?utf-8?b?{base64.b64encode(match[0].encode()).decode()}?="


# --- Word and Excel -----------------------------------------------------------


def _archive(parts: dict[str, str]) -> bytes:
    """A zip archive of XML parts, uncompressed and dated 1 January 1980."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, xml in parts.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3  # else it would tell which system wrote it
            archive.writestr(info, XML_HEAD + xml)
    return buffer.getvalue()


def _content_types(overrides: dict[str, str]) -> str:
    listed = "".join(
        f'<Override PartName="/{part}" ContentType="{CONTENT}.{kind}+xml"/>'
        for part, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relations(targets: dict[str, str]) -> str:
    """Relationships rId1, rId2, ... from each target to its kind."""
    base = f"{OFFICE}/officeDocument/2006/relationships"
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{base}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate(targets.items(), start=1)
    )
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{listed}</Relationships>'


def docx(source: str) -> bytes:
    """A letter: paragraphs, tables, and line breaks inside a paragraph."""
    body = "".join(_table(b) if is_table(b) else _paragraph(b) for b in blocks(source))
    document = (
        f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main">'
        f'<w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body>'
        "</w:document>"
    )
    return _archive(
        {
            "[Content_Types].xml": _content_types(
                {"word/document.xml": "wordprocessingml.document.main"}
            ),
            "_rels/.rels": _relations({"word/document.xml": "officeDocument"}),
            "word/document.xml": document,
        }
    )


def _paragraph(lines: list[str]) -> str:
    runs = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    spacing = '<w:pPr><w:spacing w:after="160"/></w:pPr>'
    return f"<w:p>{spacing}<w:r>{'<w:br/>'.join(runs)}</w:r></w:p>"


def _table(lines: list[str]) -> str:
    rows = [cells(line) for line in lines]
    made = "".join(
        f"<w:tr>{''.join(f'<w:tc>{_paragraph([cell])}</w:tc>' for cell in row)}</w:tr>"
        for row in rows
    )
    grid = '<w:gridCol w:w="3000"/>' * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{made}</w:tbl>"


def xlsx(source: str) -> bytes:
    """A workbook: each "# Name" begins a sheet; "=SUM n" sums the column above to n."""
    sheets = [(block[0].lstrip("# "), block[1:]) for block in blocks(source)]
    paths = [f"worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)]
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, (name, _) in enumerate(sheets, start=1)
    )
    main = f"{OFFICE}/spreadsheetml/2006/main"
    relations = f"{OFFICE}/officeDocument/2006/relationships"
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    kinds |= {f"xl/{path}": "worksheet" for path in paths}
    parts = {
        "[Content_Types].xml": _content_types(
            {part: f"spreadsheetml.{kind}" for part, kind in kinds.items()}
        ),
        "_rels/.rels": _relations({"xl/workbook.xml": "officeDocument"}),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            dict.fromkeys(paths, "worksheet") | {"styles.xml": "styles"}
        ),
        "xl/styles.xml": _plain_styles(main),
    }
    for path, (_, rows) in zip(paths, sheets, strict=True):
        parts[f"xl/{path}"] = _sheet(main, [cells(row) for row in rows])
    return _archive(parts)


def _plain_styles(namespace: str) -> str:
    """The one font, fill, border and cell style that spreadsheets insist on."""
    return (
        f'<styleSheet xmlns="{namespace}">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="1"><xf xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _sheet(namespace: str, rows: list[list[str]]) -> str:
    made = "".join(
        f'<row r="{r}">{"".join(_cell(f"{chr(65 + c)}{r}", v) for c, v in enumerate(row))}</row>'
        for r, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{namespace}"><sheetData>{made}</sheetData></worksheet>'


def _cell(place: str, value: str) -> str:
    if not value:
        return ""
    if value.isdigit():
        return f'<c r="{place}"><v>{value}</v></c>'
    if value.startswith("=SUM "):
        column, row = place[0], int(place[1:])
        formula = f"SUM({column}2:{column}{row - 1})"
        return f'<c r="{place}"><f>{formula}</f><v>{value.removeprefix("=SUM ")}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


MAKERS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "inquiry-1932.pdf": ("inquiry-1932.txt", pdf),
    "letter-1931.docx": ("letter-1931.txt", docx),
    "mail-2024.eml": ("mail-2024.txt", mail),
    "news-2016.txt": ("news-2016.txt", gb18030),
    "restoration-budget.xlsx": ("restoration-budget.txt", xlsx),
}


def make(folder: Path) -> list[Path]:
    """Writes every generated document into `folder` and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (source, maker) in MAKERS.items():
        text = (SOURCES / source).read_text(encoding="utf-8")
        (folder / name).write_bytes(maker(text))
    return [folder / name for name in MAKERS]


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET):
        print(path)
