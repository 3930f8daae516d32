"""Whether an answer of the field set is right, shown, false or declined.

An answer is right when it holds an alternative of every group that is needed and nothing
that is to be avoided; a yes or no, when it begins with the right one; where nothing can be
known, when it declines. Wide and narrow characters, case, and separators within numbers do
not count. "Shown" is right, or cited where it stands.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from memctx.records import Answer
from memctx.sentences import CJK

FOLDERS = Path(__file__).parent
_YES = re.compile(
    r"(?:yes|true|correct|是|对|可以|能|有|会|需要|应当|应该|允许|必须|要)", re.IGNORECASE
)
_NO = re.compile(r"(?:no\b|not\b|false|incorrect|否|不|没|无|未|禁止)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldQuestion:
    """A question of a folder, and what makes an answer to it right; see the module."""

    folder: str
    id: str
    text: str
    kind: str
    language: str
    gold: tuple[str, ...]
    need: tuple[tuple[str, ...], ...] = ()
    avoid: tuple[str, ...] = ()
    yes: bool | None = None
    evidence: tuple[str, ...] = ()
    document: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the folder holds the answer."""
        return self.kind != "unanswerable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question. `false` is an answer that is wrong and was not declined."""

    question: FieldQuestion
    right: bool
    shown: bool
    declined: bool

    @property
    def false(self) -> bool:
        """Whether it was answered wrongly."""
        return not self.right and not self.declined


def questions(folder: str) -> list[FieldQuestion]:
    """The questions of a folder."""
    file = FOLDERS / folder / "questions.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_question(folder, json.loads(line)) for line in lines if line.strip()]


def outcome(question: FieldQuestion, answer: Answer) -> Outcome:
    """What became of a question that was answered so."""
    declined = answer.abstained
    if not question.answerable:
        return Outcome(question, declined, declined, declined)
    right = not declined and is_right(question, answer.answer)
    quotes = [citation.quote for citation in answer.citations]
    return Outcome(question, right, right or shows(question, quotes), declined)


def is_right(question: FieldQuestion, text: str) -> bool:
    """Whether a text answers the question, and nothing else."""
    if question.yes is not None:
        return (_YES if question.yes else _NO).match(text.strip()) is not None
    said = plain(text)
    holds = all(any(_held(plain(one), said) for one in group) for group in question.need)
    return holds and not any(_held(plain(one), said) for one in question.avoid)


def shows(question: FieldQuestion, quotes: Sequence[str]) -> bool:
    """Whether one of the quotes holds some of the evidence, or is held by it."""
    return any(_meet(plain(one), plain(quote)) for one in question.evidence for quote in quotes)


def plain(text: str) -> str:
    """A text without what does not count."""
    folded = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)  # evidence may be written as in the source
    folded = unicodedata.normalize("NFKC", folded).casefold()
    folded = re.sub(r"(?<=\d)[,  ](?=\d{3}\b)", "", folded)
    folded = re.sub(r"(\d\.\d*?)0+(?!\d)", r"\1", folded)  # 7.60 is 7.6
    folded = re.sub(r"\.(?!\d)", " ", re.sub(r"[^\w.%]+", " ", folded))
    return re.sub(rf"(?<=[{CJK}]) (?=[{CJK}])", "", " ".join(folded.split()))


def _held(part: str, whole: str) -> bool:
    """Whether a whole holds a part, as the beginning of words or as a whole number."""
    end = r"(?!\d|[.]\d)" if part[-1:].isdigit() else ""
    return re.search(rf"(?<![a-z0-9]){re.escape(part)}{end}", whole) is not None


def _meet(evidence: str, quote: str) -> bool:
    words = [word for word in re.split(r"[\s|]+", evidence) if word]
    if evidence in quote or (len(quote) >= 12 and quote in evidence):
        return True
    return len(words) > 2 and len(set(words) & set(quote.split())) >= 0.8 * len(set(words))


def _question(folder: str, row: dict[str, object]) -> FieldQuestion:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(map(str, _listed(row.get(name))))

    yes, document = row.get("yes"), row.get("document")
    return FieldQuestion(
        folder=folder,
        id=str(row["id"]),
        text=str(row["question"]),
        kind=str(row["kind"]),
        language=str(row["language"]),
        gold=texts("gold"),
        need=tuple(tuple(map(str, _listed(group))) for group in _listed(row.get("need"))),
        avoid=texts("avoid"),
        yes=None if yes is None else bool(yes),
        evidence=texts("evidence"),
        document=None if document is None else str(document),
    )


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else []
