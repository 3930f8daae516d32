"""Which answers contradict one another, in windows written for it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from memctx.pipeline.conflict import both, rival, sides
from memctx.reader import Reading, Window, WindowPassage
from memctx.reader.citation import locate
from memctx.records import DocumentRef, Passage

English = (
    "When was the dome of the observatory completed?",
    "The dome of the observatory was completed in 1902. It is white.",
    "1902",
    "The dome of the Corrie observatory was completed in 1904 by Tomas Lind.",
    "1904",
)
Named = (
    "Who built the dome of the observatory?",
    "The dome of the observatory was built by Tomas Lind.",
    "Tomas Lind",
    "The dome of the observatory was built by Ada Reed, a letter says.",
    "Ada Reed",
)
Chinese = (
    "天文台的圆顶是哪一年建成的？",
    "天文台的圆顶于一九〇二年建成，由林德设计。",
    "一九〇二年",
    "据报道，天文台的圆顶于1904年建成。",
    "1904年",
)
Scripts = (
    "这座桥由谁设计？",
    "这座石桥由李春设计，建于隋代。",
    "李春",
    "县志说这座石桥由王安设计。",
    "王安",
)


def window_of(*texts: str) -> Window:
    return Window(tuple(WindowPassage(i, f"T{i}", "", text, 0.9) for i, text in enumerate(texts)))


def read(question: str, window: Window, first: str, second: str) -> Reading:
    """The first passage read, and the second one when the first is out of sight."""
    other = Reading(
        text=second,
        declined=False,
        mode="memory",
        evidence=locate(question, second, Window(window.passages[1:])),
        logprob=-0.2,
        refusal=0.01,
    )
    evidence = locate(question, first, window)
    reading = replace(other, text=first, evidence=evidence, other=other)
    return replace(reading, logprob=-0.1)


@pytest.mark.parametrize("case", [English, Named, Chinese, Scripts], ids=range(4))
def test_two_answers_to_one_question_are_a_conflict(case: tuple[str, ...]) -> None:
    question, text, first, contrary, second = case
    window = window_of(text, contrary)
    reading = read(question, window, first, second)
    other = rival(question, window, reading)
    assert other is not None
    passages = [
        Passage(DocumentRef(i, f"{i}.txt", p.title, ""), i, p.text, 0, len(p.text), None, "", 0.9)
        for i, p in enumerate(window.passages)
    ]
    said = both(question, reading, other, passages)
    assert all(word in said for word in (first, second, "T0", "T1"))
    assert [evidence.chunk_id for evidence in sides(reading, other)] == [0, 1]
    assert math.isclose(sum(evidence.weight for evidence in sides(reading, other)), 1)


@pytest.mark.parametrize(
    ("question", "text", "first", "contrary", "second"),
    [
        (*English[:3], "The dome was painted in 1904 after a storm.", "1904"),
        (*English[:3], "The lens of a ship was ground in 1850.", "1850"),
        (*English[:3], "The dome of the observatory was completed in 1902.", "in 1902"),
        (*English[:3], "The dome of the observatory was completed by Tomas Lind.", "Tomas Lind"),
        (*English[:3], "The dome of the observatory was completed early.", "The observatory"),
        (*Chinese[:3], "天文台的望远镜在1911年换过镜片。", "1911年"),
        (*Scripts[:3], "王安是县里的石匠。", "王安"),
        (*Named[:3], "The dome was drawn by Ada Reed.", "Bergen"),
        (
            "When was the town hall of Merrow built?",
            "The town hall of Merrow was built in 1871.",
            "1871",
            "The town hall of Halden was built in 1894.",
            "1894",
        ),
        (
            "Which city hosted the games in 1998?",
            "Nagano hosted the winter games in 1998.",
            "Nagano",
            "Sydney hosted the summer games in 2000.",
            "Sydney",
        ),
    ],
    ids=[
        "about another thing",
        "far away",
        "the same",
        "of another kind",
        "the question's own words",
        "about another thing, Chinese",
        "a name beside",
        "not in the window",
        "of another town",
        "of another year",
    ],
)
def test_what_only_differs_is_none(
    question: str, text: str, first: str, contrary: str, second: str
) -> None:
    window = window_of(text, contrary)
    assert rival(question, window, read(question, window, first, second)) is None


def test_an_unlikely_answer_or_one_that_would_be_declined_is_none() -> None:
    question, text, first, contrary, second = English
    window = window_of(text, contrary)
    reading = read(question, window, first, second)
    assert reading.other is not None
    for other in (replace(reading.other, logprob=-2.0), replace(reading.other, refusal=0.6)):
        assert rival(question, window, replace(reading, other=other)) is None
    assert rival(question, window, replace(reading, other=None)) is None
