"""Questions that name their answers: "Who came first? (A) Ada (B) Tom". Pure functions of text.

A reader of such a question is held to the answers named, and says which one it chose.
"""

from __future__ import annotations

import re

_LABEL = re.compile(r"(?:^|(?<=\s))[(（]([A-Z])[)）]\s*")


def options_of(question: str) -> dict[str, str]:
    """The answers that a question names, by label; empty for any other question.

    They are labelled from A on, and there are two or more.

    >>> options_of("Who came first? (A) Ada (B) Tom")
    {'A': 'Ada', 'B': 'Tom'}
    >>> options_of("Who built dome (B)?")
    {}
    """
    labels = list(_LABEL.finditer(question))
    expected = [chr(ord("A") + place) for place in range(len(labels))]
    if len(labels) < 2 or [label[1] for label in labels] != expected:
        return {}
    ends = [*(label.start() for label in labels[1:]), len(question)]
    texts = [question[one.end() : end].strip() for one, end in zip(labels, ends, strict=True)]
    return dict(zip(expected, texts, strict=True)) if all(texts) else {}


def chosen(question: str, said: str) -> str:
    """What was said, or the option that is so or, for want of one, begins so, with its label.

    >>> chosen("Who came first? (A) Ada Reed (B) Tom Lind", "Tom")
    '(B) Tom Lind'
    """
    begun = {label: text for label, text in options_of(question).items() if text.startswith(said)}
    if not said or not begun:
        return said
    label = min(begun, key=lambda label: len(begun[label]))
    return f"({label}) {begun[label]}"
