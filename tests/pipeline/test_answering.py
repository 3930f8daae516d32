"""Answers from an ordinary folder: a cell, a list, steps, yes or no, or what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from memctx import Answer, Memory, load_settings
from memctx.pipeline.ask import AskOptions
from memctx.reader import ExtractiveReader, Reading, Window
from memctx.reader.citation import locate

FILES = {
    "budget.csv": "Department,2024 (kEUR),2025 (kEUR),Lead\nIT,120,180,Maria Voss\n"
    "Personnel,90,95,Jan Pohl\nLogistics,300,310,Maria Voss\n",
    "minutes.md": "# Minutes of the garden board, 3 May 2024\n\n"
    "Present: Anna Berg (chair), Tom Lind, Ruth Okafor\nApologies: Per Dahl\n\n"
    "## 1. The greenhouse\n\nThe board discussed the greenhouse for an hour. The greenhouse stays "
    "closed until June because two panes fell during the storm of 12 April.\n\n"
    "## 2. Sites\n\nSamples were taken at these sites:\n\n- North bed\n- Pond\n- Compost yard\n",
    "pump.md": "# Manual of the pond pump\n\nThe pump runs from April to October.\n\n"
    "## Restarting the pump after a power cut\n\n1. Switch the main breaker off.\n"
    "2. Open the bleed valve until water comes.\n3. Close the valve and switch the breaker on.\n"
    "4. Press the green button for three seconds.\n\n"
    "## Warranty\n\nThe warranty of the pump lasts three years from delivery.\n",
    "rules.md": "# House rules\n\nDogs may not be brought into the greenhouse. "
    "Visitors may picnic on the lawn.\n",
    "规定.md": "# 考勤规定\n\n员工每月可以在家办公四天。迟到三次以上扣发当月全勤奖。\n\n"
    "会议室预订步骤：\n\n1. 登录内网。\n2. 选择时间和房间。\n3. 提交并等待确认。\n",
}


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Memory:
    folder = tmp_path_factory.mktemp("garden")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = load_settings({"answer_cache": False})
    made = Memory(tmp_path_factory.mktemp("memory") / "m", settings=settings)
    made.ingest(folder, graph=False)
    return made


@pytest.fixture
def ask(memory: Memory) -> Callable[[str], Answer]:
    return lambda question: memory.ask(question, options=AskOptions(reader="extract"))


def test_a_cell_is_answered_with_its_row_and_its_header(ask: Callable[[str], Answer]) -> None:
    given = ask("What is the 2025 budget of IT?")
    assert given.answer == "180 kEUR"
    quotes = [citation.quote for citation in given.citations]
    assert quotes == [
        "IT | 120 | 180 | Maria Voss",
        "Department | 2024 (kEUR) | 2025 (kEUR) | Lead",
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which departments are led by Maria Voss?", "IT; Logistics"),
        ("How many departments are led by Maria Voss?", "2 (IT; Logistics)"),
        ("How much more did Personnel get in 2025 than in 2024?", "5 (95 − 90)"),
    ],
)
def test_rows_are_chosen_counted_and_compared(
    ask: Callable[[str], Answer], question: str, answer: str
) -> None:
    assert ask(question).answer == answer


def test_a_list_is_given_whole(ask: Callable[[str], Answer]) -> None:
    given = ask("At which sites were samples taken?")
    for site in ("North bed", "Pond", "Compost yard"):
        assert site in given.answer


def test_who_was_present_are_all_who_were(ask: Callable[[str], Answer]) -> None:
    given = ask("Who was present at the board meeting on 3 May 2024?")
    assert "Anna Berg (chair), Tom Lind, Ruth Okafor" in given.answer
    assert "Per Dahl" not in given.answer


def test_steps_are_given_whole_and_in_order(ask: Callable[[str], Answer]) -> None:
    said = ask("How do I restart the pump after a power cut?").answer
    places = [said.find(word) for word in ("main breaker off", "bleed valve", "green button")]
    assert -1 not in places
    assert places == sorted(places)


def test_a_reason_is_the_sentence_that_gives_it(ask: Callable[[str], Answer]) -> None:
    assert "two panes fell" in ask("Why is the greenhouse closed until June?").answer


@pytest.mark.parametrize(
    ("question", "opens", "holds"),
    [
        ("May I bring my dog into the greenhouse?", "No.", "may not be brought"),
        ("May visitors picnic on the lawn?", "Yes.", "may picnic"),
        ("员工可以在家办公吗？", "是。", "在家办公四天"),
    ],
)
def test_yes_or_no_comes_with_the_sentence_that_decides(
    ask: Callable[[str], Answer], question: str, opens: str, holds: str
) -> None:
    said = ask(question).answer
    assert said.startswith(opens)
    assert holds in said


def test_a_heading_that_echoes_the_question_is_no_answer(ask: Callable[[str], Answer]) -> None:
    assert "three years" in ask("What is the warranty of the pump?").answer


def test_chinese_steps_are_given_whole(ask: Callable[[str], Answer]) -> None:
    said = ask("会议室怎么预订？").answer
    assert "登录内网" in said
    assert "提交并等待确认" in said


def test_what_is_declined_shows_what_was_found(memory: Memory) -> None:
    reader = Saying({}, otherwise="eleven")
    declined = asked(memory, reader, "How long does the warranty of the pump last?")
    assert declined.abstained
    assert declined.answer.startswith("No sure answer. Most likely here")
    assert declined.citations[0].document.key == "pump.md"
    assert "three years" in declined.citations[0].quote


def test_nothing_is_shown_where_nothing_comes_near(ask: Callable[[str], Answer]) -> None:
    declined = ask("Which opera did Giuseppe Verdi finish in Milan?")
    assert declined.abstained
    assert "Giuseppe" not in declined.answer


class Saying(ExtractiveReader):
    """Says what it is told to of a text that holds some words, and else something else."""

    def __init__(self, said: dict[str, str], *, otherwise: str) -> None:
        ExtractiveReader.__init__(self)
        object.__setattr__(self, "said", said)
        object.__setattr__(self, "otherwise", otherwise)

    said: dict[str, str]
    otherwise: str

    @property
    def mode(self) -> str:
        return "prefill"

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        texts = [passage.text for passage in window.passages]
        alone = len(texts) == 1 and window.passing
        words = next((w for part, w in self.said.items() if alone and part in texts[0]), None)
        text = words or self.otherwise
        evidence = locate(question, text, window)
        return Reading(text, declined=False, mode=self.mode, evidence=evidence, logprob=-0.1)


def asked(memory: Memory, reader: Saying, question: str) -> Answer:
    with Memory(memory.path, settings=memory.settings, reader=reader) as opened:
        return opened.ask(question, options=replace(AskOptions(), reader="prefill"))


def test_an_answer_that_its_quote_does_not_bear_is_read_again_alone(memory: Memory) -> None:
    reader = Saying({"lasts three years": "three years"}, otherwise="eleven years")
    given = asked(memory, reader, "How long does the warranty of the pump last?")
    assert not given.abstained
    assert given.answer == "three years"
    assert "three years" in given.citations[0].quote


def test_a_date_is_no_answer_to_how_many_years(memory: Memory) -> None:
    reader = Saying({}, otherwise="12 April")
    assert asked(memory, reader, "How many years does the warranty last?").abstained
