"""Tables of other shapes, and questions that a table must not answer with another's cell."""

from __future__ import annotations

import pytest

from memctx.reader.answers.intent import intent_of
from memctx.reader.answers.table_query import ask_table
from memctx.reader.answers.tables import table_at

STAFF = """Department | Budget (kEUR) | Staff | Lead
IT | 180 | 12 | Maria Voss
IT security | 95 | 4 | Jan Pohl
Kitchen | 60 | 9 | Maria Voss
Total | 335 | 25 |
"""
RAIN = "Site | Rain\nHarbour | 120\nMill | 90\nQuay | 75\n"
BRIDGES = """Bridge | Built | Length (m) | Architect
North | 1902 | 310 | Ada Krol
North Sea | 1950 | 275 | Tom Lind
Weir | 1988 | 98 | Ada Krol
"""
CONTRACTS = """Contract | Ends | Value | Renewed
Alder | 2025-03-01 | 1,200 | yes
Birch | 2024-11-30 | 900 | no
Cedar | 2026-01-15 | 15,000 | yes
"""
CHANGES = """Site | Change | Share
Harbour | -12 | 40%
Mill | 5 | 35%
Quay | −30 | 25%
"""
TWICE = "Team | Month | Hours\nBlue | May | 12\nBlue | June | 15\nRed | May | 9\n"
MIXED = "City | People\nAsten | 900 thousand\nBurg | 1.2 million\nCole | 40 thousand\n"
CODES = "Code | Item | Owner\nP-07 | Pump | Ida Roth\nP-12 | Valve | Ben Ott\n"
STATIONS = """站点 | 一季度降雨（mm） | 人数 | 负责人
北港站 | １２０ | 8 | 王芳
北港东站 | 90 | 5 | 李强、赵敏
磨坊站 | 1,100 | 12 | 王芳
合计 | 1,310 | 25 |
"""
PRICES = "项目 | 单价（元）\n水泵 | 350\n阀门 | 80\n"
TALKS = """Talk | Speaker | Room | Start
Opening | Ann Berg | Hall A | 09:00
Soil maps | Bo Dahl | Hall B | 10:00
River data | Ann Berg | Hall A | 11:30
"""
QUARTERS = """Quarter | Revenue | Costs | Profit
Q1 | 1,200 | 900 | 300
Q2 | 1,100 | 1,250 | -150
Q3 | 1,400 | 1,000 | 400
"""
MODULES = """| Module | Released | Owner | Open bugs |
|---|---|---|---|
| Parser | 3 May 2024 | Lea Kern | 14 |
| Lexer | 12 January 2023 | Tim Orth | 3 |
| Linker | 20 June 2024 | Lea Kern | 7 |
| Average | | | 8 |
"""
COSTS = """Item | 2023 | 2024
Rent | 1,200 | 1,300
Heating | 340 | 310
Subtotal | 1,540 | 1,610
Insurance | 200 | 210
Grand total | 1,740 | 1,820
"""
EVENTS = """日期 | 活动 | 参加人数 | 地点
2024年3月1日 | 植树 | 45 | 东园
2024年5月4日 | 春游 | 120 | 西湖
2024年10月1日 | 联欢 | 88 | 东园
"""
LETTERS = "Name | Age | City\nAnn Berg | 41 | Oslo\nBo Dahl | 29 | Bergen\nCy Eide | 63 | Oslo\n"


def said(table: str, question: str, around: str = "") -> str:
    found = table_at(table, 0)
    assert found is not None
    answer = ask_table(found, question, intent_of(question), around=around)
    return answer.text if answer else ""


@pytest.mark.parametrize(
    ("table", "question", "answer"),
    [
        (STAFF, "What is the budget of IT?", "180 kEUR"),
        (STAFF, "What is the budget of IT security?", "95 kEUR"),
        (STAFF, "Who leads IT security?", "Jan Pohl"),
        (STAFF, "How many staff does the kitchen have?", "9"),
        (STAFF, "What is the total budget?", "335 kEUR"),
        (STAFF, "What is the combined budget of IT and Kitchen?", "240 (180 + 60)"),
        (STAFF, "What is the total staff of departments led by Maria Voss?", "21 (12 + 9)"),
        (STAFF, "How many departments are there?", "3 (IT; IT security; Kitchen)"),
        (STAFF, "Which department has the smallest staff?", "IT security (4)"),
        (STAFF, "Which departments have at least 9 staff?", "IT; Kitchen"),
        (STAFF, "Which departments have at most 9 staff?", "IT security; Kitchen"),
        (STAFF, "Which departments have no more than 9 staff?", "IT security; Kitchen"),
        (STAFF, "What is the budget of IT and of Kitchen?", "IT: 180 kEUR; Kitchen: 60 kEUR"),
        (STAFF, "By how much is the budget of IT higher than that of Kitchen?", "120 (180 − 60)"),
        (RAIN, "Which site was the wettest?", "Harbour (120)"),
        (RAIN, "How much rain fell at Mill?", "90"),
        (RAIN, "Rain at Quay?", "75"),
        (BRIDGES, "How long is the North bridge?", "310 m"),
        (BRIDGES, "Which bridges were built after 1940?", "North Sea; Weir"),
        (BRIDGES, "Which bridges were built before 1950?", "North"),
        (BRIDGES, "Which bridge is the oldest?", "North (1902)"),
        (BRIDGES, "Which bridge is the longest?", "North (310 m)"),
        (BRIDGES, "Which bridges were built between 1940 and 1960?", "North Sea"),
        (BRIDGES, "Which bridges are by Ada Krol?", "North; Weir"),
        (CONTRACTS, "Which contract ends latest?", "Cedar (2026-01-15)"),
        (CONTRACTS, "When does Birch end?", "2024-11-30"),
        (CONTRACTS, "Which contracts end after 2024?", "Alder; Cedar"),
        (CONTRACTS, "Which contract has the highest value?", "Cedar (15,000)"),
        (CONTRACTS, "Which contracts have a value over 1,000?", "Alder; Cedar"),
        (CONTRACTS, "Which contracts were renewed?", "Alder; Cedar"),
        (CHANGES, "Which site had the lowest change?", "Quay (−30)"),
        (CHANGES, "What was the share of Mill?", "35%"),
        (CHANGES, "Which site had the largest share?", "Harbour (40%)"),
        (TWICE, "How many hours did Blue have in June?", "15"),
        (CODES, "Who is the owner of the pump?", "Ida Roth"),
        (CODES, "Who is the owner of P-12?", "Ben Ott"),
        (LETTERS, "Who is the oldest?", "Cy Eide (63)"),
        (LETTERS, "How old is Dahl?", "29"),
        (LETTERS, "Which people live in Oslo?", "Ann Berg; Cy Eide"),
        (STATIONS, "北港站一季度降雨是多少？", "１２０ mm"),
        (STATIONS, "北港东站的人数是多少？", "5"),
        (STATIONS, "一季度降雨最多的站点是哪个？", "磨坊站 (1,100 mm)"),
        (STATIONS, "一季度降雨１００以上的站点有哪些？", "北港站; 磨坊站"),
        (STATIONS, "哪些站点的人数不超过8？", "北港站; 北港东站"),
        (STATIONS, "哪些站点由赵敏负责？", "北港东站"),
        (STATIONS, "人数合计是多少？", "25"),
        (PRICES, "水泵多少钱？", "350 元"),
        (TALKS, "Who speaks in Hall A?", "Ann Berg"),
        (TALKS, "Who speaks about river data?", "Ann Berg"),
        (TALKS, "When does the talk on soil maps start?", "10:00"),
        (TALKS, "How many talks does Berg give?", "2 (Opening; River data)"),
        (QUARTERS, "What was the profit in Q2?", "-150"),
        (QUARTERS, "Which quarter had the highest revenue?", "Q3 (1,400)"),
        (QUARTERS, "When was the profit lowest?", "Q2 (-150)"),
        (QUARTERS, "What is the total profit for Q1 and Q3?", "700 (300 + 400)"),
        (QUARTERS, "How much higher was revenue in Q3 than in Q1?", "200 (1,400 − 1,200)"),
        (MODULES, "How many open bugs are there in total?", "24 (14 + 3 + 7)"),
        (MODULES, "Which module is the newest?", "Linker (20 June 2024)"),
        (MODULES, "Which modules were released after 1 June 2024?", "Linker"),
        (COSTS, "What was the total in 2024?", "1,820"),
        (COSTS, "By how much did rent rise between 2023 and 2024?", "100 (1,300 − 1,200)"),
        (COSTS, "Rent and insurance in 2024 combined?", "1,510 (1,300 + 210)"),
        (EVENTS, "最早的活动是哪个？", "植树 (2024年3月1日)"),
        (EVENTS, "参加人数最多的活动是什么？", "春游 (120)"),
        (EVENTS, "2024年4月1日之后的活动有哪些？", "春游; 联欢"),
        (EVENTS, "参加人数100以下的活动有哪些？", "植树; 联欢"),
        (EVENTS, "春游比植树多多少人？", "75 (120 − 45)"),
        (PRICES, "水泵的单价是多少？", "350 元"),
    ],
)
def test_tables_of_many_shapes_are_asked(table: str, question: str, answer: str) -> None:
    assert said(table, question) == answer


@pytest.mark.parametrize(
    ("table", "question"),
    [
        (RAIN, "What was the temperature at Harbour?"),
        (RAIN, "How many visitors came to Harbour?"),
        (RAIN, "Who founded Harbour?"),
        (RAIN, "Which site had the most tourists?"),
        (RAIN, "Which site was the coldest?"),
        (RAIN, "What was the rain at Harbour bridge in Berlin?"),
        (STAFF, "What is the phone number of IT?"),
        (STAFF, "What is the average budget?"),
        (STAFF, "What is the total budget in Berlin?"),
        (STAFF, "Which departments are led by Peter Voss?"),
        (STAFF, "How many departments does Smith lead?"),
        (STAFF, "Which departments are not led by Maria Voss?"),
        (STAFF, "Which departments have more staff than IT?"),
        (STAFF, "Which department has the second largest budget?"),
        (STAFF, "How much is it?"),
        (STAFF, "What is the parking budget for IT?"),
        (BRIDGES, "Which bridge is the heaviest?"),
        (BRIDGES, "How long is the East bridge?"),
        (BRIDGES, "What is the total length of bridges in Norway?"),
        (CONTRACTS, "What is the start date of Alder?"),
        (CONTRACTS, "Who signed Alder?"),
        (CHANGES, "By how many percent is the change of Mill higher than that of Quay?"),
        (CHANGES, "What is the total share?"),
        (TWICE, "How many hours did Blue have?"),
        (TWICE, "How many hours did Blue have in July?"),
        (MIXED, "Which city has the most people?"),
        (MIXED, "How many people are there in total?"),
        (CODES, "Which item is the largest?"),
        (LETTERS, "What is the salary of Ann Berg?"),
        (STATIONS, "北港站的电话是多少？"),
        (STATIONS, "北港站的气温是多少？"),
        (STATIONS, "哪些站点不由王芳负责？"),
        (STATIONS, "人数第二多的站点是哪个？"),
        (STATIONS, "平均人数是多少？"),
        (PRICES, "水泵的重量是多少？"),
        (PRICES, "水泵重量是多少？"),
        (TALKS, "Who speaks in Hall C?"),
        (TALKS, "Which talks start after 10:00?"),
        (QUARTERS, "What was the margin in Q1?"),
        (STAFF, "How many people work in IT?"),
        (MODULES, "How many closed bugs does the Parser have?"),
        (COSTS, "What was the total in 2022?"),
        (COSTS, "How much was spent on food in 2024?"),
        (COSTS, "Was rent higher in 2024?"),
        (COSTS, "Which items were more expensive in 2024 than in 2023?"),
        (EVENTS, "联欢的负责人是谁？"),
    ],
)
def test_a_question_about_something_else_has_no_answer(table: str, question: str) -> None:
    assert said(table, question) == ""
