"""What is said around an answer: where it declines, and where it says yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from ...reader.prompt import question_language
from ...records import Passage

_LISTED = 3  # documents named when there is no answer
_LONGEST = 500  # characters of what was found


def not_in_memory(question: str, passages: Sequence[Passage]) -> str:
    """Says that nothing was found, and which documents come nearest."""
    names = list(dict.fromkeys(p.document.title or p.document.key for p in passages))[:_LISTED]
    chinese = question_language(question) == "zh"
    if not names:
        return (
            "记忆中没有找到相关内容。" if chinese else "Nothing in memory comes near this question."
        )
    if chinese:
        return f"记忆中没有这个问题的答案；最接近的是：{'；'.join(names)}。"
    return f"Not in memory. The nearest documents are: {'; '.join(names)}."


def most_likely_here(question: str, found: str, document: str) -> str:
    """Says that there is no sure answer, and what was found instead."""
    flat = " ".join(found.split())
    flat = flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST].rstrip()}…"
    if question_language(question) == "zh":
        return f"没有确切的答案。最可能在这里：“{flat}”（{document}）"
    return f"No sure answer. Most likely here: “{flat}” ({document})"


def verdict(question: str, yes: bool, sentence: str) -> str:
    """Yes or no, with the sentence that decides."""
    flat = " ".join(sentence.split())
    if question_language(question) == "zh":
        return f"{'是' if yes else '否'}。{flat}"
    return f"{'Yes' if yes else 'No'}. {flat}"
