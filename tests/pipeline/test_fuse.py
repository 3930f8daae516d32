"""Filling the window: never over the limit, nothing lost silently."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.fuse import fill
from memctx.reader.reading import WindowPassage
from memctx.records import DocumentRef, Passage


def passage(number: int, text: str) -> Passage:
    document = DocumentRef(number, f"d{number}", f"Title {number}", "")
    return Passage(document, number, text, 0, len(text), None, "", 1.0 / (1 + number))


def by_words(part: WindowPassage | str) -> int:
    text = part if isinstance(part, str) else f"{part.title} {part.text}"
    return len(text.split()) + 1


def by_characters(part: WindowPassage | str) -> int:
    return len(part if isinstance(part, str) else part.text) // 3 + 2


texts = st.lists(
    st.text("ab .。天\n", max_size=80).filter(lambda text: text.strip() != ""), max_size=12
)


@given(texts, st.integers(0, 120), st.integers(0, 60), st.sampled_from([by_words, by_characters]))
def test_the_window_never_exceeds_its_limit(texts, limit, overhead, cost):  # type: ignore[no-untyped-def]
    passages = [passage(number, text) for number, text in enumerate(texts)]
    filled = fill(passages, limit=limit, overhead=overhead, cost=cost)
    used = overhead + sum(map(cost, filled.window.passages))
    assert filled.report.used == used
    assert used <= limit or not filled.window.passages
    assert {*filled.report.passages, *filled.report.left_out} == {p.chunk_id for p in passages}
    for entry in filled.window.passages:
        assert texts[entry.chunk_id].startswith(entry.text)


def test_the_best_passage_is_cut_to_whole_sentences_when_it_is_too_long() -> None:
    text = "One two three. Four five six. Seven eight nine."
    filled = fill([passage(0, text)], limit=10, overhead=0, cost=by_words)
    assert filled.window.passages[0].text == "One two three. Four five six."


def test_a_later_passage_that_fits_enters_after_one_that_does_not() -> None:
    passages = [passage(0, "a b c"), passage(1, "a " * 50), passage(2, "d")]
    filled = fill(passages, limit=16, overhead=2, cost=by_words)
    assert filled.report.passages == (0, 2)
    assert filled.report.left_out == (1,)
