"""Codes of the printer among prose: "Jkt 059006 PO 00000 Frm 00012 Fmt 6633 Sfmt 6602".

Words there are keys of numbers and make no sentence; a parser takes them for names, and
they stand on every page. Found by their look, whatever they are called.
"""

from __future__ import annotations

import re
from itertools import groupby

_TOKEN = re.compile(r"\S+")
_PROSE = re.compile(r"[^\W\d_A-Z][^\W\d_A-Z'’-]*[,.;:!?]*|\W+")
"""A word in small letters, in any script, or a sign by itself."""
_KEYED = re.compile(r"(?:(?<!\S)[A-Za-z]+ +\d{2,}(?: +|$)){4,}", re.M)
"""Single words and numbers in turn; tables and addresses are hardly ever so regular."""
_PADDED = re.compile(r"(?<!\S)0\d{2,}")
_FEWEST_PADDED = 2
"""Numbers that begin with a nought: cities and years have none."""


def without_codes(text: str) -> str:
    """The text with blanks and a paragraph's end for each run of codes; offsets stay."""
    for start, end in code_runs(text):
        text = f"{text[:start]}\n\n{' ' * (end - start - 2)}{text[end:]}"
    return text


def code_runs(text: str) -> list[tuple[int, int]]:
    """Where codes stand in a text, with what is around them on the line and is no prose."""
    if _KEYED.search(text) is None:
        return []
    runs = []
    for line in re.finditer(r"[^\n]+", text):
        tokens = list(_TOKEN.finditer(text, *line.span()))
        for prose, run in groupby(tokens, lambda token: bool(_PROSE.fullmatch(token.group()))):
            found = None if prose else _codes(text, list(run))
            if found is not None:
                runs.append(found)
    return runs


def _codes(text: str, run: list[re.Match[str]]) -> tuple[int, int] | None:
    """From the end of the sentence before to the last number of a run that holds codes."""
    start, end = run[0].start(), run[-1].end()
    keyed = _KEYED.search(text, start, end)
    if keyed is None or len(_PADDED.findall(keyed.group())) < _FEWEST_PADDED:
        return None
    ends = [token.end() for token in run if token.end() <= keyed.start() and _closes(token)]
    first = next(token.start() for token in run if token.start() >= max(ends, default=start))
    last = max(token.end() for token in run if any(map(str.isdigit, token.group())))
    return first, last


def _closes(token: re.Match[str]) -> bool:
    return token.group()[-1] in ".!?"
