from __future__ import annotations

from collections.abc import Callable

import pytest

from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


SIMPLIFIED = "玄武湖天文台由林清远于一九三二年创建，台址位于南京城东北。第一任台长在任十二年。"
TRADITIONAL = "臺北天文館成立於一九九六年，館內收藏了許多歷史悠久的望遠鏡。"
JAPANESE = "国立天文台は東京都三鷹市に本部を置く研究機関です。データは毎年公開されます。"
KOREAN = "천문대는 1932년에 설립되었습니다. 초대 대장은 12년 동안 근무하였습니다."
FRENCH = "L’observatoire fut fondé en 1932 à côté du château; les élèves y viennent chaque été."
GERMAN = "Später übernahm Jürgen Müller die Leitung – „Über die Größe der Sterne“."
POLISH = "Obserwatorium zostało założone w 1932 roku. Źródła mówią, że zmarł później w Łodzi."
RUSSIAN = "Обсерватория была основана в 1932 году. Первый директор руководил ею двенадцать лет."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "gbk"),
        (SIMPLIFIED + "𠮷", "gb18030"),
        ("Notes on the founder, 林清远, and his pupils in 南京, written for visitors.", "gbk"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL.replace("臺", "台"), "gbk"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (FRENCH, "cp1252"),
        (GERMAN, "cp1252"),
        ("It was 25 °C, 30 °C at most; £3 each.", "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-32"),
        (SIMPLIFIED, "utf-8-sig"),
        ("The observatory was founded in 1932.\n", "utf-16-le"),
        ("The observatory was founded in 1932.\n", "utf-16-be"),
    ],
)
def test_text_in_many_encodings_is_read(load_file: LoadFile, text: str, encoding: str) -> None:
    assert only(load_file("short.txt", text.encode(encoding))).text == text
    assert only(load_file("long.txt", (text * 50).encode(encoding))).text == text * 50


def test_the_encoding_is_noted_when_it_is_not_utf8(load_file: LoadFile) -> None:
    assert only(load_file("a.txt", SIMPLIFIED.encode("gbk"))).metadata == {"encoding": "gb18030"}


def test_chinese_after_a_long_english_opening_is_found(load_file: LoadFile) -> None:
    text = "An English preface. " * 20_000 + SIMPLIFIED
    assert only(load_file("a.txt", text.encode("gbk"))).text == text


def test_stray_bytes_in_utf8_are_replaced_and_counted(load_file: LoadFile) -> None:
    document = only(load_file("a.txt", SIMPLIFIED.encode() + b"\xff\xfe" + SIMPLIFIED.encode()))
    assert document.text == SIMPLIFIED + "\ufffd\ufffd" + SIMPLIFIED
    assert document.metadata == {"encoding_errors": 2}


def test_what_does_not_fit_the_encoding_of_the_sample_is_counted(load_file: LoadFile) -> None:
    document = only(load_file("a.txt", (SIMPLIFIED * 2_000).encode("gbk") + b"\x80 end"))
    assert document.text == SIMPLIFIED * 2_000 + "\ufffd end"
    assert document.metadata == {"encoding": "gb18030", "encoding_errors": 1}
