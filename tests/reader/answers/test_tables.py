"""Tables in texts, and questions put to them."""

from __future__ import annotations

import pytest

from memctx.reader.answers.intent import intent_of
from memctx.reader.answers.table_query import TableAnswer, ask_table
from memctx.reader.answers.tables import is_row, table_at

BUDGET = """Department | 2024 (kEUR) | 2025 (kEUR) | Lead
IT | 120 | 180 | Maria Voss
HR | 90 | 95 | Jan Pohl
Logistics | 300 | 310 | Maria Voss
Total | 510 | 585 |
"""
RAIN = """站点 | 一季度降雨（mm） | 二季度降雨（mm） | 负责人
北港站 | 120 | 135 | 王芳
磨坊站 | 90 | 88 | 李强
东桥站 | 100 | 81 | 王芳
"""


def ask(table: str, question: str, around: str = "") -> TableAnswer | None:
    found = table_at(table, 0)
    assert found is not None
    return ask_table(found, question, intent_of(question), around=around)


def said(table: str, question: str) -> str:
    found = ask(table, question)
    return found.text if found else ""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("2025 budget of IT", "180 kEUR"),
        ("IT budget 2025?", "180 kEUR"),
        ("Who leads HR?", "Jan Pohl"),
        ("Which departments are led by Maria Voss?", "IT; Logistics"),
        ("How many departments are led by Maria Voss?", "2 (IT; Logistics)"),
        ("Which department has the largest budget in 2025?", "Logistics (310 kEUR)"),
        ("How much more did Logistics get in 2025 than in 2024?", "10 (310 − 300)"),
        ("What is the total budget for 2025?", "585 kEUR"),
        ("Which departments got more than 100 in 2025?", "IT; Logistics"),
        ("How many departments got over 100 kEUR in 2025?", "2 (IT; Logistics)"),
    ],
)
def test_a_table_is_asked_in_english(question: str, answer: str) -> None:
    assert said(BUDGET, question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("北港站二季度降雨是多少？", "135 mm"),
        ("磨坊站的负责人是谁？", "李强"),
        ("哪些站点由王芳负责？", "北港站; 东桥站"),
        ("有几个站点由王芳负责？", "2 (北港站; 东桥站)"),
        ("二季度降雨最多的站点是哪个？", "北港站 (135 mm)"),
    ],
)
def test_a_table_is_asked_in_chinese(question: str, answer: str) -> None:
    assert said(RAIN, question) == answer


STAFF = """Name | Function | Site | First aider
Agnes Domville | Electrician | Skelby | no
Hamza Birkett | Driver | Hollin Beck | yes
Lowri Caddick | Site Manager Skelby | Skelby | yes
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many people are first aiders?", "2 (Hamza Birkett; Lowri Caddick)"),
        ("Which people are first aiders?", "Hamza Birkett; Lowri Caddick"),
        ("How many of the people are based at Skelby?", "2 (Agnes Domville; Lowri Caddick)"),
    ],
)
def test_a_column_of_yes_and_no_chooses_rows(question: str, answer: str) -> None:
    assert said(STAFF, question) == answer


@pytest.mark.parametrize("question", ["IT budget 2026?", "What did the kitchen cost?"])
def test_what_a_table_does_not_have_it_does_not_answer(question: str) -> None:
    assert ask(BUDGET, question) is None


def test_a_year_that_stands_above_the_table_is_there() -> None:
    table = "Site | Rain\nHarbour | 120\nMill | 90\n"
    assert ask(table, "Rain at Harbour in 2023?", around="Weather 2024") is None
    found = ask(table, "Rain at Harbour in 2024?", around="Weather 2024")
    assert found is not None
    assert found.text == "120"


def test_markdown_and_columns_of_spaces_are_tables_and_prose_is_none() -> None:
    markdown = "| Dept | 2024 |\n|---|---:|\n| IT | 10 |\n| HR | 7 |\n"
    assert said(markdown, "How much did HR get in 2024?") == "7"
    spaced = "Site      Q1    Q2\nHarbour   120   135\nMill      90    88\n"
    assert said(spaced, "Mill in Q2?") == "88"
    assert not is_row("The dome, which was built in 1902, cost 900 crowns.")


def test_cells_stand_where_they_say() -> None:
    table = table_at("x\n\n" + BUDGET, 3)
    assert table is not None
    text = "x\n\n" + BUDGET
    for row in (table.header, *table.rows):
        for cell in row.cells:
            assert text[cell.start : cell.end] == cell.text
