"""What of a document can be an answer."""

from __future__ import annotations

from memctx.reader.answers.units import Unit, UnitKind, units_of

MINUTES = """# Minutes of 3 May

Present: Anna Berg, Tom Lind

The meeting began at 10. It was short.

Sites sampled:

- Harbour
- Mill, where the
  water was low
- Quay

Site | Q1 | Q2
Harbour | 120 | 135
Mill | 90 | 88

How to restart:

1. Close the valve.
2. Press reset.
3. Wait for the green lamp.
"""


def kinds(text: str, kind: UnitKind, start: int = 0, end: int | None = None) -> list[str]:
    return [text[u.start : u.end] for u in units(text, start, end) if u.kind == kind]


def units(text: str, start: int = 0, end: int | None = None) -> list[Unit]:
    return units_of(text, start, len(text) if end is None else end)


def test_sentences_fields_rows_entries_and_headings_are_told_apart() -> None:
    assert kinds(MINUTES, "sentence")[:2] == ["The meeting began at 10.", "It was short."]
    assert kinds(MINUTES, "field") == ["Present: Anna Berg, Tom Lind"]
    assert kinds(MINUTES, "row") == ["Harbour | 120 | 135", "Mill | 90 | 88"]
    assert kinds(MINUTES, "heading") == ["# Minutes of 3 May"]
    assert kinds(MINUTES, "item")[1] == "- Mill, where the\n  water was low"


def test_a_list_is_whole_even_where_the_passage_ends_in_it() -> None:
    cut = MINUTES.index("2. Press")
    steps = kinds(MINUTES, "list", MINUTES.index("1. Close"), cut)
    assert steps == ["1. Close the valve.\n2. Press reset.\n3. Wait for the green lamp."]


def test_a_row_knows_its_header_even_where_the_passage_begins_below_it() -> None:
    row = next(u for u in units(MINUTES, MINUTES.index("Mill | 90")) if u.kind == "row")
    assert row.header is not None
    assert MINUTES[slice(*row.header)] == "Site | Q1 | Q2"


def test_a_list_knows_the_line_that_introduces_it() -> None:
    found = next(u for u in units(MINUTES) if u.kind == "list")
    assert found.lead is not None
    assert MINUTES[slice(*found.lead)] == "Sites sampled:"


def test_lines_below_a_colon_are_a_list_without_bullets() -> None:
    text = "The main items were:\nheat recovery, £118,000\nslicing line, £95,500\n\nEnd of it.\n"
    assert kinds(text, "list") == ["heat recovery, £118,000\nslicing line, £95,500"]


def test_wrapped_prose_is_no_list() -> None:
    text = (
        "The board met in the long room of the old mill, which had been heated since the\n"
        "morning, and spoke about the roof for two hours before it came to the pump, the\n"
        "price of which had risen since the last offer was made.\n"
    )
    assert kinds(text, "list") == []


def test_chinese_steps_and_fields_are_units() -> None:
    text = "操作步骤：\n1. 关闭阀门。\n2. 按复位键。\n\n出席：王芳、李强\n"
    assert kinds(text, "list") == ["1. 关闭阀门。\n2. 按复位键。"]
    assert kinds(text, "field") == ["出席：王芳、李强"]
