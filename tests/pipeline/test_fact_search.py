"""Which facts come back."""

from __future__ import annotations

from memctx.memory.graph_rows import FactRow
from memctx.pipeline.fact_search import chosen_facts
from memctx.records import DocumentRef


def fact(number: int, subject: str, relation: str, object_: str, chunk: int = 1) -> FactRow:
    return FactRow(
        id=number,
        chunk_id=chunk,
        document=DocumentRef(chunk, f"d{chunk}", "", ""),
        subject=subject,
        subject_id=number * 10,
        relation=relation,
        object=object_,
        object_id=number * 10 + 1,
        time=None,
        start=5 * number,
        end=5 * number + 4,
    )


ROWS = [
    fact(1, "Critics", "slept in", "Harl"),
    fact(2, "The Long Tide", "directed by", "Ada Brook"),
    fact(3, "the long tide", "Directed by", "Ada Brook", chunk=2),
    fact(4, "Harl", "has mayor", "Tom Reed", chunk=2),
]


def test_facts_come_for_the_question_s_entities_and_words_best_first_and_once() -> None:
    found = chosen_facts(
        ROWS, "Who directed The Long Tide?", passages={1: 1.0, 2: 0.5}, entities={40}, limit=9
    )
    assert [(f.subject, f.chunk_id) for f in found] == [("The Long Tide", 1), ("Harl", 2)]
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert (found[0].start, found[0].end, found[0].document.key) == (10, 14, "d1")


def test_a_fact_that_has_nothing_of_the_question_stays_out() -> None:
    assert chosen_facts(ROWS, "Who?", passages={1: 1.0, 2: 1.0}, entities=(), limit=9) == ()


def test_no_more_facts_than_wanted() -> None:
    named = (10, 20, 40)
    assert len(chosen_facts(ROWS, "", passages={}, entities=named, limit=2)) == 2
    assert chosen_facts([], "who?", passages={}, entities=(), limit=5) == ()
