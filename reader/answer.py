"""What of a model's writing is the answer. Pure functions of text.

A brief answer is one sentence on one line. Small models go on: they repeat
themselves, invent the next question, explain. `is_complete` says when there is
nothing more to wait for, `tidy` cuts the answer out, `settled` gives the part
that more text cannot change, so that streamed words never have to be unsaid.
"""

from __future__ import annotations

import re

from ..sentences import CJK, sentences

_CUE = re.compile(r"(?:Answer|A|答案|回答|答)\s*[:：]\s*", re.IGNORECASE)
_CUE_LENGTH = 8
_CHINESE_END = re.compile(r"[^“「『（《]*[。！？]\s*")
_LAST_WORD = re.compile(rf"\s*[^\s{CJK}]*\s*\Z")


def tidy(raw: str) -> str:
    """The answer: the first sentence of the first line, without a cue that it repeats."""
    line = _first_line(raw)[0]
    spans = sentences(line)
    return line[: spans[0][1]].strip() if spans else ""


def is_complete(raw: str) -> bool:
    """Whether the first sentence, or line, has ended for certain.

    A sentence has when a whole word of the next is there: "the U.S. A" may yet
    become "the U.S. Army".
    """
    line, ended = _first_line(raw)
    if ended or _CHINESE_END.fullmatch(line):
        return bool(line.strip())
    return len(sentences(_LAST_WORD.sub("", line))) > 1


def settled(raw: str) -> str:
    """A beginning of `tidy(raw)`, and of `tidy` of whatever `raw` grows into."""
    if is_complete(raw):
        return tidy(raw)
    certain = _LAST_WORD.sub("", raw)
    return tidy(certain) if len(certain.strip()) >= _CUE_LENGTH else ""


def _first_line(raw: str) -> tuple[str, bool]:
    """The first line that says something, and whether a line break ends it."""
    text = raw.lstrip()
    if cue := _CUE.match(text):
        text = text[cue.end() :]
    line, newline, _ = text.partition("\n")
    return line, bool(newline)
