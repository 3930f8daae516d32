"""Sentences: exact spans in two scripts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Who left. Dr. No stayed.", ["Dr. Who left.", "Dr. No stayed."]),
        ("Dr. Reed met Mr. Lo. They left.", ["Dr. Reed met Mr. Lo.", "They left."]),
        ("J. K. Rowe wrote it. We read it.", ["J. K. Rowe wrote it.", "We read it."]),
        ("Use birds, e.g. Swifts. Done.", ["Use birds, e.g. Swifts.", "Done."]),
        ("The U.S. Army came. Peace!", ["The U.S. Army came.", "Peace!"]),
        ("Born in the U.S. The war began.", ["Born in the U.S.", "The war began."]),
        ("It was 5 p.m. yesterday. Rain.", ["It was 5 p.m. yesterday.", "Rain."]),
        ("Acme Inc. in Oslo. He joined Acme Inc. The firm grew.",
         ["Acme Inc. in Oslo.", "He joined Acme Inc.", "The firm grew."]),
        ("Ing. Solberg and Dipl.-Ing. Voss built it. We saw Dott. Rossi.",
         ["Ing. Solberg and Dipl.-Ing. Voss built it.", "We saw Dott. Rossi."]),
        ("Kn. Solberg. Yes. Solberg did. Lee. He did.",
         ["Kn. Solberg.", "Yes.", "Solberg did.", "Lee.", "He did."]),
        ("It cost 3.5 dollars. Version 2.0. Then 1,000.5 more.",
         ["It cost 3.5 dollars.", "Version 2.0.", "Then 1,000.5 more."]),
        ("See Fig. 3 and No. 5. He said no. We left.",
         ["See Fig. 3 and No. 5.", "He said no.", "We left."]),
        ("On Jan. 5 it froze. The sun. Birds.", ["On Jan. 5 it froze.", "The sun.", "Birds."]),
        ('"Really?" he asked. "Yes." The end.', ['"Really?" he asked.', '"Yes."', "The end."]),
        ("(It rained.) Then... Snow… Why?!", ["(It rained.)", "Then...", "Snow…", "Why?!"]),
        ("Read example.com/a.html now. Écoute!", ["Read example.com/a.html now.", "Écoute!"]),
    ],
)  # fmt: skip
def test_english_sentences_end_where_a_reader_would_end_them(
    text: str, expected: list[str]
) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他说：“你好。”然后走了！真的吗？！", ["他说：“你好。”", "然后走了！", "真的吗？！"]),
        ("先铺地基；再砌墙。", ["先铺地基；", "再砌墙。"]),
        ("《为什么？》是一本书。《谁？！》也是。", ["《为什么？》是一本书。", "《谁？！》也是。"]),
        ("我……不知道。", ["我……不知道。"]),
        ("圆周率是3.14。共有1,000人。", ["圆周率是3.14。", "共有1,000人。"]),
        ("他走了.我来!好", ["他走了.", "我来!", "好"]),
        ("Yahoo!奇摩很大。", ["Yahoo!奇摩很大。"]),
        ("「そうです。」彼は行った。", ["「そうです。」", "彼は行った。"]),
    ],
)
def test_chinese_sentences_end_at_their_own_marks(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_bullets_headings_and_blank_lines_end_sentences() -> None:
    text = (
        "# Title\nBody text\n\n- one. Two\n- three\n1. First\n2. Second. More\n| a | b |\n| c | d |"
    )
    assert split(text) == [
        "# Title", "Body text", "- one.", "Two", "- three", "1. First", "2. Second.", "More",
        "| a | b |", "| c | d |",
    ]  # fmt: skip


def test_hard_wrapped_lines_are_joined_and_short_lines_are_not() -> None:
    text = (
        "The observatory was finished after the long winter of\n"
        "1902 and opened in May. It stands on a hill above the\ntown.\nRoses are red\nViolets too"
    )
    assert split(text) == [
        "The observatory was finished after the long winter of\n1902 and opened in May.",
        "It stands on a hill above the\ntown.",
        "Roses are red",
        "Violets too",
    ]


def test_nothing_but_space_holds_no_sentence() -> None:
    assert sentences("") == sentences(" \n\t\n ") == []


PIECES = st.sampled_from(
    ["Dr.", "U.S.", "The", "a", "5", "3.5", " ", "  ", "\n", "\n\n", ".", "…", "?", "!", "。", "！",
     "；", "”", "“", "》", "《", ")", "(", "- ", "1. ", "# ", "|", "\t", "天文台", "end", "\u3000",
     "e.g.", "x" * 45, "\u2028", "é", "\U0001f600"]
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=80)))
def test_spans_are_ordered_trimmed_and_hold_everything_but_space(text: str) -> None:
    cursor = 0
    for start, end in sentences(text):
        assert not text[cursor:start].strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        cursor = end
    assert not text[cursor:].strip()


@pytest.mark.parametrize(
    "piece", [". ", "no. ", ".(", "a.'", "！》", "\n", "x\n", ".  ", "(", "他。", "..."]
)
def test_a_long_line_takes_linear_work(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    assert all(start < end for start, end in sentences(text))
