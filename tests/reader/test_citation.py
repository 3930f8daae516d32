"""From an answer to the sentences it rests on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.reader import Evidence, Window, WindowPassage
from memctx.reader.citation import locate


def quote(evidence: Evidence, window: Window) -> str:
    (passage,) = (p for p in window.passages if p.chunk_id == evidence.chunk_id)
    return passage.text[evidence.start : evidence.end]


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("Who founded it?", "ada reed.", "Ada Reed founded the observatory in 1902."),
        ("How long?", "For the two years", "It was closed for two years after the flood."),
        ("Who built the dome?", "Tomas  Lind", "The dome was built by Tomas Lind of Bergen."),
        ("天文台何时创立？", "1902年", "天文台由艾达·里德于１９０２年创立。"),
        ("关闭了多久？", "“两年”", "洪水之后，它关闭了两年。"),
        ("How often did the harbour freeze?", "twice", "In 1902 its harbour froze twice."),
    ],
)  # fmt: skip
def test_words_of_the_answer_are_found_whatever_their_form(
    question: str, answer: str, sentence: str, window: Window
) -> None:
    evidence = locate(question, answer, window)
    assert quote(evidence[0], window) == sentence
    assert sum(item.weight for item in evidence) == pytest.approx(1)


def test_among_several_places_the_one_nearest_the_question_comes_first(window: Window) -> None:
    founded = locate("When was the observatory founded?", "1902", window)
    froze = locate("When did the harbour freeze twice?", "1902", window)
    assert founded[0].chunk_id == 11
    assert froze[0].chunk_id == 13


def test_equal_places_go_by_the_score_of_their_passage() -> None:
    text = "It cost 40 crowns."
    twins = Window((WindowPassage(1, "", "", text, 0.2), WindowPassage(2, "", "", text, 0.8)))
    assert locate("How much?", "40 crowns", twins)[0].chunk_id == 2


def test_an_answer_over_two_sentences_cites_both_as_one(window: Window) -> None:
    (evidence, *_) = locate("What happened?", "in 1902. It was closed for two years", window)
    assert quote(evidence, window) == (
        "Ada Reed founded the observatory in 1902. It was closed for two years after the flood."
    )


def test_a_paraphrase_is_cited_with_less_weight(window: Window) -> None:
    (evidence,) = locate("Who made the dome?", "It was Lind, Tomas who built it", window)
    assert quote(evidence, window) == "The dome was built by Tomas Lind of Bergen."
    assert 0 < evidence.weight <= 0.6


def test_a_verdict_cites_what_stands_nearest_to_the_question(window: Window) -> None:
    evidence = locate("Did Ada Reed found the observatory?", "Yes", window)
    assert quote(evidence[0], window) == "Ada Reed founded the observatory in 1902."
    assert sum(item.weight for item in evidence) <= 0.6
    assert locate("艾达·里德创立了天文台吗？", "是的。", window)[0].chunk_id == 12


def test_an_invented_answer_has_little_or_no_evidence(window: Window) -> None:
    (near,) = locate("Who founded the observatory?", "Giovanni Schiaparelli", window)
    assert near.weight <= 0.3
    assert locate("Which opera?", "Giovanni Schiaparelli", window) == ()
    assert locate("Which opera?", "Aida", Window(())) == ()
    assert locate("Who?", "", window) == ()


TEXTS = st.text(st.sampled_from(list("ab A1.。，天文 \n？“”yesno")), max_size=40)


@settings(deadline=None)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
def test_evidence_always_lies_inside_its_passage(
    question: str, answer: str, texts: list[str]
) -> None:
    passages = tuple(WindowPassage(i, "", "", t, -i) for i, t in enumerate(texts))
    evidence = locate(question, answer, Window(passages))
    assert sum(item.weight for item in evidence) <= 1 + 1e-9
    assert len({(e.chunk_id, e.start, e.end) for e in evidence}) == len(evidence)
    for item in evidence:
        assert texts[item.chunk_id][item.start : item.end].strip()
