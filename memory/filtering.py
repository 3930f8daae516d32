"""Conditions on documents in SQL, as far as SQL can tell; the condition itself has the say."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, true

from ..comparison import is_plain
from ..conditions import OWN_KEYS, All, Condition, Either, Test
from ..records import Json
from . import tables
from .faults import check_text


def check_condition(condition: Condition) -> None:
    """Refuses keys and values that are no text. Raises UsageError, which names the place."""
    for test in condition.tests():
        for text in (test.key, *test.values):
            if isinstance(text, str):
                check_text(text)


def fields_of(row: Any) -> dict[str, Json]:
    """What a condition may ask of a document; `row` has its own keys and its metadata."""
    own = {name: getattr(row, name) for name in OWN_KEYS}
    return own | {name: value for name, value in row.metadata.items() if value is not None}


def narrowed(condition: Condition) -> ColumnElement[bool]:
    """True of all documents that meet the condition, and of few others.

    Metadata is stored as JSON: a name or text that is in it is in its text.
    """
    if isinstance(condition, All):
        return and_(true(), *map(narrowed, condition.parts))
    if isinstance(condition, Either):
        return or_(*map(narrowed, condition.parts))
    if not isinstance(condition, Test) or condition.sign == "!=":
        return true()
    texts = [value for value in condition.values if isinstance(value, str) and is_plain(value)]
    sayings = [says(condition.key)]
    if condition.sign in ("=", "in") and len(texts) == len(condition.values):
        sayings.append(or_(*map(says, texts)))
    said = and_(*sayings)
    if condition.key not in OWN_KEYS:
        return said
    column = tables.documents.c[condition.key]
    return or_(said, column.in_(texts)) if len(sayings) > 1 else true()


def says(text: str) -> ColumnElement[bool]:
    """Whether a document's metadata has a name or a text."""
    return func.instr(tables.documents.c.metadata, json.dumps(text)) > 0
