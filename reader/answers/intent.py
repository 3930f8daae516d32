"""What kind of answer a question wants: a name, a date, a list, steps, a reason, yes or no.

Told from the question's own words, English or Chinese. It decides which stretch of a
document can be the answer and what its type must be; it knows no document. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..options import options_of

Kind = Literal[
    "person", "date", "place", "number", "duration", "difference", "count",
    "yes_no", "list", "steps", "reason", "content", "open",
]  # fmt: skip
"""What is wanted.

"number" is one that a text states, "duration" a stretch of time, "difference" one that is
worked out of two others, "count" how many rows or entries there are. "content" is what a
document says on a matter. "open" is anything else: mostly a name or a few words.
"""

KINDS: tuple[Kind, ...] = (
    "person", "date", "place", "number", "duration", "difference", "count",
    "yes_no", "list", "steps", "reason", "content", "open",
)  # fmt: skip
"""All of them, in a fixed order."""

WHOLE: frozenset[Kind] = frozenset({"list", "steps", "reason", "content"})
"""Kinds whose answer is a whole sentence, list or sequence of steps as it stands in the source."""

_SINGULAR = (
    r"(?:was|is|does|has|this|its|his|us|as|happens|status|address|class|process|business|progress|"
    r"access|basis|analysis|bus|loss|mass|press|series|gas|always|less|minus|plus)\b"
)
"""Words that end in an s and are no plurals."""

_UNITS = r"years?|months?|weeks?|days?|hours?|minutes?|seconds?|nights?"


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ASKED_POLITELY = re.compile(
    r"^\W*(?:(?:please|hi|hello|hey|so|and|ok|okay|well|now|also)\b[\s,.!]*|"
    r"(?:could|can|would|will) you (?:please )?(?:tell me|say|explain|let me know|list|name|"
    r"give me)"
    r"\b[\s,]*|(?:do you know|tell me|i(?:'d| would) like to know|i (?:want|need) to know|"
    r"any idea|remind me)\b[\s,]*)+",
    re.IGNORECASE,
)
"""What people say before they ask; "tell me" leaves what is asked as it is."""

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "difference",
        _words(
            rf"\bhow (?:many|much) (?:{_UNITS}|time)\b.*\b(?:after|before|between|since|passed|"
            r"elapsed|separate|apart|later|earlier|older|younger|from .* (?:to|until))\b",
            r"\bhow (?:much|many|far) (?:[\w%]+ ){0,3}(?:more|less|fewer|higher|lower|larger|"
            r"smaller|greater|longer|shorter|older|younger|cheaper|dearer|heavier|bigger)\b",
            r"\bhow long (?:after|before|between)\b|\bdifference (?:between|in)\b",
            r"\bby how (?:much|many)\b|\b(?:in total|altogether|combined|sum of|put together)\b",
            r"相隔|相差|差多少|差几|多少年后|多少天后|几年后|几天后|之间(?:隔|相|有|过|差)",
            r"比.{1,20}(?:多|少|高|低|长|短|大|小|早|晚|贵|便宜|增加|减少|增长)了?(?:多少|几)",
            r"(?:合计|总共|加起来|之和).{0,8}(?:多少|几)|隔了(?:多久|多少|几)",
        ),
    ),
    (
        "steps",
        _words(
            r"^how (?:do|does|can|could|should|shall|must|would|to|is|are)\b(?!.*\b(?:called|named|"
            r"described|paid|funded|financed|related|linked|affected|treated|defined|known)\b)"
            r"(?! (?:many|much|long|old|often|far|big|high))",
            r"\b(?:steps?|procedure|instructions?|sequence|order) (?:to|for|of|when)\b|"
            r"\bwhat (?:do|should|must) "
            r"(?:i|we|you|one|staff|someone) do\b|\bwhat are the steps\b|\bstep by step\b",
            r"怎么(?!说|规定|样的|回事|会|没|不)|怎样(?!的)|如何(?!规定|评价|看待|说)|步骤|流程|"
            r"怎么办|怎么做|操作方法",
        ),
    ),
    (
        "reason",
        _words(
            r"^why\b|\bwhy (?:was|were|did|do|does|is|are|has|have|can|must|should|not)\b",
            r"\bwhat (?:was|is|were|are) the (?:reasons?|causes?|grounds?|motives?)\b",
            r"\bfor what reasons?\b|\bhow come\b|\bwhat (?:caused|led to|made|triggered)\b|"
            r"\bwhat explains\b|\breasons? (?:for|why)\b",
            r"为什么|为何|原因|因何|怎么会|何以|为啥|缘故|凭什么",
        ),
    ),
    (
        "content",
        _words(
            r"\bwhat (?:does|do|did|is|was|are|were) .{1,80}\b(?:say|says|said|state|stated|"
            r"stipulate|"
            r"prescribe|require|report|recommend|provide|conclude|cover)\b(?: (?:about|on|of|for|"
            r"regarding|concerning|when|if)\b|\?*$)",
            r"\bwhat (?:is|are) the (?:rules?|policy|regulations?|provisions?|terms|conditions?|"
            r"requirements?) (?:on|for|about|of|regarding|concerning)\b|\bwhat applies\b",
            r"^what (?:does|do|did|must|should|will|has|have) .{3,80}\b(?:offer|want|need|promise|"
            r"include|contain|expect|ask(?: for)?|agree(?:d)?(?: on)?)\b|"
            r"^what happens\b|^what (?:has|have) to be done\b|"
            r"^(?:describe|explain|summari[sz]e)\b|\btell me (?:more )?about\b",
            r"怎么(?:说|规定)|如何(?:规定|处理|评价)|有(?:什么|何|哪些)(?:规定|要求|说法)|"
            r"说了什么|讲了什么|"
            r"是怎么样的|介绍一下|规定是什么|内容是什么|什么规定",
        ),
    ),
    (
        "list",
        _words(
            r"\bwho (?:was|were|is|are) (?:all )?(?:present|absent|there|in attendance|invited|"
            r"on the|"
            r"among|the (?:members|participants|attendees|speakers|authors|winners|directors))\b",
            r"^(?:where|who) (?:are|were) (?!you\b)|"
            r"\bwho (?:all )?(?:attended|took part|participated|sits? on|sat on)\b",
            r"^(?:list|name|enumerate)\b|\bwhat (?:all|else)\b|\blist of\b|\bwhich ones\b",
            r"\b(?:in|at|on|for|from|by|with) (?:which|what) (?:[\w-]+ ){0,2}(?!(?:was|"
            r"is)\b)[\w-]+s\b",
            rf"^(?:which|what)(?: of the| are the| were the)?(?: [\w'-]+){{0,3}} (?!{_SINGULAR})"
            rf"[\w-]+s\b(?! (?:was|is|does|has)\b)(?!.*\bor\b)",
            r"^what\b.*\b(?:equipment|clothing|gear|documents?|items?|material|"
            r"information)\b.*\b(?:must|"
            r"should|needed|required|bring|wear|contain|include|needs?)\b",
            r"哪些|哪几|有谁|都有|列出|列举|分别(?:是|为|有)|包括什么|包含什么|谁出席|出席(?:人员|"
            r"的有)",
        ),
    ),
    (
        "person",
        _words(
            r"^\W*(?:who|whom|whose)\b|\b(?:to|from|by|with|for) whom\b",
            r"谁|誰|哪位|何人|哪个人",
        ),
    ),
    (
        "date",
        _words(
            r"^\W*when\b|\b(?:since|until|till|by|from) when\b|\b(?:what|"
            r"which) (?:exact )?(?:date|day|"
            r"year|month|weekday)\b|\bdeadline\b|\bdue date\b|\bwhat time\b",
            r"什么时候|何时|哪一?年|哪个月|几月|哪一?天|日期|几号|几日|星期几|周几|几点|什么时间|"
            r"截止时间|时间是",
        ),
    ),
    (
        "duration",
        _words(
            rf"\bhow long\b|\bhow many (?:{_UNITS})\b|\bfor how many\b|\bwhat (?:period|"
            rf"duration)\b",
            r"多久|多长时间|多少(?:年|天|个月|个?小时|分钟|周|日)|几(?:年|天|个月|个?小时|分钟|"
            r"周)|期限|时长",
        ),
    ),
    (
        "number",
        _words(
            r"^(?!.*\b(?:which|who)\b).*\bhow (?:many|much|old|tall|high|deep|wide|far|large|big|"
            r"heavy|fast|often|thick|hot|"
            r"cold)\b|^(?:(?:in|at|by|to|for|of) )?what(?:'s| is| was| were|"
            r" are)? (?:the )?(?:[\w-]+ ){0,3}(?:number|amount|"
            r"price|cost|costs|percentage|share|rate|temperature|budget|fee|fees|salary|total|"
            r"weight|"
            r"height|length|capacity|revenue|turnover|population|expenditure|limit|sum)\b|"
            r"\bwhat percent\b|^(?!.*\b(?:which|who|what)\b).*\b(?:price|cost|budget|fee)\b",
            r"多少|几(?!乎|何|年|天)|多高|多长|多宽|多深|多重|多大|百分之|比例|单价|价格|金额|"
            r"费用|人数|数量",
        ),
    ),
    (
        "place",
        _words(
            r"^\W*where\b|\bin which (?:town|city|country|room|building)\b",
            r"哪里|哪儿|在哪|何处|何地|什么地方",
        ),
    ),
)  # fmt: skip

_YES_NO = re.compile(
    r"^(?:is|are|was|were|am|do|does|did|can|could|may|might|must|should|shall|will|would|has|"
    r"have|had|isn't|aren't|wasn't|doesn't|don't|didn't|can't)\b",
    re.IGNORECASE,
)
_YES_NO_CHINESE = re.compile(
    r"(?:吗|(?<![什怎这那多])么|嘛)[？?。\s]*$|是否|能否|可否|是不是|有没有|能不能|可不可以|需不需要|要不要|会不会|"
    r"对不对|算不算|该不该"
)
_EITHER = re.compile(r"\b\w+,? or (?!not\b)\w+|还是", re.IGNORECASE)
_COUNTED = re.compile(
    r"^how many (?!percent|%)(?:of (?:the|our|these|all) )?[\w-]+(?: [\w-]+){0,2} (?:are|were|is|"
    r"did|"
    r"do|does|have|has|had)\b.*\b(?:by|led|in|at|from|with|under|status|over|than|above|below|"
    r"assigned|listed|marked|run|belong|cost)\b|(?:多少|几)(?:个(?!月|小时)|项|名|位|家|台|条|份|"
    r"处|次|笔|座|辆|所)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants. `core` is the question without words of politeness before it.

    `counts` is whether the number that is asked for may have to be counted.
    """

    kind: Kind
    core: str
    counts: bool = False

    @property
    def whole(self) -> bool:
        """Whether the answer is a whole sentence, list or sequence of steps."""
        return self.kind in WHOLE


def intent_of(question: str) -> Intent:
    """What a question wants.

    >>> intent_of("Could you tell me when the dome was built?").kind
    'date'
    >>> intent_of("哪些站点出席了会议？").kind
    'list'
    """
    core = _ASKED_POLITELY.sub("", question).strip() or question.strip()
    if options_of(question):
        return Intent("open", core)
    if _is_yes_no(core):
        return Intent("yes_no", core)
    found: list[Kind] = [kind for kind, pattern in _PATTERNS if pattern.search(core)]
    kind: Kind = found[0] if found else "open"
    if kind == "number" and _COUNTED.search(core):
        return Intent("count", core, counts=True)
    return Intent(kind, core, counts=kind == "number" and bool(_HOW_MANY.search(core)))


def _is_yes_no(core: str) -> bool:
    if _YES_NO_CHINESE.search(core):
        return True
    return bool(_YES_NO.match(core)) and not _EITHER.search(core)
