"""What a reader is told: which words stand around passages, facts and question.

A prompt is a head that does not depend on the question, then the passages, then
the facts, then a tail with the question. Each piece becomes tokens by itself, so
the tokens of a whole prompt are exactly the sum of its pieces. The wording lies
in `data/prompts`, a file for each language; this module knows no tokenizer.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Literal, get_args

from ..sentences import CJK
from .reading import WindowPassage

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""The languages that the wording is kept in."""

Style = Literal["base", "chat"]
"""A base model continues a text; a chat model is asked."""

_CJK_CHARACTER = re.compile(f"[{CJK}]")
_CJK_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Wording:
    """The words around a window. `{question}` in `tail` is where the question goes."""

    head: str
    tail: str

    def tail_for(self, question: str) -> str:
        """The tail with the question, its line breaks made spaces, in place."""
        return self.tail.replace("{question}", " ".join(question.split()))


@functools.cache
def wording(language: Language, style: Style) -> Wording:
    """The shipped wording for a language and a kind of model."""
    source = package_files("memctx") / "data" / "prompts" / f"{language}.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))[style]
    return Wording(head=table["head"], tail=table["tail"])


@functools.cache
def retelling(language: Language) -> Wording:
    """The shipped examples of texts said in one sentence; `{text}` in `tail` is the next one."""
    source = package_files("memctx") / "data" / "prompts" / f"{language}.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))["retelling"]
    return Wording(head=table["head"], tail=table["tail"])


def question_language(question: str) -> Language:
    """Chinese where at least 15% of the letters are Chinese characters, else English.

    The share is low because one Chinese character says what several letters do:
    "Transformer 是谁提出的？" is a Chinese question.
    """
    letters = sum(character.isalpha() for character in question)
    chinese = len(_CJK_CHARACTER.findall(question))
    return "zh" if chinese and chinese >= _CJK_SHARE * letters else "en"


def passage_piece(passage: WindowPassage) -> str:
    """A passage as the model reads it: a line of its name, its context, its text, a blank line."""
    heading = "" if passage.heading == passage.title else passage.heading
    name = " > ".join(part for part in (passage.title, heading) if part)
    lines = (name, passage.context, passage.text)
    return "\n".join(line for line in lines if line) + "\n\n"


def fact_piece(fact: str) -> str:
    """A fact as the model reads it: a line of its own."""
    return f"{fact}\n"
