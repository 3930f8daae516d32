"""Chinese: names, aliases and simple facts, from word tags and patterns.

Parts of speech come from rjieba, loaded at the first text. Traditional and
simplified texts go the same way; nothing is converted, so offsets stay exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .chinese_words import read
from .extraction import Alias, AliasReason, ExtractedFact, Extraction, Mention
from .facts_chinese import chinese_facts

_RULES = "1"
_OTHER = (
    r"(?:以下)?(?P<how>简称为?|簡稱為?|又称为?|又稱為?|又名|亦称|亦稱|也称为?|也稱為?|别称|別稱|别名|別名|俗称|俗稱|"
    r"原名|本名|旧称|舊稱|旧名|舊名|曾用名|前身为|前身為|英文名|外号|外號|笔名|筆名|全名|全称|全稱)"
)
_MARKS = "，,。；;、（）()“”「」《》："
_NAME = rf"[“「《\"]?\s*(?P<name>[^{_MARKS}:\s][^{_MARKS}:]{{0,24}}?)\s*[”」》\"]?"
_SAID = re.compile(_OTHER + r"[：:]?\s*" + _NAME + r"(?=[，,。；;、）)]|$|是|为|為)")
_BRACKET = re.compile(r"\s?[（(]([^（）()\n]{1,40})[）)]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9 .&'’-]{1,40}$")
_SHORT = ("简", "簡")
_FORMER = ("原", "旧", "舊", "曾", "前")


class ChineseExtractor:
    """Mentions, aliases and facts of Chinese texts, traditional or simplified."""

    def __init__(self) -> None:
        self._tagger: Any = None

    @property
    def fingerprint(self) -> str:
        """Names the rules and the tagger's version."""
        from importlib.metadata import version

        return f"chinese/{_RULES}/rjieba-{version('rjieba')}"

    def __getstate__(self) -> dict[str, Any]:
        return {"_tagger": None}

    def extract(self, texts: Sequence[str]) -> list[Extraction]:
        """One extraction for each text."""
        if self._tagger is None:
            import rjieba

            self._tagger = rjieba.tag
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Extraction:
        words = read(text, self._tagger)
        facts = chinese_facts(words)
        others = list(_others(text, words.names))
        facts += tuple(_alias_fact(text, name, other, why) for name, other, why in others)
        spans = {(name.start, name.end): name for name in words.names if name.kind != "number"}
        for fact in facts:
            for end in (fact.subject, fact.object):
                spans.setdefault((end.start, end.end), end)
        aliases = tuple(dict.fromkeys(Alias(n.text, o.text, why) for n, o, why in others))
        return Extraction(tuple(spans[span] for span in sorted(spans)), aliases, facts)


def _others(text: str, names: Sequence[Mention]) -> Iterator[tuple[Mention, Mention, AliasReason]]:
    """Other names of a name: in brackets right after it, or after 又称, 简称, 原名."""
    named = [name for name in names if name.kind not in ("date", "number")]
    for name in named:
        bracket = _BRACKET.match(text, name.end + (text[name.end : name.end + 1] == "》"))
        if bracket is not None and _LATIN.match(bracket.group(1).strip()):
            yield name, _at(text, bracket.start(1), bracket.end(1), name), "also known as"
    for said in _SAID.finditer(text):
        before = [name for name in named if name.end <= said.start()]
        clause = max(text.rfind(mark, 0, said.start()) for mark in "。！？\n")
        before = [name for name in before if name.start > clause]
        if before:
            name = before[0] if text[said.start() - 1] not in "（(" else before[-1]
            other = _at(text, said.start("name"), said.end("name"), name)
            if other.text != name.text:
                yield name, other, _why(said.group("how"))


def _at(text: str, start: int, end: int, like: Mention) -> Mention:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Mention(start, end, text[start:end], like.kind)


def _why(how: str) -> AliasReason:
    if how.removeprefix("以下").startswith(_SHORT):
        return "short name"
    if how.startswith("本名"):
        return "birth name"
    return "former name" if how.startswith(_FORMER) else "also known as"


def _alias_fact(text: str, name: Mention, other: Mention, why: AliasReason) -> ExtractedFact:
    start = max(text.rfind(mark, 0, name.start) for mark in "。！？\n") + 1
    ends = [text.find(mark, other.end) for mark in "。！？\n"]
    end = min((place + 1 for place in ends if place >= 0), default=len(text))
    relation = {"short name": "简称", "former name": "原名", "birth name": "本名"}.get(why, "又称")
    return ExtractedFact(name, relation, other, start, end)
