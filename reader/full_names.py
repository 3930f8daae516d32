"""Chinese names that an answer gives without the family name, made whole from the window.

A small reader asked 谁 may answer 怀远 where the passages say 陈怀远. What is one name and not
two words is rjieba's to say. Pure functions of texts.
"""

from __future__ import annotations

import re
from itertools import accumulate

from ..sentences import CJK
from .reading import Window
from .terms import asks_who

_FAMILY_NAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦"
    "马苗凤俞袁柳鲍史唐费廉岑薛雷贺倪汤滕罗毕郝邬齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄贝臧戴谈宋"
    "庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪宗丁"
    "宣邓郁杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段焦侯班仇祖武符刘景詹龙叶司黎白蒲邰赖卓蔺屠池乔"
    "闻翟谭申冉桑桂牛边燕尚温庄晏柴瞿阎习艾古廖耿匡寇东欧曾游肖聂覃代涂"
    "趙錢孫鄭馮陳衛蔣韓楊許呂張嚴華謝鄒竇蘇範魯韋馬鳳鮑賀羅畢齊顧黃蕭紀項閔賈顏鍾駱萬盧鄧諸陸榮龔"
    "劉葉賴喬聞譚莊閻龍歐聶"
) | frozenset(
    ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "歐陽", "司馬", "諸葛", "東方")
)

_GIVEN = re.compile(f"[{CJK}]{{1,2}}")


def completed(question: str, answer: str, window: Window) -> str:
    """The answer, with its family name if it is a given name that has just one in the window.

    >>> from memctx.reader import WindowPassage
    >>> window = Window((WindowPassage(1, "", "", "茶馆由陈怀远开办。怀远是福建人。", 1.0),))
    >>> completed("茶馆是谁开办的？", "怀远", window)
    '陈怀远'
    """
    given = _GIVEN.fullmatch(answer) is not None and answer[0] not in _FAMILY_NAMES
    if not given or not asks_who(question):
        return answer
    found = {
        family
        for passage in window.passages
        for sentence in re.split(r"[。！？\n]", passage.text)
        if answer in sentence
        for family in _families(sentence, answer)
    }
    return found.pop() + answer if len(found) == 1 else answer


def _families(sentence: str, given: str) -> set[str]:
    """The family names before a given name: words by themselves, or one word with it."""
    words = _words(sentence)
    ends = list(accumulate(map(len, words)))
    found = {word.removesuffix(given) for word in words if word.endswith(given)}
    for place, end in enumerate(ends[:-1]):
        if sentence.startswith(given, end):
            found.add(words[place])
    return {name for name in found if name in _FAMILY_NAMES}


def _words(sentence: str) -> list[str]:
    """A sentence's words: in 连医生 (even the doctor) 连 is no family name."""
    import rjieba

    words: list[str] = rjieba.cut(sentence)
    return words
