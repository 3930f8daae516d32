"""Whether an answer says that there is no answer.

Readers are told to say so when the passages do not hold it, and each model says
it in its own way. A pure function of the text; only short answers that open
with the refusal count, so that "The captain's fate is unknown to this day, but
his ship was found" stays an answer.
"""

from __future__ import annotations

import re

from ..sentences import CJK

REFUSALS = {"en": "not in memory", "zh": "文中没有提到"}
"""What a reader is taught to say where the passages do not hold the answer."""

OPENINGS = frozenset({"not", "文中"})
"""The first words of these, which open hardly any answer."""

_LONGEST = 160
"""Characters beyond which a text that opens like a refusal has gone on to answer."""

_GIVEN = (
    r"(?:mentioned|given|stated|specified|provided|known|found|available|answered|determined|clear)"
)
_SOURCE = (
    r"(?:passages?|texts?|context|documents?|information|answer|question|memory|sources?|articles?)"
)
_ENGLISH = re.compile(
    "|".join(
        (
            r"not (?:in memory|(?:mentioned|given|stated|specified|provided|known|available)\b)",
            r"not (?:found|enough information|clear)(?: (?:in|from) .*)?\W*$",
            r"(?:unknown|unanswerable|n/?a|no answer|insufficient information)\W*$",
            r"(?:sorry|unfortunately)\b.{0,80}?\b(?:not|no|cannot|can't|unable)\b",
            r"(?:i|we) (?:do not|don't|cannot|can't|could not|couldn't|am unable to|am not able to)"
            r" (?:know|find|answer|determine|tell|say|have (?:any|enough|that))\b",
            rf"(?:the|this|these|that) (?:\w+ )?{_SOURCE}\b.{{0,30}}?(?:not|n't|fails? to) (?:be )?"
            rf"(?:{_GIVEN}|in|mention|give|state|specify|provide|say|contain|include|answer)\b",
            rf"(?:the|this|these) {_SOURCE} (?:has|have|gives?|contains?|provides?) no\b",
            r"(?:there is )?no (?:such |relevant |specific )?(?:information|mention|answer)\b",
            rf"it (?:is not|isn't|was not|wasn't|cannot be|can't be) {_GIVEN}\b",
        )
    ),
    re.IGNORECASE,
)

_CHINESE = re.compile(
    r"(?:(?:对不起|抱歉|很遗憾)[，,]?)?"
    r"(?:根据.{0,12}[，,])?"
    r"(?:我们?|这些|上述|以上|所给|给定|提供的|该|本)*"
    r"(?:文中|文章|原文|段落|资料|材料|文本|记忆|上下文|内容)?[中里]?[并也都]?"
    r"(?:没有?(?:提到|提及|说明|给出|提供|相关|答案|说明|写明|足够|找到|记载)"
    r"|未(?:提及|提到|说明|给出|提供|找到|记载|知(?!数))"
    r"|不(?:知道|清楚|详|在记忆|确定(?!性))"
    r"|无(?:法(?:回答|确定|得知|判断|找到)|相关|答案|从得知)|找不到)"
)


_OPENING = re.compile(
    r"(?:not|unknown|unanswerable|n/?a|no|insufficient|sorry|unfortunately|i|we|the|this|these|"
    r"that|there|it)\b",
    re.IGNORECASE,
)
_CHINESE_OPENING = re.compile("[对抱很根我这上以所给提该本文原段资材记内中里并也都没未不无找]")
_AROUND = "\"'“”「」()（） "
_IS_CJK = re.compile(f"[{CJK}]")
_PART_OF_A_WORD = re.compile(r"[\w/]*\Z")


def declines(text: str) -> bool:
    """Whether the text, in English or Chinese, says that the answer was not found."""
    bare = text.strip().strip(_AROUND).replace("’", "'")
    if not bare:
        return True
    if len(bare) > _LONGEST:
        return False
    return bool(_ENGLISH.match(bare) or _CHINESE.match(bare))


def may_decline(beginning: str) -> bool:
    """Whether a text that begins like this can still turn out to decline."""
    bare = beginning.lstrip().lstrip(_AROUND)
    if not bare or len(bare.rstrip(_AROUND)) > _LONGEST:
        return not bare
    if _IS_CJK.match(bare):
        return _CHINESE_OPENING.match(bare) is not None
    return bool(_OPENING.match(bare) or _PART_OF_A_WORD.match(bare))
