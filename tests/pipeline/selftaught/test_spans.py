"""Questions from words that recur."""

from __future__ import annotations

import random

from memctx.pipeline.selftaught.made import Made, Source, stands_once, without
from memctx.pipeline.selftaught.spans import recurring

from .conftest import sources, texts


def made_from(*passages: str) -> list[Made]:
    return asked(sources({str(number): text for number, text in enumerate(passages)}))


def asked(passages: list[Source]) -> list[Made]:
    return list(recurring(passages, random.Random(1)))


ELSEWHERE = "The harbour lamp was paid for by Marta Ohlin, a merchant."
QUESTION = "In winter the keeper Marta Ohlin lit the harbour lamp before dusk."


def test_a_sentence_asks_for_the_name_that_another_passage_holds() -> None:
    found = {made.text: made for made in made_from(QUESTION, ELSEWHERE)}
    asking = (
        "Which phrase belongs in the blank? In winter the keeper ____ lit the harbour lamp before "
        "dusk."
    )
    assert any(made.answer == "Marta Ohlin" for made in found.values())
    cloze = next(made for made in found.values() if "____ lit" in made.text)
    assert cloze.text.endswith(asking[asking.index("In winter") :])
    assert (cloze.source, cloze.gold, cloze.hidden) == (1, 2, None)


def test_in_one_passage_the_asking_sentence_is_hidden() -> None:
    found = made_from(f"{QUESTION} {ELSEWHERE}")
    cloze = next(made for made in found if "____ lit" in made.text)
    assert cloze.source == cloze.gold == 1
    assert without(f"{QUESTION} {ELSEWHERE}", cloze.hidden) == ELSEWHERE


def test_chinese_asks_with_its_own_question_word() -> None:
    found = made_from(
        "当时的彗星观测报告由邬静澜执笔，写于山上的天文台。",
        "研究员邬静澜长期从事彗星观测，并主持报告的编写。",
    )
    assert "当时的彗星观测报告由谁执笔，写于山上的天文台？" in {made.text for made in found}
    assert all("邬静澜" not in made.text for made in found if made.answer == "邬静澜")


def test_a_sentence_that_shares_nothing_with_the_other_is_not_asked() -> None:
    assert not made_from(QUESTION, "Bread was baked here by Marta Ohlin, a merchant.")


def test_a_sentence_that_stands_in_the_passage_itself_is_not_asked() -> None:
    assert not made_from(QUESTION, f"{QUESTION} The end of a long day.")


def test_a_name_that_the_passage_holds_twice_is_not_asked_for() -> None:
    twice = f"{ELSEWHERE} Nobody thanked Marta Ohlin."
    assert not [made for made in made_from(QUESTION, twice) if made.gold == 2]


def test_a_piece_of_a_longer_name_is_not_asked_for() -> None:
    found = made_from(
        "报告说欧特维尔家族的领地在半岛南部，靠近海岸的山区。",
        "欧特维尔家族的领地与半岛南部的海岸和山区相连。",
    )
    assert not any(made.answer == "特维尔" for made in found)


def test_a_sentence_that_leans_on_the_one_before_is_not_asked() -> None:
    leaning = "This keeper Marta Ohlin lit the harbour lamp before dusk."
    assert not [made for made in made_from(leaning, ELSEWHERE) if made.source == 1]


def test_every_question_can_be_answered_from_its_passage_and_not_from_itself() -> None:
    passages = sources(texts())
    by_number = {source.chunk_id: source.text for source in passages}
    found = asked(passages)
    assert len(found) > 20
    for made in found:
        assert stands_once(made.answer, without(by_number[made.gold], made.hidden))
        assert made.answer.casefold() not in made.text.casefold()


def test_one_seed_gives_one_list_of_questions() -> None:
    passages = sources(texts())
    again = list(recurring(passages, random.Random(1)))
    assert asked(passages) == again
    other = list(recurring(passages, random.Random(2)))
    assert other != again
    assert sorted(map(repr, other)) == sorted(map(repr, again))
