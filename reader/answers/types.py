"""Whether a text is of the type that is asked for: a date, a number, a name, a reason.

Coarse on purpose: it tells "in 1911" from "a copper dome", not right from wrong. English and
Chinese. Pure functions of a text.
"""

from __future__ import annotations

import re
import unicodedata

from ...sentences import CJK
from ..numerals import spelled_numbers
from ..terms import is_function_word, stems
from .intent import Intent, Kind

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_DATE = re.compile(
    rf"\b(?:1[0-9]|20)\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?[. ]+(?:of )?{_MONTHS}\b|\b{_MONTHS}\.? \d|"
    rf"\b{_MONTHS}\b|\b{_DAYS}\b|\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\b|\b\d{{1,2}}[:.]\d\d\b|"
    r"\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|o'clock)\b|\b(?:today|tomorrow|yesterday|noon|midnight|"
    r"easter|christmas|spring|summer|autumn|winter|century|daily|weekly|monthly|annually|"
    r"quarterly)\b|"
    r"\d{1,4} ?[年月日号點点时時]|[一二三四五六七八九十〇零]+[年月日号]|星期|周[一二三四五六日末]|"
    r"(?:上午|下午|春季|夏季|秋季|冬季|年底|月底|当天|次日|世纪|每天|每周|每月|每年)",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:years?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|decades?|centur(?:y|"
    r"ies)|"
    r"nights?|fortnight|permanent(?:ly)?|indefinitely|quarters?)\b|年|个月|月|周|星期|天|日|小时|"
    r"分钟|秒|永久|长期|季度",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9０-９]")
_NAME = re.compile(r"(?<![.!?:。] )(?<!^)\b[A-Z][\w'’-]+")
_NAMES_ANYWHERE = re.compile(
    r"\b[A-Z][\w'’-]+(?: (?:(?:van|von|de|der|da|bin|al|of|the) )?[A-Z][\w.'’-]*)+"
)
_ALL_NAME = re.compile(r"[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]*)*\W*")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文欧司"
)
_CHINESE_NAME = re.compile(
    f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff](?:先生|女士|老师|医生|经理|主任|总)"
)
_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|as a result|caused? by|reasons?|so that|in order to|"
    r"thanks to|"
    r"therefore|hence|led to|after|to (?:avoid|prevent|reduce|save|protect|ensure|keep|make|"
    r"allow)|for fear)\b|"
    r"因为|由于|因此|所以|为了|导致|原因|鉴于|因(?!此)|以便|以免|避免|造成|致使",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"\b(?:first|then|next|finally|press|open|close|turn|switch|wait|remove|select|click|fill|send|"
    r"submit|call|check|hold|insert|enter|contact|ask|must|should)\b|首先|然后|再|最后|按下?|打开|"
    r"关闭|点击|填写|提交|联系|等待|检查",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|behind|beside|opposite|under|above|between|inside|outside|to|from)\b|"
    r"[市县区镇村路街楼室馆厅库房院园山河湖站港号层旁里处]",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[,;、，；]|\band\b|和|及|与|以及", re.IGNORECASE)
_DAY_ALONE = re.compile(
    rf"\W*(?:(?:on|in|by|since|from) )?(?:the )?(?:\d{{1,2}}(?:st|nd|rd|"
    rf"th)?\.? (?:of )?)?{_MONTHS}\b[ ,.\d]*|"
    r"\W*\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?\W*|\W*\d{1,2}月\d{1,2}日\W*|"
    r"\W*\d{1,2}[./]\d{1,2}[./]\d{2,4}\W*|"
    r"\W*\d{4}-\d{2}-\d{2}\W*",
    re.IGNORECASE,
)
_WORD = re.compile(rf"[{CJK}]|[^\W_]")


def suits(text: str, kind: Kind) -> bool:
    """Whether a text has what an answer of this kind must have; True where nothing must be.

    >>> suits("a copper dome", "date"), suits("in May 1911", "date"), suits("1911", "duration")
    (False, True, False)
    """
    if kind == "date":
        return bool(_DATE.search(text))
    if kind == "duration":
        return bool(_SPAN.search(text)) and (has_number(text) or len(text) < 40)
    if kind in {"number", "count", "difference"}:
        return has_number(text)
    if kind == "person":
        return has_name(text) or not has_number(text)
    return bool(_WORD.search(text))


def answers_in_kind(text: str, intent: Intent) -> bool:
    """Whether a short answer is of the type that the question asks for.

    "July 2019" is none to "how many years", nor is "1911" to "who".
    """
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text)).strip()
    if not bare:
        return False
    if intent.kind == "duration":
        return not _names_a_day(bare) and (bool(_SPAN.search(bare)) or not _DATE.search(bare))
    if intent.kind in {"number", "count", "difference"}:
        return has_number(bare) and not _names_a_day(bare)
    return suits(bare, intent.kind)


def has_number(text: str) -> bool:
    """Whether a text has a number, in digits or in words."""
    return bool(_DIGIT.search(text)) or bool(spelled_numbers(text))


def has_name(text: str) -> bool:
    """Whether a text has what looks like a proper name."""
    patterns = (_NAME, _NAMES_ANYWHERE, _CHINESE_NAME)
    return any(p.search(text) for p in patterns) or bool(_ALL_NAME.fullmatch(text.strip()))


def traits(text: str) -> tuple[float, ...]:
    """What a text has, as numbers: `TRAITS`."""
    return (
        float(bool(_DIGIT.search(text))),
        float(bool(_DATE.search(text))),
        float(bool(_SPAN.search(text))),
        float(has_name(text)),
        float(bool(_REASON.search(text))),
        float(bool(_STEPS.search(text))),
        float(bool(_PLACE.search(text))),
        float(min(len(_LISTED.findall(text)), 10)),
    )


TRAITS = ("digit", "date", "span", "name", "reason", "steps", "place", "listed")
"""What `traits` gives, in order."""


def says_more(text: str, question: str) -> float:
    """The share of a text's telling words that the question does not have: 0 for an echo."""
    telling = {stem for stem in stems(text) if not is_function_word(stem)}
    known = set(stems(question))
    return len(telling - known) / len(telling) if telling else 0.0


def _names_a_day(text: str) -> bool:
    """Whether a text is a day, a month or a year and nothing else."""
    return bool(_DAY_ALONE.fullmatch(text.strip()))
