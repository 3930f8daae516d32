"""Conditions on documents: `year>=1905` as text, `where("year") >= 1905` in Python.

What is asked of is a document's metadata and, where that has no such key, its `key`,
`title`, `uri` and `collection`. A condition is a record that says of a mapping whether it
matches; where mappings come from is not known here.

A list matches when one of its values does; for `!=`, when none is the one named. What has
no such key, or nothing that compares, matches nothing but `!=`, which is whatever `=` is
not. How two values compare is in `comparison.py`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, cast, get_args

from .comparison import Scalar, compares
from .errors import UsageError
from .records import Json

Sign = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Value: TypeAlias = Scalar | date

OWN_KEYS = ("key", "title", "uri", "collection")
"""What every document may be asked for, unless its metadata uses the name."""

_FORM = re.compile(
    r"(?P<key>(?:[^=<>!]|!(?!=))+?)"
    r"(?:(?P<sign>!=|<=|>=|==|=>|<>|=|<|>)|\s(?P<among>in)\s)"
    r"(?P<rest>.*)",
    re.DOTALL,
)


class Condition:
    """Something that a document meets or not; `&` and `|` join conditions."""

    __slots__ = ()

    def matches(self, fields: Mapping[str, Json]) -> bool:
        """Whether a document with these fields meets it."""
        raise NotImplementedError

    def tests(self) -> Iterator[Test]:
        """The single tests that it consists of."""
        raise NotImplementedError

    def __and__(self, other: Condition) -> Condition:
        return All((self, other))

    def __or__(self, other: Condition) -> Condition:
        return Either((self, other))

    def __bool__(self) -> bool:
        raise UsageError(
            "conditions are joined by & and |, each in parentheses, as in "
            '(where("year") >= 1905) & (where("tags") == "cost")'
        )


@dataclass(frozen=True, slots=True)
class Test(Condition):
    """What stands under a key compared with a value; "in" has several, of which one is to be."""

    __test__ = False  # no test of pytest's

    key: str
    sign: Sign
    values: tuple[Scalar, ...]

    def matches(self, fields: Mapping[str, Json]) -> bool:
        """As `Condition.matches`."""
        held = fields.get(self.key)
        several = [one for one in (held if isinstance(held, list) else [held]) if one is not None]
        if self.sign == "!=":
            return not any(compares(one, "=", self.values[0]) for one in several)
        sign = "=" if self.sign == "in" else self.sign
        return any(compares(one, sign, value) for one in several for value in self.values)

    def tests(self) -> Iterator[Test]:
        """Itself alone."""
        yield self


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Met when every part is."""

    parts: tuple[Condition, ...]

    def matches(self, fields: Mapping[str, Json]) -> bool:
        """As `Condition.matches`."""
        return all(part.matches(fields) for part in self.parts)

    def tests(self) -> Iterator[Test]:
        """Those of its parts."""
        return (test for part in self.parts for test in part.tests())


@dataclass(frozen=True, slots=True)
class Either(Condition):
    """Met when one of its parts is."""

    parts: tuple[Condition, ...]

    def matches(self, fields: Mapping[str, Json]) -> bool:
        """As `Condition.matches`."""
        return any(part.matches(fields) for part in self.parts)

    def tests(self) -> Iterator[Test]:
        """Those of its parts."""
        return (test for part in self.parts for test in part.tests())


Where: TypeAlias = Condition | str | Mapping[str, Value] | Sequence[Condition | str]
"""A condition, one as text, keys that are to equal values, or several of which all hold."""


class Field:
    """A key, to be compared: each comparison makes a condition."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        return _test(self._key, "=", [value])

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        return _test(self._key, "!=", [value])

    def __lt__(self, value: Value) -> Condition:
        return _test(self._key, "<", [value])

    def __le__(self, value: Value) -> Condition:
        return _test(self._key, "<=", [value])

    def __gt__(self, value: Value) -> Condition:
        return _test(self._key, ">", [value])

    def __ge__(self, value: Value) -> Condition:
        return _test(self._key, ">=", [value])

    __hash__ = None  # type: ignore[assignment]

    def in_(self, values: Iterable[Value]) -> Condition:
        """Is one of the values, or holds one of them."""
        return _test(self._key, "in", [values] if isinstance(values, str) else list(values))


def where(key: str) -> Field:
    """Begins a condition on documents: `where("year") >= 1905`, `where("tags") == "cost"`.

    Raises:
        UsageError: the key is no name; or, when it is compared, the value is no text, number,
            truth value or date.
    """
    if not isinstance(key, str) or not key:
        raise UsageError(f"a condition needs the name of a key, got {key!r}")
    return Field(key)


def parse(text: str) -> Condition:
    """The condition that the command line's form of it says.

    Raises:
        UsageError: it is not of that form; the message shows one that is.
    """
    found = _FORM.fullmatch(text)
    key = found["key"].strip() if found else ""
    if found is None or not key:
        raise _malformed(text)
    sign, rest = found["sign"] or found["among"], found["rest"].strip()
    values = _listed(rest) if sign == "in" else [rest]
    # An empty value is what a field may be equal to, and nothing that others come after.
    if sign not in get_args(Sign) or not values or not (rest or sign in ("=", "!=")):
        raise _malformed(text)
    return _test(key, sign, values)


def condition_of(given: Where | None) -> Condition | None:
    """What `where` arguments mean; None where nothing is asked for.

    Raises:
        UsageError: it is none of what `Where` allows.
    """
    if given is None or isinstance(given, Condition):
        return given
    if isinstance(given, str):
        return parse(given)
    if isinstance(given, Mapping):
        parts: list[Condition] = [_test(str(key), "=", [one]) for key, one in given.items()]
    elif isinstance(given, Sequence):
        parts = [part for one in given if (part := condition_of(one)) is not None]
    else:
        raise UsageError(
            'where takes conditions such as where("year") >= 1905, "year>=1905" or '
            f'{{"year": 1905}}; got {given!r}'
        )
    return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else None


def _malformed(text: str) -> UsageError:
    return UsageError(
        "a condition is KEY=VALUE, KEY!=VALUE, KEY<VALUE, <=, >, >=, or KEY in A,B, as in "
        f"'year>=1905' or 'tags in cost,dome'; got {text!r}"
    )


def _listed(text: str) -> list[str]:
    """What commas part; a value with a comma in it stands in double quotes."""
    try:
        rows = list(csv.reader([text], skipinitialspace=True))
    except csv.Error:
        return []
    return [value for row in rows for one in row if (value := one.strip())]


def _test(key: str, sign: str, values: Iterable[object]) -> Test:
    return Test(key, cast(Sign, sign), tuple(_scalar(key, value) for value in values))


def _scalar(key: str, value: object) -> Scalar:
    if isinstance(value, date):  # a datetime, too
        return value.isoformat()
    if isinstance(value, (str, int, float)):
        return value
    raise UsageError(
        f"a condition compares {key} with a text, a number, True, False or a date, got {value!r}; "
        f'for one of several values, where("{key}").in_([...])'
    )
