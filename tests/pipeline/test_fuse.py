"""Filling the window: never over the limit, nothing lost silently."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.fuse import Cost, Worth, fill, smallest
from memctx.reader.reading import WindowPassage
from memctx.records import DocumentRef, Passage


def passage(number: int, text: str) -> Passage:
    document = DocumentRef(number, f"d{number}", f"Title {number}", "")
    return Passage(document, number, text, 0, len(text), None, "", 1.0 / (1 + number / 20))


def by_words(part: WindowPassage | str) -> int:
    text = part if isinstance(part, str) else f"{part.title} {part.text}"
    return len(text.split()) + 1


def by_characters(part: WindowPassage | str) -> int:
    return len(part if isinstance(part, str) else part.text) // 3 + 2


def by_sevenths(part: WindowPassage | str) -> int:
    """No price grows evenly: another letter may make a text dearer by much, or cheaper."""
    return len(part if isinstance(part, str) else part.text) * 5 % 7 + 1


texts = st.lists(
    st.text("ab .。天\n", max_size=80).filter(lambda text: text.strip() != ""), max_size=12
)


@given(
    texts,
    texts,
    st.integers(0, 120),
    st.integers(0, 60),
    st.sampled_from([by_words, by_characters, by_sevenths]),
)
def test_the_window_never_exceeds_its_limit(texts, facts, limit, overhead, cost):  # type: ignore[no-untyped-def]
    passages = [passage(number, text) for number, text in enumerate(texts)]
    filled = fill(
        passages, limit=limit, overhead=overhead, cost=cost, facts=facts, question="a b 天"
    )
    parts = (*filled.window.passages, *filled.window.facts)
    used = overhead + sum(map(cost, parts))
    assert filled.report.used == used
    assert used <= limit or not parts
    assert filled.report.facts == len(filled.window.facts)
    assert list(filled.window.facts) == facts[: filled.report.facts]
    for found, seen in zip(filled.passages, filled.window.passages, strict=True):
        assert texts[found.chunk_id][found.start : found.end] == found.text == seen.text
    assert {*filled.report.passages, *filled.report.left_out} == {p.chunk_id for p in passages}
    for entry in filled.window.passages:
        assert entry.text in texts[entry.chunk_id]


@given(
    texts.filter(bool),
    texts,
    st.integers(0, 60),
    st.sampled_from([by_words, by_characters, by_sevenths]),
)
def test_the_smallest_window_is_the_first_that_a_passage_fits_into(
    texts: list[str], facts: list[str], overhead: int, cost: Cost
) -> None:
    passages = [passage(number, text) for number, text in enumerate(texts)]
    least = smallest(passages, overhead=overhead, cost=cost, question="a b 天")

    def read(limit: int) -> tuple[Passage, ...]:
        return fill(
            passages, limit=limit, overhead=overhead, cost=cost, facts=facts, question="a b 天"
        ).passages

    assert read(least)
    assert not read(least - 1)


def test_the_best_passage_is_cut_to_whole_sentences_when_it_is_too_long() -> None:
    text = "One two three. Four five six. Seven eight nine."
    filled = fill([passage(0, text)], limit=10, overhead=0, cost=by_words)
    assert filled.window.passages[0].text == "One two three. Four five six."


def test_a_later_passage_that_fits_enters_after_one_that_does_not() -> None:
    passages = [passage(0, "a b c"), passage(1, "a " * 50), passage(2, "d")]
    filled = fill(passages, limit=16, overhead=2, cost=by_words)
    assert filled.report.passages == (0, 2)
    assert filled.report.left_out == (1,)


def test_passages_far_below_the_best_one_are_left_out() -> None:
    passages = [passage(0, "a b"), passage(19, "c"), passage(21, "d"), passage(190, "e")]
    filled = fill(passages, limit=100, overhead=0, cost=by_words)
    assert filled.report.passages == (0, 19)
    assert filled.report.left_out == (21, 190)


def test_a_passage_that_is_wanted_enters_whatever_its_score() -> None:
    passages = [passage(0, "a b"), passage(101, "d"), passage(190, "e")]
    filled = fill(passages, limit=100, overhead=0, cost=by_words, worth=Worth(wanted={190}))
    assert filled.report.passages == (0, 190)


def test_a_cut_passage_keeps_the_sentences_nearest_to_the_question_and_their_offsets() -> None:
    text = "One two three. Four five six. The dome is blue. Seven eight nine."
    filled = fill(
        [passage(0, text)], limit=11, overhead=0, cost=by_words, question="Is the dome blue?"
    )
    (found,) = filled.passages
    assert found.text == "The dome is blue. Seven eight nine."
    assert text[found.start : found.end] == found.text


def test_a_window_that_is_nearly_full_takes_no_cut_passage() -> None:
    passages = [passage(0, "a " * 14), passage(1, "b c. d e.")]
    assert fill(passages, limit=20, overhead=0, cost=by_words).report.left_out == (1,)
    roomy = fill(passages, limit=24, overhead=0, cost=by_words, question="d")
    assert roomy.report.passages == (0, 1)


def test_facts_take_an_eighth_of_the_window_at_most() -> None:
    facts = [f"fact {number}" for number in range(40)]
    filled = fill([passage(0, "a b c")], limit=96, overhead=0, cost=by_words, facts=facts)
    assert filled.report.facts == 4
    assert filled.report.passages == (0,)
    assert fill([], limit=4096, overhead=0, cost=by_words, facts=facts).report.facts == 5
