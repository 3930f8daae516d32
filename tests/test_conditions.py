"""The language of conditions: what is written, what it means, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from memctx import where
from memctx.conditions import Where, condition_of, parse
from memctx.errors import UsageError


def meets(condition: Where, **fields: Any) -> bool:
    made = condition_of(condition)
    assert made is not None
    return made.matches(fields)


@pytest.mark.parametrize(
    ("condition", "held", "expected"),
    [
        ("year=1905", 1905, True),
        ("year=1905", "1905", True),
        ("year=1905", 1905.0, True),
        ("year = 1905 ", 1905, True),
        ("year=1905", 1906, False),
        ("year!=1905", 1906, True),
        ("year>9", "10", True),
        ("year>9", 10, True),
        ("year<9", "10", False),
        ("year>=1905", 1905, True),
        ("year<=1904.5", 1905, False),
        ("year>-3", -2, True),
        ("year>9", "unknown", False),
        ("year in 1902,1905", 1905, True),
        ("year in 1902, 1905", "1905", True),
        ("year in 1902,1904", 1905, False),
        ("year=true", True, True),
        ("year=1", True, False),
        ("year=", "", True),
        ("year!=", "1905", True),
        ("year=12345678901234567891", "12345678901234567890", False),
    ],
)
def test_numbers_and_texts_compare_as_what_they_are(
    condition: str, held: Any, expected: bool
) -> None:
    assert meets(condition, year=held) is expected


@pytest.mark.parametrize(
    ("condition", "held", "expected"),
    [
        ("date=2024-03", "2024-03-15", True),
        ("date=2024", "2024-03-15T10:00:00Z", True),
        ("date=2024-03-15", "2024-03", False),
        ("date>2024-03", "2024-03-31", False),
        ("date>2024-03", "2024-04-01", True),
        ("date>=2024-03", "2024-03-01", True),
        ("date<=2024-03", "2024-03-31T23:59:59", True),
        ("date<2024-03", "2024-02-29", True),
        ("date<2024-03", "2024", True),
        ("date>=1905", "1905-07-01", True),
        ("date>1905", "1905-07-01", False),
        ("date>=1905-07-01", 1906, True),
        ("date<2024-03-15T08:00:00Z", "2024-03-15T09:00:00+08:00", True),
        ("date=2024-03-15T09:00", "2024-03-15 09:00:30", True),
        ("date>2024-13-40", "2024-04-01", False),
        ("date<=9999", "9999-12-31T23:59:59-08:00", True),
    ],
)
def test_dates_compare_as_the_time_that_they_name(
    condition: str, held: Any, expected: bool
) -> None:
    assert meets(condition, date=held) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("tags=cost", True),
        ("tags=费用", True),
        ("tags=cos", False),
        ("tags!=cost", False),
        ("tags!=dome", True),
        ("tags in dome,cost", True),
        ('tags in dome,"a, b"', True),
        ("tags>11", True),
        ("tags>12", False),
    ],
)
def test_a_list_matches_when_it_holds_the_value(condition: str, expected: bool) -> None:
    assert meets(condition, tags=["cost", "费用", "a, b", 12]) is expected


def test_what_has_no_such_key_meets_nothing_but_being_another() -> None:
    for condition in ("year=1905", "year<9", "year>=0", "year in 1,2", "year="):
        assert not meets(condition, title="x"), condition
        assert not meets(condition, year=None), condition
    assert meets("year!=1905", title="x")
    assert meets("year!=1905", year=[])


def test_chinese_keys_and_values_are_compared() -> None:
    assert meets("作者=邬静澜", 作者="邬静澜")
    assert meets("作者 in 王, 邬静澜", 作者=["邬静澜"])
    assert meets("年份>=1905", 年份="１９０６")
    assert not meets("作者!=邬静澜", 作者="邬静澜")


def test_a_value_may_hold_signs_and_words_of_the_language() -> None:
    assert meets("title=born in Paris", title="born in Paris")
    assert meets("formula=a<b", formula="a<b")
    assert meets("id=<a@b.example>", id="<a@b.example>")
    assert meets("made in=China", **{"made in": "China"})
    assert meets("tag in a=b,c", tag="a=b")
    assert meets("what!ever=1", **{"what!ever": 1})


@pytest.mark.parametrize(
    "text",
    ["", "年份", "=1905", " =1905", "year==1905", "year=>1905", "year<>1905", "year<", "year in ,"],
)
def test_what_is_no_condition_is_refused_with_one_that_is(text: str) -> None:
    with pytest.raises(UsageError, match=r"year>=1905.*tags in cost,dome") as caught:
        parse(text)
    assert repr(text) in str(caught.value)


def test_conditions_are_joined_in_python() -> None:
    either = ((where("year") >= 1905) & (where("tags") == "cost")) | (where("author") == "邬静澜")
    assert meets(either, year="1906", tags=["cost"])
    assert not meets(either, year="1906", tags=["dome"])
    assert meets(either, year="1890", author="邬静澜")
    assert meets(where("year").in_([1, 2]), year=2)
    assert meets(where("year") != 3, year=2)
    assert meets(where("at") < date(2024, 3, 1), at="2024-02")
    assert meets(where("at") > datetime(2024, 3, 1, 9), at="2024-03-01T09:00:01")
    assert meets(where("draft") == True, draft=True)  # noqa: E712
    assert meets(where("year") <= 3, year=3)


def test_the_command_lines_form_mappings_and_several_conditions_mean_the_same() -> None:
    for both in (
        ["year>=1905", "tags=cost"],
        ("year>=1905", where("tags") == "cost"),
        (where("year") >= 1905) & parse("tags=cost"),
    ):
        assert meets(both, year=1905, tags="cost")
        assert not meets(both, year=1904, tags="cost")
        assert not meets(both, year=1905)
    assert meets({"year": 1905, "tags": "cost"}, year="1905", tags=["cost"])
    assert not meets({"year": 1905, "tags": "cost"}, year="1905")
    assert condition_of({}) is condition_of([]) is condition_of(None) is None


def test_what_python_would_take_for_something_else_is_refused() -> None:
    year = where("year")
    with pytest.raises(UsageError, match="joined by & and"):
        bool((year > 1) and (year < 3))
    with pytest.raises(UsageError, match="joined by & and"):
        1 < year < 3  # noqa: B015
    values: list[Any] = [[1, 2], None, {}]
    for value in values:
        with pytest.raises(UsageError, match=r"in_\("):
            condition_of({"year": value})
    for wrong in (7, [7], object()):
        with pytest.raises(UsageError, match="where takes"):
            condition_of(wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="name of a key"):
        where("")


_SCALARS = some.one_of(
    some.integers(-3000, 3000),
    some.floats(allow_nan=False, allow_infinity=False),
    some.dates().map(lambda day: day.isoformat()),
    some.sampled_from(["2024", "2024-03", "2024-02-30", "10", "９", "abc", "邬", "", "true"]),
)


@settings(deadline=None)
@given(_SCALARS, _SCALARS)
def test_a_value_is_before_another_or_not_and_never_both(held: Any, value: Any) -> None:
    year = where("year")
    less, more = meets(year < value, year=held), meets(year > value, year=held)
    assert not (less and more)
    assert meets(year >= value, year=held) <= (not less)
    assert meets(year <= value, year=held) <= (not more)
    assert meets(year != value, year=held) is not meets(year == value, year=held)
    if meets(year == value, year=held) and held not in ("", "true"):
        assert not less
        assert not more


@settings(deadline=None)
@given(_SCALARS)
def test_every_value_equals_itself_also_as_text(value: Any) -> None:
    assert meets(where("year") == value, year=value)
    assert meets(f"year={value}", year=value)
