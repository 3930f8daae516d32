"""Splitting: exact offsets, nothing lost, sizes kept, and pauses respected."""

from __future__ import annotations

from bisect import bisect
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from memctx.memory.embedder import HashingEmbedder
from memctx.pipeline.split import SplitLimits, split
from memctx.records import Document, Heading, Page, Table

token_ends = HashingEmbedder().token_ends
SMALL = SplitLimits(tokens=20, overlap=5)

pieces = st.sampled_from(
    [
        "One sentence here. ",
        "Dr. Wu left. ",
        "第一句话。",
        "他说：“走吧！”",
        "\n\n",
        "\n",
        "# Head\n",
        "| a | b |\n",
        "x" * 300,
        "    code()\n",
        "```\n",
        "\t",
        "3.14 ",
        "é́",
    ]
)
texts = st.lists(pieces, max_size=60).map("".join)


@given(texts, st.lists(st.integers(0, 900), max_size=4))
def test_chunks_are_exact_slices_and_cover_all_that_is_not_white_space(
    text: str, breaks: list[int]
) -> None:
    starts = sorted({0, *(start for start in breaks if start <= len(text))})
    pages = tuple(Page(start, number) for number, start in enumerate(starts, 1))
    chunks = split(Document("k", text, pages=pages), SMALL, token_ends)
    covered = set()
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert {bisect(starts, chunk.start), bisect(starts, chunk.end - 1)} == {chunk.page}
        covered |= set(range(chunk.start, chunk.end))
    missed = "".join(text[i] for i in range(len(text)) if i not in covered)
    assert missed.strip() == ""
    assert [c.start for c in chunks] == sorted({c.start for c in chunks})


@given(texts, st.sampled_from(["plain", "markdown", "code"]))
def test_no_chunk_exceeds_the_limit(text: str, kind: str) -> None:
    for chunk in split(Document("k", text, kind=kind), SMALL, token_ends):  # type: ignore[arg-type]
        assert len(token_ends(chunk.text)) <= SMALL.tokens + 1  # a token cut in two counts twice
        assert len(chunk.text) <= SMALL.tokens * 8


def test_a_short_document_is_one_chunk_without_the_white_space_around_it() -> None:
    [chunk] = split(Document("k", "\n  Hello there.\n"), SMALL, token_ends)
    assert chunk.text == "Hello there."


def test_a_section_starts_a_new_chunk_and_carries_its_path_of_headings() -> None:
    body = "Words that fill the room of it. " * 4
    text = f"# A\n\n{body}\n\n## B\n\n{body}"
    headings = (Heading(0, 1, "A"), Heading(text.index("## B"), 2, "B"))
    chunks = split(Document("k", text, headings=headings), SplitLimits(40, 0), token_ends)
    assert [c.heading for c in chunks] == ["A", "A > B"]
    assert chunks[1].text.startswith("## B")


def test_a_passage_lies_on_one_page_however_short_the_page_is() -> None:
    texts = ("A slide.", "Its", "third page says more.")
    text = "\n\n".join(texts)
    pages = tuple(Page(text.index(page), number) for number, page in enumerate(texts, 1))
    chunks = split(Document("k", text, pages=pages), SplitLimits(40, 8), token_ends)
    assert [(c.page, c.text) for c in chunks] == list(enumerate(texts, 1))


def test_later_rows_of_a_table_carry_its_header() -> None:
    rows = "".join(f"{n} | {n * n}\n" for n in range(40))
    text = "n | square\n" + rows
    table = Table(0, len(text), len("n | square\n"))
    chunks = split(Document("k", text, tables=(table,)), SplitLimits(30, 0), token_ends)
    assert chunks[0].context == ""
    assert {c.context for c in chunks[1:]} == {"n | square"}
    assert all(c.text[-1].isdigit() and c.text[0].isdigit() for c in chunks[1:])


def test_chinese_is_cut_between_sentences() -> None:
    text = "天文台建于一九零二年。" * 10
    chunks = split(Document("k", text), SplitLimits(25, 0), token_ends)
    assert len(chunks) > 1
    assert all(c.text.endswith("。") for c in chunks)


def test_english_is_not_cut_after_an_abbreviation() -> None:
    text = "It was long ago that Dr. Wendelow came. " * 12
    chunks = split(Document("k", text), SplitLimits(30, 0), token_ends)
    assert all(c.text.endswith("came.") for c in chunks)


def test_a_fenced_block_that_fits_is_kept_whole() -> None:
    code = "```python\na = 1\n\nb = 2\n\nc = 3\n```"
    text = f"{'Some prose goes here. ' * 3}\n\n{code}\n\n{'More prose follows it. ' * 3}"
    chunks = split(Document("k", text, kind="markdown"), SplitLimits(36, 0), token_ends)
    assert any(code in c.text for c in chunks)


def test_neighbours_share_whole_sentences() -> None:
    text = "".join(f"Sentence number {n} is here. " for n in range(30))
    chunks = split(Document("k", text), SplitLimits(30, 8), token_ends)
    for one, two in pairwise(chunks):
        assert two.start < one.end
        assert two.text.startswith("Sentence")
