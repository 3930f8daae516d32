"""How questions made from a text are worded, in English and Chinese.

A sentence is used as it stands, so that nothing has to be inflected: an English question
word stands for what opens a sentence, elsewhere there is a blank to fill or a clause behind
"was it that"; a Chinese one stands where the answer stood, as it does in any Chinese question.
(Clozes as questions: Lewis et al. 2019, arXiv 1906.04980.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...reader.prompt import Language

BLANK = "____"

_ASKED: dict[Language, dict[str, str]] = {
    "en": {
        "person": "Who",
        "organisation": "Which organisation",
        "place": "Which place",
        "group": "Which group",
        "work": "Which work",
        "event": "Which event",
        "date": "When",
        "number": "How much or how many",
        "name": "Who or what",
    },
    "zh": {
        "person": "谁",
        "organisation": "什么机构",
        "place": "什么地方",
        "work": "什么作品",
        "event": "什么事件",
        "date": "什么时候",
        "number": "多少",
    },
}
_ANYTHING: dict[Language, str] = {"en": "What", "zh": "什么"}
_FILLED = {
    "person": "name",
    "organisation": "name",
    "place": "place",
    "date": "date",
    "number": "number",
    "name": "name",
}
_ARTICLE = re.compile(r"(?:The|An?)\s+$")
_GOES_ON = re.compile(r"\s+[a-z]")
_AT_LAST = re.compile(r"[\s。.．!！?？;；…]+$")
_DETERMINER = re.compile(r"\s+(?:the|an?|his|her|its|their)\s*$")
_BE = ("is", "was", "are", "were")
_WHEN = re.compile(r"\s+(?:in|on|since|from|during)$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement as a text has it, in pieces; `tail` is what its predicate has at the end."""

    subject: str
    predicate: str
    object: str
    tail: str
    language: Language

    @property
    def text(self) -> str:
        """The pieces in a row."""
        joint = " " if self.language == "en" else ""
        return joint.join((self.subject, self.predicate, self.object)) + self.tail


def asked_for(kind: str, language: Language) -> str:
    """The question word for a kind of thing.

    >>> asked_for("person", "en"), asked_for("term", "zh")
    ('Who', '什么')
    """
    return _ASKED[language].get(kind, _ANYTHING[language])


def cloze(sentence: str, start: int, end: int, kind: str, language: Language) -> str:
    """A question for what stands at `start:end` of a sentence.

    >>> cloze("Ada Reed founded the school.", 0, 8, "person", "en")
    'Who founded the school?'
    >>> cloze("It was built by Tom Lind.", 16, 24, "person", "en")
    'Which name belongs in the blank? It was built by ____.'
    >>> cloze("学校由艾达创立。", 3, 5, "person", "zh")
    '学校由谁创立？'
    """
    before, after = sentence[:start], sentence[end:]
    word = asked_for(kind, language)
    if language == "zh":
        return _closed(f"{before}{word}{after}", "？")
    opens = not _ARTICLE.sub("", before)
    if opens and kind not in ("date", "number") and _GOES_ON.match(after):
        return _closed(f"{word}{after}", "?")
    noun = _FILLED.get(kind, "phrase")
    return f"Which {noun} belongs in the blank? {before}{BLANK}{after}"


def for_object(clause: Clause, kind: str) -> str:
    """Asks for a clause's object.

    >>> for_object(Clause("Ada Reed", "was born in the", "north", "", "en"), "place")
    'Which place was it that Ada Reed was born in?'
    >>> for_object(Clause("Ada Reed", "left in", "1902", "", "en"), "date")
    'When was it that Ada Reed left?'
    >>> for_object(Clause("Ada Reed", "was an", "architect", "", "en"), "term")
    'What was Ada Reed?'
    >>> for_object(Clause("学校", "由", "艾达", "创立", "zh"), "person")
    '学校由谁创立？'
    """
    word, subject = asked_for(kind, clause.language), clause.subject
    if clause.language == "zh":
        return f"{subject}{clause.predicate}{word}{clause.tail}？"
    predicate = _DETERMINER.sub("", f" {clause.predicate}").strip()
    if predicate in _BE:
        return f"{word} {predicate} {subject}?"
    if kind == "date":
        predicate = _WHEN.sub("", predicate)
    return f"{word} was it that {subject} {predicate}?"


def for_subject(clause: Clause, kind: str) -> str:
    """Asks for a clause's subject.

    >>> for_subject(Clause("Ada Reed", "founded the", "school", "", "en"), "person")
    'Who founded the school?'
    """
    word = asked_for(kind, clause.language)
    return replace(clause, subject=word).text + ("？" if clause.language == "zh" else "?")


def for_time(clause: Clause) -> str:
    """Asks when a clause was so.

    >>> for_time(Clause("Ada Reed", "founded the", "school", "", "en"))
    'When was it that Ada Reed founded the school?'
    >>> for_time(Clause("艾达", "创立了", "学校", "", "zh"))
    '艾达创立了学校，这是什么时候？'
    """
    if clause.language == "zh":
        return f"{clause.text}，这是什么时候？"
    return f"When was it that {clause.text}?"


def _closed(text: str, mark: str) -> str:
    """The text with this mark at its end."""
    return _AT_LAST.sub("", text) + mark
