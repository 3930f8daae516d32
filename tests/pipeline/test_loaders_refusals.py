from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from memctx.pipeline.loaders import Limits, Source, load
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def reason(loaded: list[Document | Skipped]) -> str:
    (skipped,) = loaded
    assert isinstance(skipped, Skipped), skipped
    return skipped.reason


@pytest.mark.parametrize("suffix", ["txt", "md", "rst", "html", "csv", "json", "jsonl", "py"])
@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf\n", b"\0\0"])
def test_empty_files_are_skipped(load_file: LoadFile, suffix: str, content: bytes) -> None:
    for item in load_file(f"a.{suffix}", content):
        assert isinstance(item, Skipped)


@pytest.mark.parametrize("suffix", ["txt", "md", "csv", "py", "jsonl", "html", "xyz"])
def test_binary_files_posing_as_text_are_named_for_what_they_are(
    load_file: LoadFile, suffix: str
) -> None:
    noise = random.Random(7).randbytes(4_000)
    for data, looks in (
        (b"\x89PNG\r\n\x1a\n" + noise, "looks like a PNG image, not text"),
        (b"%PDF-1.7\n" + noise, "looks like a PDF, not text"),
        (b"PK\x03\x04" + noise, "looks like a zip archive or an Office file, not text"),
        (b"\x7fELF" + noise, "looks like a program, not text"),
        (b"\0\1\2\3" * 500, "holds binary data, not text"),
    ):
        assert reason(load_file(f"a.{suffix}", data)) == looks


def test_random_bytes_are_not_text(load_file: LoadFile) -> None:
    for seed in range(20):
        assert "text" in reason(load_file("a.txt", random.Random(seed).randbytes(3_000)))


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "csv", "json", "pdf", "docx", "epub"])
def test_a_file_over_the_limit_is_skipped(load_file: LoadFile, suffix: str) -> None:
    loaded = load_file(f"a.{suffix}", b"x" * 101, Limits(file_bytes=100))
    assert reason(loaded) == "is 101 bytes, over the limit of 100 bytes a file"


def test_a_file_that_is_gone_is_skipped(tmp_path: Path) -> None:
    source = Source("gone.md", str(tmp_path), tmp_path / "gone.md", 1, 1)
    assert list(load(source)) == [Skipped("gone.md", "cannot be read: No such file or directory")]


def test_a_file_that_fails_while_it_is_read_is_skipped() -> None:
    source = Source("mem.txt", "/proc/self", Path("/proc/self/mem"), 1, 1)
    assert reason(list(load(source))).startswith("cannot be read: ")


def test_json_that_is_broken_or_nested_too_deeply_is_skipped(load_file: LoadFile) -> None:
    assert reason(load_file("a.json", "[" * 100_000)) == "is nested too deeply"
    assert reason(load_file("a.json", '{"a": ')).startswith("is not valid JSON (Expecting value")


def test_html_that_nests_too_deeply_is_skipped(load_file: LoadFile) -> None:
    expected = "nests more than 2000 elements in one another"
    assert reason(load_file("a.html", "<div>" * 100_000 + "text")) == expected
    assert reason(load_file("b.html", "<any>" * 100_000 + "text")) == expected
    script = "<p>text</p><script>" + "if (a<b) {} " * 5_000 + "</script>"
    assert [type(item) for item in load_file("d.html", script)] == [Document]
    shallow = "<div>" * 1_500 + "text" + "</div>" * 1_500
    assert [type(item) for item in load_file("c.html", shallow)] == [Document]


@pytest.mark.parametrize(
    "text",
    [
        "> " * 5_000 + "quoted",
        "- " * 5_000 + "listed",
        "[" * 20_000,
        "*a_" * 20_000,
        "# " + "*a_`" * 5_000,
        "|a" * 20_000 + "\n" + "|-" * 20_000,
    ],
)
def test_markdown_made_to_be_slow_or_deep_is_read_or_skipped(
    load_file: LoadFile, text: str
) -> None:
    (item,) = load_file("a.md", text)
    assert isinstance(item, Skipped) or item.text == text


def test_rst_made_to_be_deep_is_read_or_skipped(load_file: LoadFile) -> None:
    text = "Title\n=====\n\n" + "".join(" " * depth + "- x\n\n" for depth in range(0, 2_000, 2))
    (item,) = load_file("a.rst", text)
    assert isinstance(item, Skipped) or item.text == text
