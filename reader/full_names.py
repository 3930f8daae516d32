"""Chinese names that an answer gives without the family name, made whole from the window.

A small reader asked 谁 may answer 怀远 where the passages say 陈怀远. Pure functions of texts.
"""

from __future__ import annotations

import re

from ..sentences import CJK
from .reading import Window
from .terms import asks_who

_FAMILY_NAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦"
    "马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕罗毕郝邬安常齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄贝臧戴谈宋"
    "庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应宗丁"
    "宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段焦侯班仇祖武符刘景詹龙叶司黎白蒲邰赖卓蔺屠池乔"
    "闻翟谭申冉桑桂牛边燕尚温庄晏柴瞿阎连习艾容古易廖耿匡寇东欧曾关游肖聂覃代涂"
    "趙錢孫鄭馮陳衛蔣韓楊許呂張嚴華謝鄒竇蘇範魯韋馬鳳鮑賀羅畢齊顧黃蕭紀項閔賈顏鍾駱萬盧鄧單諸陸榮龔"
    "劉葉賴喬聞譚莊閻連龍歐關聶"
)
_TWO = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "歐陽", "司馬", "諸葛", "東方")

_GIVEN = re.compile(f"[{CJK}]{{1,2}}")


def completed(question: str, answer: str, window: Window) -> str:
    """The answer, with its family name if it is a given name that has just one in the window.

    >>> from memctx.reader import WindowPassage
    >>> window = Window((WindowPassage(1, "", "", "茶馆由陈怀远开办。怀远是福建人。", 1.0),))
    >>> completed("茶馆是谁开办的？", "怀远", window)
    '陈怀远'
    """
    bare = not _GIVEN.fullmatch(answer) or answer[0] in _FAMILY_NAMES
    if bare or not asks_who(question):
        return answer
    before = (
        passage.text[: found.start()]
        for passage in window.passages
        for found in re.finditer(re.escape(answer), passage.text)
    )
    families = {name for text in before if (name := _family_name(text))}
    return families.pop() + answer if len(families) == 1 else answer


def _family_name(text: str) -> str:
    """The family name that `text` ends with; empty if it does not."""
    if text.endswith(_TWO):
        return text[-2:]
    return text[-1:] if text[-1:] in _FAMILY_NAMES else ""
