from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.summary.units import stacked, units

STORY = (
    "Chapter 1\nThe dome was finished in the year of the flood. It leaked for a month. No.\n\n"
    "Chapter 2\nNobody could say who had paid for the copper. The town had not."
)


def test_headings_and_fragments_are_no_sentences_of_a_summary() -> None:
    found = units(STORY)
    assert found.texts(STORY) == [
        "The dome was finished in the year of the flood.",
        "It leaked for a month.",
        "Nobody could say who had paid for the copper.",
        "The town had not.",
    ]
    assert found.sections.tolist() == [0, 0, 1, 1]
    assert found.places.tolist() == [0, 1, 0, 1]
    assert found.sizes.tolist() == [2, 2, 2, 2]


def test_a_section_begins_where_the_caller_knows_of_a_heading() -> None:
    second = STORY.index("It leaked")
    assert units(STORY, heads=[second]).sections.tolist() == [0, 1, 2, 2]


def test_chinese_sentences_are_whole_and_counted_by_character() -> None:
    text = "天文台建于一九一二年。第二章\n台长邬静澜主持了铜皮圆顶的修建工程。好。"
    found = units(text)
    assert found.texts(text)[-1] == "台长邬静澜主持了铜皮圆顶的修建工程。"
    assert found.words[-1] == 10


def test_lines_of_a_table_of_contents_are_no_sentences() -> None:
    text = (
        "How the dome was built and what it cost the town ........ 12\n"
        "修建经过 ………………………… 三\n"
        "The dome was finished in the year of the flood...... or in the year after."
    )
    assert units(text).texts(text) == [text.split("\n")[2]]


def test_a_text_of_nothing_but_fragments_keeps_them() -> None:
    assert units("Yes.\nNo.\nPerhaps.").texts("Yes.\nNo.\nPerhaps.") == ["Yes.", "No.", "Perhaps."]
    assert len(units("")) == 0


def test_texts_that_are_stacked_are_sections() -> None:
    some = units("One two three four. Five six seven eight.")
    found = stacked([some, some])
    assert found.sections.tolist() == [0, 0, 1, 1]
    assert found.places.tolist() == [0, 1, 0, 1]


@given(st.text(alphabet="ab .!?\n#1天。", max_size=200))
def test_spans_are_in_order_and_do_not_overlap(text: str) -> None:
    found = units(text)
    ends = 0
    for start, end in found.spans:
        assert ends <= start < end <= len(text)
        ends = end
    assert len(found.words) == len(found.sections) == len(found.sizes) == len(found)
