from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memctx.pipeline import loaders
from memctx.pipeline.loaders import LOADERS, Source, is_supported, load
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


def test_the_package_exports_what_it_says() -> None:
    assert sorted(loaders.__all__) == ["LOADERS", "Limits", "Source", "is_supported", "load"]
    assert all(hasattr(loaders, name) for name in loaders.__all__)


def test_every_suffix_is_lower_case_and_supported() -> None:
    for suffix in LOADERS:
        assert suffix == suffix.lower()
        assert is_supported(f"x{suffix.upper()}")
    assert not is_supported("photo.png")


def test_plain_text_keeps_its_words_and_takes_its_title_from_its_name(load_file: LoadFile) -> None:
    document = only(load_file("星图.txt", "玄武湖天文台由林清远创建。\nIt stands."))
    assert document.text == "玄武湖天文台由林清远创建。\nIt stands."
    assert (document.key, document.title, document.kind) == ("星图.txt", "星图", "plain")
    assert document.uri.startswith("file:///")
    assert document.metadata == {}


def test_mixed_line_ends_nuls_and_a_byte_order_mark_are_cleaned(load_file: LoadFile) -> None:
    document = only(load_file("a.txt", "\ufeffone\r\ntwo\rthr\0ee\r\0\nfour\n\rfive"))
    assert document.text == "one\ntwo\nthree\nfour\n\nfive"


def test_one_line_of_a_megabyte_is_read(load_file: LoadFile) -> None:
    assert len(only(load_file("a.txt", "word " * 200_000)).text) == 1_000_000


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.py", "python"),
        ("a.CPP", "cpp"),
        ("a.tsx", "tsx"),
        ("Makefile", "make"),
        ("CMakeLists.txt", "cmake"),
    ],
)
def test_code_knows_its_language(load_file: LoadFile, name: str, language: str) -> None:
    document = only(load_file(name, "# 注释\nx = 1\n"))
    assert (document.kind, document.language) == ("code", language)
    assert document.text == "# 注释\nx = 1\n"


@pytest.mark.parametrize(
    ("name", "delimiter"), [("a.csv", ","), ("b.csv", ";"), ("c.tsv", "\t"), ("d.csv", "|")]
)
def test_csv_becomes_rows_under_a_header(load_file: LoadFile, name: str, delimiter: str) -> None:
    rows = [["name", "note"], ["织女星", '"bright, and\nnear; | \t"'], ["Vega", ""]]
    document = only(load_file(name, "\r\n".join(delimiter.join(row) for row in rows)))
    assert document.text == "name | note\n织女星 | bright, and near; |\nVega | "
    (table,) = document.tables
    assert (table.start, table.end) == (0, len(document.text))
    assert document.text[: table.header_end] == "name | note"


def test_csv_with_a_field_of_a_megabyte_is_read(load_file: LoadFile) -> None:
    assert len(only(load_file("a.csv", "a,b\n1," + "x" * 1_000_000)).text) > 1_000_000


_ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from('\r\n\0 \t#=-`|<>/*_中文ab1.{}[]":,&;\ufeff\u2028\x0b\x0c\x85'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)


@pytest.mark.parametrize("suffix", ["txt", "md", "rst", "html", "csv", "json", "py", "eml"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=_ANY_TEXT)
def test_any_text_loads_to_clean_documents_or_is_skipped(
    load_file: LoadFile, suffix: str, text: str
) -> None:
    for item in load_file(f"a.{suffix}", text):
        if isinstance(item, Skipped):
            assert item.reason
            continue
        assert "\r" not in item.text
        assert "\0" not in item.text
        item.text.encode()
        for heading in item.headings:
            line = item.text[heading.start :].split("\n")[0]
            assert line.startswith(heading.title) or not line[:1].isspace()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=200))
def test_any_bytes_load_or_are_skipped_whatever_their_name(
    load_file: LoadFile, data: bytes
) -> None:
    for suffix in (".txt", ".md", ".html", ".jsonl", ".pdf", ".docx", ".xlsx", ".epub", ".zip"):
        for item in load_file(f"a{suffix}", data):
            assert isinstance(item, Skipped) or item.text.encode()


def test_a_missing_parser_is_named_with_how_to_install_it(
    load_file: LoadFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)  # what import then finds: nothing
    monkeypatch.delitem(sys.modules, "pypdfium2", raising=False)
    (skipped,) = load_file("a.docx", _empty_zip())
    assert skipped == Skipped(
        "a.docx", "reading this format needs docx; run `pip install 'memctx-rag[formats]'`"
    )


def _empty_zip() -> bytes:
    return b"PK\x05\x06" + bytes(18)


def test_a_source_loads_the_same_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 标题\n\ntext\n")
    source = Source("a.md", str(tmp_path), path, 1, 1)
    assert list(load(source)) == list(load(source))
