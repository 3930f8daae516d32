"""Chinese extraction, both scripts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.kg.chinese import ChineseExtractor
from memctx.kg.extraction import Alias, MentionKind

PIECES = [
    "华为技术有限公司",
    "由任正非于1987年创办",
    "，",
    "。",
    "亨利·戴维·梭罗",
    "《红楼梦》",
    "（WHO）",
    "简称",
    "位於",
    "臺北市",
    "不是",
    "诗人",
    "他",
    " ",
    "\n",
    "25.55亿元",
    "「",
    "abc",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京大学位于北京市海淀区。", ("北京大学", "位于", "北京市海淀区")),
        ("台北101位於臺北市信義區。", ("台北101", "位於", "臺北市信義區")),
        ("华为技术有限公司由任正非创办。", ("华为技术有限公司", "由…创办", "任正非")),
        ("《霸王别姬》由陈凯歌执导。", ("霸王别姬", "由…执导", "陈凯歌")),
        ("珀西·雪莱出生于英国。", ("珀西·雪莱", "出生于", "英国")),
        ("鲁迅是中国作家。", ("鲁迅", "是", "中国作家")),
        ("牛頓是英國物理學家。", ("牛頓", "是", "英國物理學家")),
        ("李白不是宋代诗人。", ("李白", "不是", "宋代诗人")),
        ("王毅担任外交部部长。", ("王毅", "任", "外交部部长")),
        ("會議任命王毅為外交部部長。", ("王毅", "任", "外交部部長")),
        ("外交部部长王毅访问法国。", ("王毅", "访问", "法国")),
        ("外交部部长王毅访问法国。", ("王毅", "任", "外交部部长")),
    ],
)
def test_a_simple_clause_is_a_fact(
    chinese: ChineseExtractor, text: str, expected: tuple[str, str, str]
) -> None:
    facts = chinese.extract([text])[0].facts
    assert expected in {(fact.subject.text, fact.relation, fact.object.text) for fact in facts}


def test_a_clause_without_a_subject_keeps_the_one_before(chinese: ChineseExtractor) -> None:
    facts = chinese.extract(["鲁迅出生于浙江绍兴，是中国作家。"])[0].facts
    assert [fact.subject.text for fact in facts] == ["鲁迅", "鲁迅"]
    assert {(fact.start, fact.end) for fact in facts} == {(0, 16)}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("他在华为技术有限公司工作。", "华为技术有限公司", "organisation"),
        ("上海松江法院介绍了情况。", "上海松江法院", "organisation"),
        ("他读过《论语》。", "论语", "work"),
        ("亨利·戴维·梭罗写了书。", "亨利·戴维·梭罗", "person"),
        ("会议在2023年7月25日举行。", "2023年7月25日", "date"),
        ("他住在深圳。", "深圳", "place"),
    ],
)
def test_names_that_a_tagger_misses_are_found(
    chinese: ChineseExtractor, text: str, name: str, kind: MentionKind
) -> None:
    mentions = chinese.extract([text])[0].mentions
    assert (name, kind) in {(mention.text, mention.kind) for mention in mentions}


def test_stated_short_former_and_foreign_names_are_aliases(chinese: ChineseExtractor) -> None:
    text = "世界卫生组织（WHO）成立于1948年，简称世卫组织。鲁迅原名周树人，是作家。"
    assert set(chinese.extract([text])[0].aliases) == {
        Alias("世界卫生组织", "WHO", "also known as"),
        Alias("世界卫生组织", "世卫组织", "short name"),
        Alias("鲁迅", "周树人", "former name"),
    }


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=14))
def test_every_offset_is_exact(chinese: ChineseExtractor, pieces: list[str]) -> None:
    text = "".join(pieces)
    found = chinese.extract([text])[0]
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.text
    for fact in found.facts:
        for end in (fact.subject, fact.object):
            assert text[end.start : end.end] == end.text
        assert 0 <= fact.start < fact.end <= len(text)
