"""Chinese words with their parts of speech, and the phrases that they form.

The tagger knows common words and famous names, and misses most companies and
foreign names; suffixes (公司, 大学, 委员会), interpuncts (亨利·戴维·梭罗), book
marks (《…》) and digits find what it misses. Both scripts are read as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .extraction import Mention, MentionKind
from .lexicon import words as lexicon

Tagger = Callable[[str], Sequence[tuple[str, str]]]
"""Gives the words of a text with their parts of speech; joined they are the text."""

_ORGANISATION = re.compile(
    r"(?:公司|集团|集團|大学|大學|学院|學院|中学|中學|小学|小學|学校|學校|研究所|研究院|委员会|委員會|"
    r"协会|協會|学会|學會|联盟|聯盟|联合会|聯合會|基金会|基金會|银行|銀行|医院|醫院|法院|检察院|檢察院|"
    r"出版社|杂志社|雜誌社|报社|報社|电视台|電視台|电台|電台|通讯社|通訊社|俱乐部|俱樂部|乐团|樂團|"
    r"乐队|樂隊|球队|球隊|代表队|代表隊|爱国者队|党|黨|政府|外交部|教育部|财政部|國防部|国防部|"
    r"管理局|公安局|商务局|教育局|总局|總局|工厂|工廠|博物馆|博物館|图书馆|圖書館|证券|證券|"
    r"事务所|事務所|法庭|议会|議會|教会|教會|组织|組織|军团|軍團|队|隊|促进会|促進會|工作室)$"
)
_PLACE = re.compile(
    r"(?:省|市|县|縣|区|區|镇|鎮|乡|鄉|村|州|岛|島|群岛|群島|半岛|半島|山|山脉|山脈|河|江|湖|海|湾|灣|"
    r"路|街|大道|街道|广场|廣場|机场|機場|车站|車站|站|寺|庙|廟|宫|宮|大桥|大橋|桥|橋|公园|公園|"
    r"高原|平原|盆地|沙漠|雨林|流域|海峡|海峽)$"
)
_ROLE = re.compile(
    r"(?:总统|總統|主席|总理|總理|首相|国王|國王|皇帝|女王|书记|書記|部长|部長|局长|局長|市长|市長|省长|"
    r"省長|县长|縣長|区长|區長|院长|院長|校长|校長|会长|會長|行长|行長|董事长|董事長|总经理|總經理|经理|"
    r"經理|总裁|總裁|总监|總監|主任|司令员|司令員|司令|将军|將軍|上将|上將|教授|博士|院士|导演|導演|"
    r"演员|演員|歌手|作家|诗人|詩人|画家|畫家|作曲家|科学家|科學家|物理学家|物理學家|数学家|數學家|"
    r"历史学家|歷史學家|哲学家|哲學家|经济学家|經濟學家|建筑师|建築師|工程师|工程師|律师|律師|法官|记者|"
    r"記者|主持人|运动员|運動員|教练|教練|领队|領隊|队长|隊長|议员|議員|大使|秘书长|秘書長|发言人|發言人|"
    r"创始人|創始人|创办人|創辦人|牧师|牧師|主教|教皇|常委|委员|委員|股东|股東|企业家|企業家)$"
)
_WORKS = re.compile(r"《([^《》\n]{1,40})》")
_DATES = re.compile(
    r"(?:公元前?|西元前?)?(?:\d{2,4}|[一二三四五六七八九〇零○]{4})\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号號])?)?"
    r"|\d{1,2}\s?月\s?\d{1,2}\s?[日号號]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?世[纪紀](?:\d0年代|初|末|中叶|中葉)?"
)
_NUMBERS = re.compile(
    r"(?<!第)[-−]?\d[\d,]*(?:\.\d+)?\s?(?:[%％]|[十百千万萬亿億]{0,2}\s?(?:元|人|户|戶|件|吨|噸|公里|英里|米|次|名|个|個|岁|歲|年|平方公里|公顷)?)"
)
_PREDICATES = re.compile(
    r"(?:出生|毕业|畢業|就读|就讀|成立|创立|創立|创建|創建|创办|創辦|建立|始建|建成|坐落|位|逝世|病逝|隶属|隸屬|"
    r"起源|发生|發生|举行|舉行|发行|發行|出版|任职|任職|服务|服務|效力)[于於]"
)
_FOREIGN_JOIN = frozenset("·•‧・")
_NAMED_TAGS = lexicon("ns nt nr nrt nrfg nz")
_COMMON_PLACES = lexicon("城市 地区 地區 国家 國家 山区 山區 市区 市區 村 岛 河")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `start:end` of `source`, with its part of speech as jieba names it.

    A name's part of speech is its kind in angle brackets: "<person>".
    """

    source: str
    start: int
    end: int
    tag: str

    @property
    def text(self) -> str:
        """The word itself."""
        return self.source[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words and its names, both in the order of the text."""

    text: str
    words: tuple[Word, ...]
    names: tuple[Mention, ...]


def read(text: str, tag: Tagger) -> Words:
    """The words of a text, each name made one word."""
    words = _joined(_placed(text, tag(text)), _predicates(text))
    names = _names(text, words)
    spans = [Word(text, name.start, name.end, f"<{name.kind}>") for name in names]
    return Words(text, tuple(_joined(words, spans)), tuple(names))


def is_role(text: str) -> bool:
    """Whether the words end in an office or a trade: 外交部部长, 诗人."""
    return _ROLE.search(text) is not None


def _placed(text: str, tagged: Sequence[tuple[str, str]]) -> list[Word]:
    words, start = [], 0
    for word, tag in tagged:
        words.append(Word(text, start, start + len(word), tag or "x"))
        start += len(word)
    return words


def _predicates(text: str) -> list[Word]:
    """Verbs with 于 that taggers split in the wrong place: 出|生于, 位|於."""
    return [Word(text, found.start(), found.end(), "v") for found in _PREDICATES.finditer(text)]


def _names(text: str, words: Sequence[Word]) -> list[Mention]:
    found = [Mention(m.start(1), m.end(1), m.group(1), "work") for m in _WORKS.finditer(text)]
    found += [_trimmed(m, "date") for m in _DATES.finditer(text)]
    found += _foreign(text, words)
    found += _suffixed(text, words)
    found += [_trimmed(m, "number") for m in _NUMBERS.finditer(text)]
    kept: list[Mention] = []
    taken = [False] * len(text)
    for mention in found:
        if not any(taken[mention.start : mention.end]):
            kept.append(mention)
            taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
    return sorted(kept, key=lambda mention: mention.start)


def _trimmed(found: re.Match[str], kind: MentionKind) -> Mention:
    text = found.group().rstrip()
    return Mention(found.start(), found.start() + len(text), text, kind)


def _foreign(text: str, words: Sequence[Word]) -> list[Mention]:
    """Names with interpuncts, joined over words: 珀西·雪莱."""
    found: list[Mention] = []
    place = 0
    while place < len(words):
        last = place
        while (
            last + 2 < len(words)
            and words[last + 1].text in _FOREIGN_JOIN
            and _is_part(words[last + 2])
            and _is_part(words[last])
        ):
            last += 2
        if last > place:
            last = _over_splinters(words, last)
            start, end = words[place].start, words[last].end
            found.append(Mention(start, end, text[start:end], "person"))
        place = last + 1
    return found


def _is_part(word: Word) -> bool:
    return _is_han(word.text) and len(word.text) < 6 and word.tag not in ("ns", "nt", "vn", "v")


def _over_splinters(words: Sequence[Word], last: int) -> int:
    """A foreign name's end that the tagger cut into more names or single syllables."""
    while last + 1 < len(words) and words[last + 1].tag in ("nr", "nrt", "nrfg"):
        last += 1
    return last


def _is_han(text: str) -> bool:
    return bool(text) and all("\u3400" <= letter <= "\u9fff" for letter in text)


def _suffixed(text: str, words: Sequence[Word]) -> list[Mention]:
    """Names by their suffix or by the tagger, each reaching as far left as it goes."""
    found: list[Mention] = []
    last = len(words) - 1
    while last >= 0:
        kind = _kind_of(words[last])
        first = last if kind is None else _first_of(words, last, kind)
        start, end = words[first].start, words[last].end
        if kind is not None and end - start > 1 and (first < last or _is_telling(words[last])):
            found.append(Mention(start, end, text[start:end], kind))
        last = first - 1
    return found


def _is_telling(word: Word) -> bool:
    """Whether one word alone is a name: not 公司 or 城市, which the tagger calls nouns."""
    return word.tag in _NAMED_TAGS or (word.tag.startswith("n") and len(word.text) > 3)


def _kind_of(word: Word) -> MentionKind | None:
    if not _is_han(word.text) and word.tag != "nt":
        return None
    if word.tag == "nt" or (word.tag[0] in "nvj" and _ORGANISATION.search(word.text)):
        return "organisation"
    if word.tag in ("nr", "nrt", "nrfg") and len(word.text) > 1:
        return "person"
    if word.text in _COMMON_PLACES:
        return None
    if word.tag == "ns" or (word.tag[0] == "n" and _PLACE.search(word.text)):
        return "place"
    if word.tag == "nz" and len(word.text) > 2:
        return "name"
    return None


def _first_of(words: Sequence[Word], last: int, kind: MentionKind) -> int:
    """How far to the left a name reaches: 上海|松江|法院, 中国|皮划艇|队."""
    first = last
    allowed = {
        "organisation": ("n", "j", "b", "eng", "vn", "f", "zg"),
        "place": ("ns", "nr", "nz", "nrt", "zg"),
        "person": ("nrt", "nrfg"),
        "name": (),
    }.get(kind, ())
    while first > 0 and last - first < 7:
        before = words[first - 1]
        fits = any(before.tag.startswith(tag) for tag in allowed) and before.text not in _STOP
        if not fits or (kind == "organisation" and is_role(before.text)):
            break
        first -= 1
    return first


_STOP = lexicon(
    "其中 该 該 本 此 为 為 将 將 与 與 和 等 各 一些 方面 "
    "于 於 属 屬 属于 屬於 时 時 里 裡 中 内 內 上 下"
)


def _joined(words: Sequence[Word], spans: Sequence[Word]) -> list[Word]:
    """The words with each span as one; a word that a span cuts keeps its rest."""
    joined: list[Word] = []
    queue = list(words)
    place = 0
    for span in spans:
        while place < len(queue) and queue[place].end <= span.start:
            joined.append(queue[place])
            place += 1
        if place < len(queue) and queue[place].start < span.start:
            cut = queue[place]
            joined.append(Word(cut.source, cut.start, span.start, cut.tag))
        joined.append(span)
        while place < len(queue) and queue[place].end <= span.end:
            place += 1
        if place < len(queue) and queue[place].start < span.end:
            cut = queue[place]
            queue[place] = Word(cut.source, span.end, cut.end, cut.tag)
    return joined + queue[place:]
